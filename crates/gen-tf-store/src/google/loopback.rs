//! A server on the loopback interface that answers as a test says and remembers what it was asked.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

/// What somebody asked.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// Method and path, such as `POST /token`.
    pub line: String,
    /// The headers, in lower case.
    pub headers: String,
    pub body: String,
}

/// A server that lives as long as the test's process.
pub(crate) struct Loopback {
    pub url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Loopback {
    /// Answers each request with a status and a JSON text. The number counts earlier requests.
    pub fn start(answer: impl Fn(usize, &Asked) -> (u16, String) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let Some(request) = read(&stream) else { continue };
                let number = log.lock().unwrap().len();
                log.lock().unwrap().push(request.clone());
                let (status, body) = answer(number, &request);
                let text = format!(
                    "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\n\
                     Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
                    body.len()
                );
                stream.write_all(text.as_bytes()).unwrap();
            }
        });
        Self { url, asked }
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

/// Nothing where somebody only looks whether the server is there.
fn read(stream: &TcpStream) -> Option<Asked> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    let (line, _) = line.rsplit_once(' ')?;
    let (mut headers, mut length) = (String::new(), 0);
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).unwrap();
        if header.trim().is_empty() {
            break;
        }
        header.make_ascii_lowercase();
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        headers += &header;
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    Some(Asked { line: line.to_owned(), headers, body: String::from_utf8(body).unwrap() })
}
