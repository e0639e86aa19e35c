//! Faults that a test asks for: rules over requests, and how often each strikes.
//! What a fault does to a request is carried out on the HTTP side and by operations.

use serde::{Deserialize, Serialize, Serializer};
use std::time::Duration;

/// A rule.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Which requests it strikes.
    #[serde(rename = "match", default)]
    pub matches: Match,
    /// How often it still strikes; without a number for ever.
    #[serde(default)]
    pub times: Option<u64>,
    /// It lets so many requests pass between two that it strikes.
    #[serde(default)]
    pub pass: u64,
    /// What happens.
    pub fault: Fault,
    /// How many requests have fitted.
    #[serde(default)]
    pub met: u64,
    /// How often it has struck.
    #[serde(default)]
    pub struck: u64,
}

/// Which requests a rule strikes; what is left out matches everything.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Match {
    /// The method.
    pub method: Option<String>,
    /// A regular expression that is searched for in the path with its query, as it was sent.
    pub path: Option<String>,
    /// A regular expression that is searched for in the caller's name.
    pub caller: Option<String>,
}

/// What happens to a request.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", untagged)]
pub enum Fault {
    /// It is answered with an error and not carried out.
    Status {
        /// HTTP status.
        status: u16,
        /// Google's reason; one that fits the status if left out.
        reason: Option<String>,
        /// Text for people.
        message: Option<String>,
    },
    /// The operation that it starts ends with an error, and nothing is made.
    OperationError {
        /// The error.
        operation_error: OperationError,
    },
    /// It is carried out later.
    Delay {
        /// Milliseconds.
        delay_ms: u64,
    },
    /// The operation that it starts takes this long.
    OperationDelay {
        /// Milliseconds.
        operation_delay_ms: u64,
    },
    /// The answer ends after some bytes although more were announced.
    TruncateBody {
        /// Bytes that are sent.
        truncate_body: u64,
    },
    /// Tokens issued by a matching request are good for this long.
    TokenExpiresIn {
        /// Seconds, which may be negative.
        token_expires_in: i64,
    },
    /// One of the faults without a value.
    Plain(PlainFault),
}

/// A fault without a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlainFault {
    /// The connection ends; nothing is carried out.
    DropConnection,
    /// It is carried out, but the connection ends without an answer.
    DropResponse,
    /// A byte of an upload, else of the answer, is changed.
    CorruptBody,
    /// The instance that it makes boots, and runs no startup script.
    NoStartup,
}

/// How an operation fails.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperationError {
    /// Such as `ZONE_RESOURCE_POOL_EXHAUSTED`.
    pub code: String,
    /// Text for people.
    pub message: String,
}

/// Everything that strikes one request.
#[derive(Debug, Clone, Default)]
pub struct Struck {
    /// Answer with this error.
    pub status: Option<(u16, Option<String>, Option<String>)>,
    /// Wait first.
    pub delay: Duration,
    /// Let its operation take this long.
    pub operation_delay: Option<Duration>,
    /// Let its operation fail.
    pub operation_error: Option<OperationError>,
    /// End the answer early.
    pub truncate_body: Option<u64>,
    /// Life of the tokens it issues.
    pub token_expires_in: Option<i64>,
    /// End the connection first.
    pub drop_connection: bool,
    /// End the connection in place of an answer.
    pub drop_response: bool,
    /// Change a byte.
    pub corrupt_body: bool,
    /// Boot the instance without its startup script.
    pub no_startup: bool,
}

/// The rules in the order in which they came.
#[derive(Debug, Default, Deserialize)]
#[serde(try_from = "Vec<Rule>")]
pub struct Rules(Vec<(Rule, Compiled)>);

#[derive(Debug)]
struct Compiled {
    path: Option<regex::Regex>,
    caller: Option<regex::Regex>,
}

impl Serialize for Rules {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.list())
    }
}

impl TryFrom<Vec<Rule>> for Rules {
    type Error = regex::Error;

    fn try_from(list: Vec<Rule>) -> Result<Self, regex::Error> {
        let mut rules = Self::default();
        list.into_iter().try_for_each(|rule| rules.add(rule))?;
        Ok(rules)
    }
}

impl Rules {
    /// Adds a rule.
    pub fn add(&mut self, rule: Rule) -> Result<(), regex::Error> {
        let compile = |text: &Option<String>| text.as_deref().map(regex::Regex::new).transpose();
        let (path, caller) = (compile(&rule.matches.path)?, compile(&rule.matches.caller)?);
        self.0.push((rule, Compiled { path, caller }));
        Ok(())
    }

    /// Removes all.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// All rules, with how often each may still strike and has struck.
    pub fn list(&self) -> impl Iterator<Item = &Rule> {
        self.0.iter().map(|(rule, _)| rule)
    }

    /// Whether any rule counts a request.
    #[must_use]
    pub fn any(&self, method: &str, path: &str, caller: &str) -> bool {
        self.0.iter().any(|(rule, compiled)| compiled.fits(rule, method, path, caller))
    }

