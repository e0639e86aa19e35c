//! Lines of a file of any size, read in memory that has a limit. It does not interpret them.

use std::io::{self, BufRead, Read};

/// A file, line by line.
#[derive(Debug)]
pub struct Lines<R> {
    reader: R,
    limit: u64,
    buffer: Vec<u8>,
}

/// A line without its end.
#[derive(Debug)]
pub struct Line<'a> {
    /// Its bytes, up to the limit.
    pub bytes: &'a [u8],
    /// Whether it ends where a line should, and not where the file happens to.
    pub is_ended: bool,
    /// Whether it was longer than the limit.
    pub is_cut: bool,
}

impl<R: BufRead> Lines<R> {
    /// Lines of which at most `limit` bytes are kept.
    pub fn new(reader: R, limit: u64) -> Self {
        Self { reader, limit, buffer: Vec::new() }
    }

    /// The next line, or nothing at the end.
    pub fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        self.buffer.clear();
        let read = self.reader.by_ref().take(self.limit).read_until(b'\n', &mut self.buffer)?;
        if read == 0 {
            return Ok(None);
        }
        let mut is_ended = self.buffer.pop_if(|last| *last == b'\n').is_some();
        let mut is_cut = false;
        if !is_ended && read as u64 == self.limit {
            let rest = self.reader.fill_buf()?;
            // The limit may fall on the very end of a line or of the file.
            is_cut = !rest.is_empty() && rest[0] != b'\n';
            is_ended = !rest.is_empty();
            self.reader.skip_until(b'\n')?;
        }
        Ok(Some(Line { bytes: &self.buffer, is_ended, is_cut }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, limit: u64) -> Vec<(String, bool, bool)> {
        let mut lines = Lines::new(text.as_bytes(), limit);
        let mut all = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            let text = String::from_utf8(line.bytes.to_vec()).unwrap();
            all.push((text, line.is_ended, line.is_cut));
        }
        all
    }

    #[test]
    fn a_line_longer_than_the_limit_is_cut_and_the_next_one_is_whole() {
        let line = |text: &str, ended, cut| (text.to_owned(), ended, cut);
        assert_eq!(
            read("abc\n\nabcdefgh\nx", 4),
            [
                line("abc", true, false),
                line("", true, false),
                line("abcd", true, true),
                line("x", false, false),
            ]
        );
        assert_eq!(read("abcd\nabcd", 4), [line("abcd", true, false), line("abcd", false, false)]);
        assert!(read("", 4).is_empty());
    }
}
