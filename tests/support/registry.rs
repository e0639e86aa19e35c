//! A registry of container images on the loopback interface, for tests of any crate:
//! `#[path = "../../../tests/support/registry.rs"] mod registry;`.
//! It asks for a token as Docker Hub does and tells digests; it holds no image.
#![allow(dead_code, reason = "each test program uses its part")]
#![allow(clippy::unwrap_used, reason = "a test ends with a panic")]

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

/// What the registry says about an image.
#[derive(Clone, Copy, Debug)]
pub enum Says {
    /// The digest of its index ends with this number; each of its machines has another one.
    Digest(u32),
    /// It is only for those who log in.
    Hidden,
    /// Too many requests; the token was given still.
    Limit,
    /// Not even a token, because of too many requests.
    NoToken,
    /// Its server fails this often, then tells the digest.
    Fails(u32),
    /// A header that is no digest.
    Nonsense,
}

/// A registry that lives as long as the test's process.
pub struct Registry {
    /// Its host and port, as a reference of an image has them.
    pub address: String,
    images: Arc<Mutex<BTreeMap<String, Says>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

/// A digest as this registry tells it.
pub fn digest(number: u32) -> String {
    format!("sha256:{number:064x}")
}

struct Asked {
    /// Method and path, such as `HEAD /v2/a/b/manifests/1`.
    line: String,
    /// The headers; their names are in lower case.
    headers: BTreeMap<String, String>,
}

struct Answer {
    status: u16,
    header: String,
    body: String,
}

impl Registry {
    /// Starts one that has these images, each by path and tag, such as `a/b:1`.
    pub fn start(images: &[(&str, Says)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let images = images.iter().map(|(name, says)| ((*name).to_owned(), *says)).collect();
        let registry = Self {
            address: address.clone(),
            images: Arc::new(Mutex::new(images)),
            asked: Arc::default(),
        };
        let (images, log) = (Arc::clone(&registry.images), Arc::clone(&registry.asked));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let Some(asked) = read(&stream) else { continue };
                log.lock().unwrap().push(asked.line.clone());
                let Answer { status, header, body } =
                    answer(&asked, &address, &mut images.lock().unwrap());
                let length = body.len();
                let body = if asked.line.starts_with("HEAD ") { "" } else { &body };
                let text = format!(
                    "HTTP/1.1 {status} X\r\n{header}Content-Length: {length}\r\n\
                     Connection: close\r\n\r\n{body}"
                );
                stream.write_all(text.as_bytes()).unwrap();
            }
        });
        registry
    }

    /// From now on it says this about an image.
    pub fn set(&self, image: &str, says: Says) {
        self.images.lock().unwrap().insert(image.to_owned(), says);
    }

    /// An image of this registry, as a study names it.
    pub fn image(&self, image: &str) -> String {
        format!("{}/{image}", self.address)
    }

    /// How often it was asked for a digest.
    pub fn asked(&self) -> usize {
        let asked = self.asked.lock().unwrap();
        asked.iter().filter(|line| line.starts_with("HEAD ")).count()
    }
}

fn answer(asked: &Asked, address: &str, images: &mut BTreeMap<String, Says>) -> Answer {
    let (method, path) = asked.line.split_once(' ').unwrap();
    if let Some(query) = path.strip_prefix("/token?") {
        return token(query, images);
    }
    let of = |status, body: &str| Answer { status, header: String::new(), body: body.to_owned() };
    let Some(rest) = path.strip_prefix("/v2/") else { return of(404, "") };
    let (name, tag) = rest.split_once("/manifests/").unwrap_or((rest, ""));
    let wanted = format!("Bearer token-of-{name}");
    if asked.headers.get("authorization") != Some(&wanted) {
        let realm = format!("http://{address}/token");
        let header = format!("WWW-Authenticate: Bearer realm=\"{realm}\",service=\"test\"\r\n");
        return Answer { status: 401, header, body: refusal("UNAUTHORIZED") };
    }
    let accepts_index = asked.headers["accept"].contains("application/vnd.oci.image.index.v1+json");
    let told = |number: u32| Answer {
        status: 200,
        // Whoever asks for no index gets the image of one machine.
        header: format!(
            "Docker-Content-Digest: {}\r\n",
            digest(if accepts_index { number } else { number + 0xffff })
        ),
        body: "{}".to_owned(),
    };
    assert!(["HEAD", "GET"].contains(&method), "{}", asked.line);
    let image = format!("{name}:{tag}");
    match images.get(&image).copied() {
        Some(Says::Digest(number)) => told(number),
        Some(Says::Fails(0)) => told(0),
        Some(Says::Fails(left)) => {
            // A HEAD without an answer of use is followed by a GET.
            images.insert(image, Says::Fails(left - u32::from(method == "GET")));
            of(503, "busy")
        }
        Some(Says::Hidden) => of(403, &refusal("DENIED")),
        Some(Says::Limit | Says::NoToken) => of(429, &refusal("TOOMANYREQUESTS")),
        Some(Says::Nonsense) => {
            Answer { header: "Docker-Content-Digest: sha512:0\r\n".to_owned(), ..told(0) }
        }
        None => of(404, &refusal("MANIFEST_UNKNOWN")),
    }
}

/// A token for one repository and nothing else.
fn token(query: &str, images: &BTreeMap<String, Says>) -> Answer {
    let query = query.replace("%3A", ":").replace("%2F", "/");
    assert!(query.contains("service=test"), "{query}");
    let scope = query.split('&').find_map(|part| part.strip_prefix("scope=repository:")).unwrap();
    let name = scope.strip_suffix(":pull").unwrap();
    let refused = images.iter().any(|(image, says)| {
        matches!(says, Says::NoToken) && image.starts_with(&format!("{name}:"))
    });
    let (status, body) = if refused {
        (429, r#"{"details": "too many requests"}"#.to_owned())
    } else {
        (200, format!(r#"{{"token": "token-of-{name}"}}"#))
    };
    Answer { status, header: "Content-Type: application/json\r\n".to_owned(), body }
}

fn refusal(code: &str) -> String {
    format!(r#"{{"errors": [{{"code": "{code}", "message": "said by the test"}}]}}"#)
}

/// Nothing where somebody only looks whether the server is there.
fn read(stream: &TcpStream) -> Option<Asked> {
    let mut lines = BufReader::new(stream).lines();
    let line = lines.next()?.unwrap();
    let (line, _) = line.rsplit_once(' ')?;
    let mut headers = BTreeMap::new();
    for header in lines {
        let header = header.unwrap();
        let Some((name, value)) = header.split_once(": ") else { break };
        headers.insert(name.to_lowercase(), value.to_owned());
    }
    Some(Asked { line: line.to_owned(), headers })
}
