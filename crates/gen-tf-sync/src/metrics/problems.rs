//! What is wrong with evidence, collected while it is read. It judges nothing.

use std::fmt::Display;

use gen_tf_core::metrics::Problem;

/// Problems so far.
#[derive(Debug, Default)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// Notes one.
    pub fn add(&mut self, file: &str, message: &dyn Display) {
        self.0.push(Problem { file: file.to_owned(), message: message.to_string() });
    }

    /// Whether anything is wrong with a file.
    pub fn has(&self, file: &str) -> bool {
        self.0.iter().any(|problem| problem.file == file)
    }

    /// All of them.
    pub fn into_vec(self) -> Vec<Problem> {
        self.0
    }
}

/// Places in one file that could not be read: the first is told, the others are counted, so that a
/// file that is garbled from end to end makes one problem.
#[derive(Debug, Default)]
pub struct BadPlaces {
    first: Option<String>,
    others: u64,
}

impl BadPlaces {
    /// Notes a place, such as `line 7`, and what is wrong there.
    pub fn add(&mut self, place: impl FnOnce() -> String, error: &dyn Display) {
        match self.first {
            None => self.first = Some(format!("{}: {error}", place())),
            Some(_) => self.others += 1,
        }
    }

    /// Makes one problem of them.
    pub fn tell(self, file: &str, problems: &mut Problems) {
        if let Some(first) = self.first {
            let others = match self.others {
                0 => String::new(),
                others => format!("; {others} more like it"),
            };
            problems.add(file, &format!("{first} (not counted{others})"));
        }
    }
}
