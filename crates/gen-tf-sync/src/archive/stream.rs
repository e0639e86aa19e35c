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
    /// Why no more can be read. Readers around this one tell of what they could not do without it.
    broken: Option<io::Error>,
}

impl<R: Read, F: Fn(u64) -> bool> Metered<R, F> {
    pub fn new(inner: R, received: F) -> Self {
        Self { inner, received, hash: Sha256::new(), size: 0, broken: None }
    }

    /// Reads what is left; the sha256 and the size of everything. The error is that of the first
    /// read that failed.
    pub fn finish(mut self) -> io::Result<(String, u64)> {
        let rest = match self.broken {
            None => io::copy(&mut self, &mut io::sink()).map(drop),
            Some(_) => Ok(()),
        };
        match self.broken {
            Some(broken) => Err(broken),
            None => rest.map(|()| (super::hex(&self.hash.finalize()), self.size)),
        }
    }

    fn break_off(&mut self, error: io::Error) -> io::Error {
        let told = io::Error::new(error.kind(), error.to_string());
        self.broken = Some(error);
        told
    }
}

impl<R: Read, F: Fn(u64) -> bool> Read for Metered<R, F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = match self.inner.read(buffer) {
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Err(error),
            Err(error) => return Err(self.break_off(error)),
        };
        self.hash.update(&buffer[..length]);
        self.size += length as u64;
        if (self.received)(length as u64) {
            return Ok(length);
        }
        Err(self.break_off(io::Error::other("it was to end")))
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives a few bytes, then breaks.
    struct Broken(u8);

    impl Read for Broken {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0 = self.0.checked_sub(1).ok_or_else(|| io::Error::other("the line is cut"))?;
            buffer[0] = self.0;
            Ok(1)
        }
    }

    #[test]
    fn a_source_that_breaks_is_told_apart_from_an_archive_that_is_cut() {
        let mut metered = Metered::new(Broken(3), |_| true);
        // Whoever reads may say anything of what it could not read.
        assert!(io::copy(&mut metered, &mut io::sink()).is_err());
        assert_eq!(metered.finish().unwrap_err().to_string(), "the line is cut");
        assert_eq!(Metered::new(&[1, 2, 3][..], |_| true).finish().unwrap().1, 3);
    }

    #[test]
    fn who_does_not_want_more_gets_no_more() {
        let mut metered = Metered::new(&[0; 100][..], |_| false);
        assert!(metered.read(&mut [0; 10]).is_err());
        assert!(metered.finish().is_err());
    }
}