    /// What strikes a request; counts it.
    pub fn strike(&mut self, method: &str, path: &str, caller: &str) -> Struck {
        let mut struck = Struck::default();
        for (rule, compiled) in &mut self.0 {
            if !compiled.fits(rule, method, path, caller) {
                continue;
            }
            rule.met += 1;
            if (rule.met - 1).is_multiple_of(rule.pass + 1) {
                rule.struck += 1;
                rule.times = rule.times.map(|times| times - 1);
                struck.add(&rule.fault);
            }
        }
        struck
    }
}

impl Compiled {
    fn fits(&self, rule: &Rule, method: &str, path: &str, caller: &str) -> bool {
        rule.times != Some(0)
            && rule.matches.method.as_ref().is_none_or(|m| m.eq_ignore_ascii_case(method))
            && self.path.as_ref().is_none_or(|path_is| path_is.is_match(path))
            && self.caller.as_ref().is_none_or(|caller_is| caller_is.is_match(caller))
    }
}

impl Struck {
    fn add(&mut self, fault: &Fault) {
        match fault.clone() {
            Fault::Status { status, reason, message } => {
                self.status.get_or_insert((status, reason, message));
            }
            Fault::OperationError { operation_error } => {
                self.operation_error.get_or_insert(operation_error);
            }
            Fault::Delay { delay_ms } => self.delay += Duration::from_millis(delay_ms),
            Fault::OperationDelay { operation_delay_ms } => {
                self.operation_delay = Some(Duration::from_millis(operation_delay_ms));
            }
            Fault::TruncateBody { truncate_body } => self.truncate_body = Some(truncate_body),
            Fault::TokenExpiresIn { token_expires_in } => {
                self.token_expires_in = Some(token_expires_in);
            }
            Fault::Plain(PlainFault::DropConnection) => self.drop_connection = true,
            Fault::Plain(PlainFault::DropResponse) => self.drop_response = true,
            Fault::Plain(PlainFault::CorruptBody) => self.corrupt_body = true,
            Fault::Plain(PlainFault::NoStartup) => self.no_startup = true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(json: &str) -> Rules {
        let mut rules = Rules::default();
        let list: Vec<Rule> = serde_json::from_str(json).unwrap();
        list.into_iter().for_each(|rule| rules.add(rule).unwrap());
        rules
    }

    #[test]
    fn every_form_of_a_fault_is_read() {
        let mut rules = rules(
            r#"[
            { "match": { "path": "." }, "times": 1,
              "fault": { "status": 503, "reason": "backendError", "message": "m" } },
            { "fault": { "operation_error": { "code": "A", "message": "b" } } },
            { "fault": { "delay_ms": 500 } },
            { "fault": { "operation_delay_ms": 12000 } },
            { "fault": "drop_connection" },
            { "fault": "drop_response" },
            { "fault": { "truncate_body": 3 } },
            { "fault": "corrupt_body" },
            { "fault": "no_startup" },
            { "fault": { "token_expires_in": -5 } }
        ]"#,
        );
        let struck = rules.strike("GET", "/a", "owner");
        assert_eq!(struck.status.unwrap().0, 503);
        assert_eq!(struck.operation_error.unwrap().code, "A");
        assert_eq!(struck.delay, Duration::from_millis(500));
        assert_eq!(struck.operation_delay, Some(Duration::from_secs(12)));
        assert!(struck.drop_connection && struck.drop_response && struck.corrupt_body);
        assert!(struck.no_startup);
        assert_eq!((struck.truncate_body, struck.token_expires_in), (Some(3), Some(-5)));
    }

    #[test]
    fn a_rule_strikes_as_often_as_it_says() {
        let mut rules = rules(r#"[{ "times": 2, "fault": { "status": 500 } }]"#);
        let mut hits = || rules.strike("GET", "/", "owner").status.is_some();
        assert_eq!([hits(), hits(), hits()], [true, true, false]);
    }

    #[test]
    fn a_rule_lets_pass_as_many_as_it_says() {
        let mut rules = rules(r#"[{ "pass": 1, "times": 2, "fault": { "status": 429 } }]"#);
        let mut hits = || rules.strike("GET", "/", "owner").status.is_some();
        assert_eq!([hits(), hits(), hits(), hits(), hits()], [true, false, true, false, false]);
    }

    #[test]
    fn method_path_and_caller_must_all_fit() {
        let mut rules = rules(
            r#"[{ "match": { "method": "POST", "path": "/instances$", "caller": "^owner$" },
                  "fault": { "status": 500 } }]"#,
        );
        let mut hits = |m: &str, p: &str, c: &str| rules.strike(m, p, c).status.is_some();
        assert!(hits("POST", "/zones/z/instances", "owner"));
        assert!(!hits("GET", "/zones/z/instances", "owner"));
        assert!(!hits("POST", "/zones/z/disks", "owner"));
        assert!(!hits("POST", "/zones/z/instances", "a@b"));
    }

    #[test]
    fn a_mistyped_rule_is_refused() {
        for bad in [
            r#"{ "fault": "drop_everything" }"#,
            r#"{ "match": { "url": "x" }, "fault": "drop_response" }"#,
            r#"{ "times": 1 }"#,
        ] {
            assert!(serde_json::from_str::<Rule>(bad).is_err(), "{bad}");
        }
    }
}
