//! Two readers that watch what passes: one counts and hashes, the other sets a limit.

use std::{
    cell::Cell,
    io::{self, Read},
    rc::Rc,
};

use sha2::{Digest, Sha256};

/// Hashes and counts what is read through it.
pub(super) struct Metered<R, F> {
    inner: R,
    received: F,
    hash: Sha256,
    size: u64,
}

impl<R: Read, F: Fn(u64)> Metered<R, F> {
    pub fn new(inner: R, received: F) -> Self {
        Self { inner, received, hash: Sha256::new(), size: 0 }
    }

    /// Reads what is left; the sha256 and the size of everything.
    pub fn finish(mut self) -> io::Result<(String, u64)> {
        io::copy(&mut self, &mut io::sink())?;
        Ok((super::hex(&self.hash.finalize()), self.size))
    }
}

impl<R: Read, F: Fn(u64)> Read for Metered<R, F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer)?;
        self.hash.update(&buffer[..length]);
        self.size += length as u64;
        (self.received)(length as u64);
        Ok(length)
    }
}

/// Fails once more than a limit has been read through it.
pub(super) struct Bounded<R> {
    inner: R,
    left: u64,
    exceeded: Rc<Cell<bool>>,
}

impl<R: Read> Bounded<R> {
    pub fn new(inner: R, limit: u64) -> Self {
        Self { inner, left: limit, exceeded: Rc::default() }
    }

    /// Tells, while the reader is buried in another one, whether it was the limit that failed.
    pub fn exceeded(&self) -> Rc<Cell<bool>> {
        Rc::clone(&self.exceeded)
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer)?;
        let Some(left) = self.left.checked_sub(length as u64) else {
            self.exceeded.set(true);
            return Err(io::Error::other("more than the limit"));
        };
        self.left = left;
        Ok(length)
    }
}
