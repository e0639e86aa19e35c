//! An object as a stream of bytes. It holds at most one piece of the object in memory.

use std::{
    fs::File,
    io::{self, Read},
    sync::Arc,
};

use bytes::{Buf, Bytes};
use futures::{StreamExt, stream::BoxStream};
use object_store::{GetResult, GetResultPayload};
use tokio::runtime::Runtime;

/// Reads one object from its beginning to its end.
pub struct Reader {
    size: u64,
    source: Source,
}

enum Source {
    File(File),
    Stream {
        runtime: Arc<Runtime>,
        stream: BoxStream<'static, object_store::Result<Bytes>>,
        piece: Bytes,
    },
}

impl Reader {
    pub(crate) fn new(object: GetResult, runtime: Arc<Runtime>) -> Self {
        let size = object.meta.size;
        let source = match object.payload {
            GetResultPayload::File(file, _) => Source::File(file),
            GetResultPayload::Stream(stream) => {
                Source::Stream { runtime, stream, piece: Bytes::new() }
            }
        };
        Self { size, source }
    }

    /// Size of the object in bytes, as the store tells it.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }
}

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match &mut self.source {
            Source::File(file) => file.read(buffer),
            Source::Stream { runtime, stream, piece } => {
                while piece.is_empty() {
                    match runtime.block_on(stream.next()) {
                        Some(next) => *piece = next.map_err(io::Error::other)?,
                        None => return Ok(0),
                    }
                }
                let length = piece.len().min(buffer.len());
                piece.copy_to_slice(&mut buffer[..length]);
                Ok(length)
            }
        }
    }
}
