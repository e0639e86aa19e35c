//! Sends a large file into a bucket as a new object, by a resumable upload of the JSON API: in
//! pieces, from where the server says, and never over an object that is there.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::Path,
};

use bytes::Bytes;
use serde_json::json;

use super::{
    Answer, Google, GoogleError, MADE_BY, Method, Patience, Request, request::Unanswered,
    retry::is_passing, segment,
};
use crate::PutOnce;

/// A piece; a multiple of 256 KiB, as the API wants.
const PIECE: u64 = 8 * 1024 * 1024;
/// A session may be lost by the server; a new one starts from the beginning.
const SESSIONS: u32 = 3;

/// A file on its way into a bucket.
pub(crate) struct Upload<'a> {
    pub google: &'a Google,
    pub bucket: &'a str,
    /// The whole name of the object.
    pub name: &'a str,
    pub path: &'a Path,
    pub size: u64,
    /// Base64, as Google writes it.
    pub crc32c: &'a str,
    /// What no other put has: it tells an object of ours from a stranger's.
    pub unique: &'a str,
    /// Hears how many bytes have arrived.
    pub tell: &'a (dyn Fn(u64) + Sync),
}

/// What became of a piece.
enum Sent {
    /// The server has everything before this offset.
    Until(u64),
    /// The object is complete.
    Done,
    /// Another object has the name.
    Taken,
    /// The server knows nothing of the session any more.
    Lost,
}

impl Upload<'_> {
    /// Sends the file, unless there is an object of this name, now or at the end.
    pub async fn send(&self) -> Result<PutOnce, GoogleError> {
        let taken =
            || async { self.google.bucket(self.bucket).whose(self.name, self.unique).await };
        let mut sessions = 0;
        loop {
            let Some(session) = self.begin().await? else { return taken().await };
            sessions += 1;
            match self.send_to(&session).await? {
                Sent::Done => return Ok(PutOnce::Written),
                Sent::Taken => return taken().await,
                _ if sessions < SESSIONS => {}
                _ => {
                    let request = self.piece(&session, 0, Bytes::new());
                    return Err(GoogleError::Incomplete {
                        request: request.name(),
                        missing: "end",
                    });
                }
            }
        }
    }

    /// Opens a session and returns its address; nothing where the name is taken.
    async fn begin(&self) -> Result<Option<String>, GoogleError> {
        let root = self.google.endpoints().storage_root();
        let url = format!("{root}/upload/storage/v1/b/{}/o", segment(self.bucket));
        let mut request = Request::new(Method::POST, url);
        request
            .query(&[("uploadType", "resumable"), ("ifGenerationMatch", "0"), ("name", self.name)])
            .header("x-upload-content-length", self.size.to_string())
            .header("x-upload-content-type", "application/octet-stream")
            // The server compares the hash, and makes no object of anything else.
            .json(&json!({
                "name": self.name, "crc32c": self.crc32c, "metadata": { MADE_BY: self.unique },
            }))
            // A session that nobody uses is forgotten.
            .repeatable();
        let answer = self.google.send(&request).await?;
        if answer.status == 412 {
            return Ok(None);
        }
        answer.json(&request)?;
        match answer.header("location") {
            Some(session) => Ok(Some(session.to_owned())),
            None => Err(GoogleError::Incomplete { request: request.name(), missing: "location" }),
        }
    }

    async fn send_to(&self, session: &str) -> Result<Sent, GoogleError> {
        let mut patience = Patience::new();
        let mut offset = 0;
        loop {
            let piece = self.read(offset)?;
            let request = self.piece(session, offset, piece);
            // Whatever was lost on the way, only the server knows how far it came.
            let unknown = match self.google.send_unrepeated(&request).await {
                Ok(answer) => self.understand(&request, &answer)?.ok_or(answer.refusal(&request)),
                Err(Unanswered::Lost(error)) => Err(error),
                Err(Unanswered::Failed(error)) => return Err(error),
            };
            let sent = match unknown {
                Ok(sent) => sent,
                Err(_) if patience.wait().await => self.ask(session).await?,
                Err(error) => return Err(error),
            };
            match sent {
                Sent::Until(arrived) => {
                    if arrived > offset {
                        patience = Patience::new();
                    }
                    offset = arrived;
                    (self.tell)(arrived);
                }
                end => return Ok(end),
            }
        }
    }

    /// Asks how far the session came.
    async fn ask(&self, session: &str) -> Result<Sent, GoogleError> {
        let mut request = Request::new(Method::PUT, session.to_owned());
        request.header("content-range", format!("bytes */{}", self.size));
        let answer = self.google.send(&request).await?;
        match self.understand(&request, &answer)? {
            Some(sent) => Ok(sent),
            None => Err(answer.refusal(&request)),
        }
    }

    /// What an answer says; nothing where it says "not now".
    fn understand(&self, request: &Request, answer: &Answer) -> Result<Option<Sent>, GoogleError> {
        Ok(Some(match answer.status {
            308 => Sent::Until(next_offset(answer.header("range"))),
            200 | 201 => {
                self.verify(request, answer)?;
                Sent::Done
            }
            412 => Sent::Taken,
            404 | 410 => Sent::Lost,
            status if is_passing(status) => return Ok(None),
            _ => return Err(answer.refusal(request)),
        }))
    }

    /// The server has compared the hash already; an emulator or a proxy may not have.
    fn verify(&self, request: &Request, answer: &Answer) -> Result<(), GoogleError> {
        let object = answer.json(request)?;
        let text = |field: &str| object.get(field).and_then(|value| value.as_str());
        let found = (text("size").unwrap_or_default(), text("crc32c").unwrap_or_default());
        let size = self.size.to_string();
        if found == (&size, self.crc32c) {
            return Ok(());
        }
        Err(GoogleError::Damaged {
            bucket: self.bucket.to_owned(),
            key: self.name.to_owned(),
            found: format!("{} bytes with crc32c {}", found.0, found.1),
            expected: format!("{size} bytes with crc32c {}", self.crc32c),
        })
    }

    fn piece(&self, session: &str, offset: u64, piece: Bytes) -> Request {
        let end = offset + piece.len() as u64;
        let mut request = Request::new(Method::PUT, session.to_owned());
        let range = if piece.is_empty() {
            format!("bytes */{}", self.size)
        } else {
            format!("bytes {offset}-{}/{}", end - 1, self.size)
        };
        request.header("content-range", range).body(piece);
        request
    }

    fn read(&self, offset: u64) -> Result<Bytes, GoogleError> {
        let read = || -> io::Result<Bytes> {
            let mut file = File::open(self.path)?;
            file.seek(SeekFrom::Start(offset))?;
            let length = PIECE.min(self.size.saturating_sub(offset));
            let mut piece = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
            file.take(length).read_to_end(&mut piece)?;
            if (piece.len() as u64) < length {
                return Err(io::Error::other("the file has become shorter"));
            }
            Ok(piece.into())
        };
        read().map_err(|source| GoogleError::File { path: self.path.display().to_string(), source })
    }
}

/// From `bytes=0-N` to `N + 1`; without a range nothing has arrived.
fn next_offset(range: Option<&str>) -> u64 {
    let last = range.and_then(|range| range.rsplit_once('-')).and_then(|(_, n)| n.parse().ok());
    last.map_or(0, |last: u64| last + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_piece_begins_after_the_last_byte_that_arrived() {
        assert_eq!(next_offset(Some("bytes=0-8388607")), 8_388_608);
        assert_eq!(next_offset(Some("0-41")), 42);
        assert_eq!(next_offset(None), 0);
    }
}
