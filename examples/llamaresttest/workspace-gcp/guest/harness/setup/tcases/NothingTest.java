package tcases;

import org.junit.Test;

/** One test that does nothing, so that Maven fetches all that a test of Tcases needs. It is no part of an experiment. */
public class NothingTest {
    @Test
    public void nothing() {
        io.restassured.RestAssured.baseURI = "http://127.0.0.1";
    }
}
