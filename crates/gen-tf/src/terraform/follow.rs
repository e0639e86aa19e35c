//! Follows the file that Terraform writes its events to.
//!
//! A file and not a pipe: a pipe whose reader dies kills Terraform in the middle of a state write.

use std::fs::File;
use std::io::{self, Read};

use camino::Utf8Path;

use super::event::{Event, parse};
use super::record::Record;

/// A file that grows, read line by line.
#[derive(Debug)]
pub(super) struct Follower {
    file: File,
    /// The beginning of a line whose end is not written yet.
    rest: Vec<u8>,
}

impl Follower {
    /// Begins at the start of the file.
    pub fn open(path: &Utf8Path) -> io::Result<Self> {
        Ok(Self { file: File::open(path)?, rest: Vec::new() })
    }

    /// Reads what was written since the last call, into the record and then to `show`.
    pub fn read(&mut self, record: &mut Record, mut show: impl FnMut(&Event)) -> io::Result<()> {
        self.file.read_to_end(&mut self.rest)?;
        let Some(end) = self.rest.iter().rposition(|byte| *byte == b'\n') else { return Ok(()) };
        let lines: Vec<u8> = self.rest.drain(..=end).collect();
        for line in String::from_utf8_lossy(&lines).lines() {
            match parse(line) {
                Some(event) => {
                    record.take(&event);
                    show(&event);
                }
                None if line.trim().is_empty() => {}
                None => record.take_noise(line),
            }
        }
        Ok(())
    }
}

/// Reads a file of events that nobody writes to any more.
pub(super) fn read_whole(path: &Utf8Path) -> io::Result<Record> {
    let mut record = Record::default();
    Follower::open(path)?.read(&mut record, |_| {})?;
    Ok(record)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_line_counts_when_its_end_is_written() {
        let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
        let path = Utf8Path::from_path(file.path()).expect("a path in UTF-8").to_owned();
        let mut follower = Follower::open(&path).expect("the file is there");
        let mut record = Record::default();
        let mut seen = 0;

        write!(file, "not json\n{{\"type\":\"out").expect("it can be written");
        follower.read(&mut record, |_| seen += 1).expect("it can be read");
        assert_eq!((seen, record.noise.len()), (0, 1));

        writeln!(file, "puts\"}}").expect("it can be written");
        follower.read(&mut record, |_| seen += 1).expect("it can be read");
        assert_eq!((seen, record.noise.len()), (1, 1));
    }
}
