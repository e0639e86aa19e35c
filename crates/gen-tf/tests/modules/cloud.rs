//! A cloud without machines, whose instances exist and run nothing, as the tests of modules ask it.

use std::{fs, ops::Deref};

use serde_json::Value;

use crate::fake_gcp::FakeGcp;

/// The project of every example.
pub const PROJECT: &str = "my-project";

/// A running fake-gcp; it ends with the test.
pub struct Cloud(FakeGcp);

impl Deref for Cloud {
    type Target = FakeGcp;

    fn deref(&self) -> &FakeGcp {
        &self.0
    }
}

impl Cloud {
    pub fn start() -> Self {
        Self(FakeGcp::of(PROJECT))
    }

    /// What the server has said.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder().join("fake-gcp.log")).unwrap()
    }

    /// Calls an API as the owner of the project; fails unless it is answered by success.
    #[track_caller]
    pub fn call(&self, method: &str, path: &str, body: &str) -> String {
        let (status, answer) = self.ask_as("owner", method, path, body);
        assert!((200..300).contains(&status), "{method} {path}: {status} {answer}");
        answer
    }

    /// Calls an API with a token.
    pub fn ask_as(&self, token: &str, method: &str, path: &str, body: &str) -> (u16, String) {
        let (status, bytes) = self.send(token, method, path, "application/json", body.as_bytes());
        (status, String::from_utf8(bytes).unwrap())
    }

    /// What an API answers, parsed.
    #[track_caller]
    pub fn get(&self, path: &str) -> Value {
        self.expect("GET", path, None)
    }

    /// Names of what a listing of compute holds.
    #[track_caller]
    pub fn names(&self, place: &str) -> Vec<String> {
        let listing = self.get(&format!("/compute/v1/projects/{PROJECT}/{place}"));
        let items = listing["items"].as_array().cloned().unwrap_or_default();
        items.iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
    }
}
