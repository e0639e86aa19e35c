//! Names of experiments, and the places of their objects in a store.
//! It does not check that an experiment exists in a study: the blueprint does.

use std::{fmt, str::FromStr};

/// One tool on one service, one run: written `<service>/<tool>/<run>`.
///
/// Runs count from 1 and are not padded. The derived order is by service, tool and number of run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExperimentId {
    /// Name of the service, as the harness declares it.
    pub service: String,
    /// Name of the tool, as the harness declares it.
    pub tool: String,
    /// Number of the run, from 1.
    pub run: u32,
}

impl fmt::Display for ExperimentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.service, self.tool, self.run)
    }
}

/// Why a text is no experiment id.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "`{text}` is not an experiment: write <service>/<tool>/<run>, such as `httpbin/schemathesis/1`"
)]
pub struct ParseIdError {
    /// The text that was read.
    pub text: String,
}

impl FromStr for ExperimentId {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || ParseIdError { text: text.to_owned() };
        let mut parts = text.split('/');
        let (Some(service), Some(tool), Some(run), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(refuse());
        };
        let number: u32 = run.parse().map_err(|_| refuse())?;
        if service.is_empty() || tool.is_empty() || number == 0 || number.to_string() != run {
            return Err(refuse());
        }
        Ok(Self { service: service.to_owned(), tool: tool.to_owned(), run: number })
    }
}

impl serde::Serialize for ExperimentId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for ExperimentId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// One try of an experiment; attempts count from 1.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AttemptId {
    /// The experiment that is tried.
    pub experiment: ExperimentId,
    /// Number of the attempt, from 1.
    pub attempt: u32,
}

impl fmt::Display for AttemptId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.experiment, self.attempt)
    }
}

/// The kinds of objects that a store keeps for each attempt.
///
/// Keys are relative to the study's own root in the store (`gs://<bucket>/<study>/`, or a folder).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AttemptObject {
    /// Which boot of which machine serves the attempt; put once.
    Claim,
    /// Phase, elapsed time and beat; overwritten.
    Status,
    /// The archive of results; put once.
    Results,
    /// Size and sha256 of each file in the archive; put once.
    Files,
    /// How the attempt ended; put once, last.
    Outcome,
    /// A person's wish that a failed attempt be followed by another, whatever the limit; put once.
    Retry,
    /// That the outcome counts no more, because the experiment's definition has changed since; put once.
    Archived,
}

impl AttemptObject {
    /// First part of the object's key, with no slash.
    #[must_use]
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Claim => "claims",
            Self::Status => "status",
            Self::Results | Self::Files => "results",
            Self::Outcome => "outcomes",
            Self::Retry => "retries",
            Self::Archived => "archived",
        }
    }

    fn ending(self) -> &'static str {
        match self {
            Self::Results => ".tar.gz",
            Self::Files => ".files.json",
            _ => ".json",
        }
    }

    /// Key of this object of an attempt, such as `outcomes/httpbin/schemathesis/1/2.json`.
    #[must_use]
    pub fn key(self, id: &AttemptId) -> String {
        format!("{}/{}{}", self.prefix(), id, self.ending())
    }

    /// The attempt whose object has this key, if it is one of this kind.
    #[must_use]
    pub fn attempt_of(self, key: &str) -> Option<AttemptId> {
        let rest =
            key.strip_prefix(self.prefix())?.strip_prefix('/')?.strip_suffix(self.ending())?;
        let (experiment, attempt) = rest.rsplit_once('/')?;
        let number: u32 =
            attempt.parse().ok().filter(|n: &u32| *n > 0 && n.to_string() == attempt)?;
        Some(AttemptId { experiment: experiment.parse().ok()?, attempt: number })
    }
}

/// Prefix of the log segments of an attempt, with its slash: segments are `0001.txt`, `0002.txt`, …
#[must_use]
pub fn log_prefix(id: &AttemptId) -> String {
    format!("logs/{id}/")
}

/// Key of a model or other input, by its sha256.
#[must_use]
pub fn input_key(sha256: &str) -> String {
    format!("inputs/{sha256}")
}

/// The setup key that an object marks as ready for the other experiments that share it.
///
/// On gcp it is the packed setup itself; on `local` a small file, because the setup stays in the
/// cache folder of the machine.
#[must_use]
pub fn setup_key_of(object: &str) -> Option<&str> {
    let name = object.strip_prefix("setup/")?;
    name.strip_suffix(".tar.gz").or_else(|| name.strip_suffix(".json"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_as_it_was_written() {
        let id: ExperimentId = "language-tool/arat-rl/10".parse().unwrap();
        assert_eq!(id.to_string(), "language-tool/arat-rl/10");
    }

    #[test]
    fn refuses_padded_zero_and_missing_runs() {
        for text in ["a/b", "a/b/0", "a/b/01", "a/b/c", "a//1", "a/b/1/2", ""] {
            assert!(text.parse::<ExperimentId>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_key_of_an_object_leads_back_to_its_attempt() {
        let id = AttemptId { experiment: "a/b/3".parse().unwrap(), attempt: 12 };
        for kind in [
            AttemptObject::Claim,
            AttemptObject::Results,
            AttemptObject::Files,
            AttemptObject::Outcome,
        ] {
            assert_eq!(kind.attempt_of(&kind.key(&id)), Some(id.clone()));
        }
        assert_eq!(AttemptObject::Results.attempt_of(&AttemptObject::Files.key(&id)), None);
    }
}
