//! IAM conditions: the part of the Common Expression Language that speaks of a resource's name, type and service.
//! Everything else is refused when a policy is set, so that no condition is ever half understood.

/// What a condition can look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// Such as `projects/_/buckets/B/objects/O`.
    pub name: String,
    /// Such as `storage.googleapis.com/Object`.
    pub kind: &'static str,
    /// Such as `storage.googleapis.com`.
    pub service: &'static str,
}

/// As many logical operators as Google allows in one condition.
const MAX_OPERATORS: usize = 12;

/// A condition that was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// Either side.
    Or(Box<Condition>, Box<Condition>),
    /// Both sides.
    And(Box<Condition>, Box<Condition>),
    /// Not that.
    Not(Box<Condition>),
    /// A test of one attribute.
    Test(Attribute, Test, String),
}

/// An attribute of the resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attribute {
    /// `resource.name`
    Name,
    /// `resource.type`
    Type,
    /// `resource.service`
    Service,
}

/// What is asked of an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Test {
    /// `==`
    Equals,
    /// `!=`
    Differs,
    /// `.startsWith(…)`
    StartsWith,
    /// `.endsWith(…)`
    EndsWith,
}

impl Condition {
    /// Reads an expression; the error says what is not understood.
    pub fn parse(text: &str) -> Result<Self, String> {
        let tokens = tokens(text)?;
        let operators = tokens.iter().filter(|t| matches!(t, Token::Or | Token::And | Token::Not));
        let count = operators.count();
        if count > MAX_OPERATORS {
            return Err(format!("{count} logical operators, of at most {MAX_OPERATORS}"));
        }
        let mut parser = Parser { tokens, at: 0 };
        let condition = parser.or()?;
        match parser.peek() {
            None => Ok(condition),
            Some(token) => Err(format!("unexpected {token:?}")),
        }
    }

    /// Whether it holds for a resource.
    #[must_use]
    pub fn holds(&self, resource: &Resource) -> bool {
        match self {
            Self::Or(a, b) => a.holds(resource) || b.holds(resource),
            Self::And(a, b) => a.holds(resource) && b.holds(resource),
            Self::Not(a) => !a.holds(resource),
            Self::Test(attribute, test, value) => {
                let actual = match attribute {
                    Attribute::Name => resource.name.as_str(),
                    Attribute::Type => resource.kind,
                    Attribute::Service => resource.service,
                };
                match test {
                    Test::Equals => actual == value,
                    Test::Differs => actual != value,
                    Test::StartsWith => actual.starts_with(value.as_str()),
                    Test::EndsWith => actual.ends_with(value.as_str()),
                }
            }
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Or,
    And,
    Not,
    Equals,
    Differs,
    Open,
    Close,
    Word(String),
    Text(String),
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let fixed = [
            ("||", Token::Or),
            ("&&", Token::And),
            ("==", Token::Equals),
            ("!=", Token::Differs),
            ("!", Token::Not),
            ("(", Token::Open),
            (")", Token::Close),
        ];
        let fixed = fixed.into_iter().find(|(text, _)| rest.starts_with(text));
        let (token, length) = match (fixed, first) {
            (Some((text, token)), _) => (token, text.len()),
            (None, '"' | '\'') => literal(rest, first)?,
            (None, 'a'..='z' | 'A'..='Z') => {
                let word = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '_';
                let length = rest.find(|c| !word(c)).unwrap_or(rest.len());
                (Token::Word(rest[..length].into()), length)
            }
            _ => return Err(format!("unexpected {first:?}")),
        };
        tokens.push(token);
        rest = rest[length..].trim_start();
    }
    Ok(tokens)
}

/// A quoted text and its length with the quotes.
fn literal(rest: &str, quote: char) -> Result<(Token, usize), String> {
    let mut text = String::new();
    let mut chars = rest.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some((_, c @ ('\\' | '"' | '\''))) => text.push(c),
                other => return Err(format!("escape not understood: {other:?}")),
            },
            c if c == quote => return Ok((Token::Text(text), at + 1)),
            c => text.push(c),
        }
    }
    Err("a text that does not end".into())
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }

    fn take(&mut self, token: &Token) -> bool {
        let found = self.peek() == Some(token);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, token: &Token) -> Result<(), String> {
        match self.next() {
            Some(found) if found == *token => Ok(()),
            found => Err(format!("expected {token:?}, found {found:?}")),
        }
    }

    fn or(&mut self) -> Result<Condition, String> {
        let mut left = self.and()?;
        while self.take(&Token::Or) {
            left = Condition::Or(Box::new(left), Box::new(self.and()?));
        }
        Ok(left)
    }

    fn and(&mut self) -> Result<Condition, String> {
        let mut left = self.unary()?;
        while self.take(&Token::And) {
            left = Condition::And(Box::new(left), Box::new(self.unary()?));
        }
        Ok(left)
    }

    fn unary(&mut self) -> Result<Condition, String> {
        if self.take(&Token::Not) {
            return Ok(Condition::Not(Box::new(self.unary()?)));
        }
        if self.take(&Token::Open) {
            let inner = self.or()?;
            self.expect(&Token::Close)?;
            return Ok(inner);
        }
        self.test()
    }

    fn test(&mut self) -> Result<Condition, String> {
        let word = match self.next() {
            Some(Token::Word(word)) => word,
            found => return Err(format!("expected an attribute, found {found:?}")),
        };
        let (word, call) = match word.strip_suffix(".startsWith") {
            Some(attribute) => (attribute, Some(Test::StartsWith)),
            None => match word.strip_suffix(".endsWith") {
                Some(attribute) => (attribute, Some(Test::EndsWith)),
                None => (word.as_str(), None),
            },
        };
        let attribute = attribute(word)?;
        let test = match call {
            Some(test) => {
                self.expect(&Token::Open)?;
                test
            }
            None => match self.next() {
                Some(Token::Equals) => Test::Equals,
                Some(Token::Differs) => Test::Differs,
                found => return Err(format!("expected a comparison, found {found:?}")),
            },
        };
        let text = match self.next() {
            Some(Token::Text(text)) => text,
            found => return Err(format!("expected a text, found {found:?}")),
        };
        if call.is_some() {
            self.expect(&Token::Close)?;
        }
        Ok(Condition::Test(attribute, test, text))
    }
}

fn attribute(word: &str) -> Result<Attribute, String> {
    match word {
        "resource.name" => Ok(Attribute::Name),
        "resource.type" => Ok(Attribute::Type),
        "resource.service" => Ok(Attribute::Service),
        other => Err(format!("{other:?} is not understood by fake-gcp")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(name: &str) -> Resource {
        Resource {
            name: format!("projects/_/buckets/b/objects/{name}"),
            kind: "storage.googleapis.com/Object",
            service: "storage.googleapis.com",
        }
    }

    fn holds(expression: &str, name: &str) -> bool {
        Condition::parse(expression).unwrap().holds(&object(name))
    }

    const PREFIXES: &str = r#"
        resource.name.startsWith("projects/_/buckets/b/objects/s/claims/") ||
        resource.name.startsWith('projects/_/buckets/b/objects/s/logs/')"#;

    #[test]
    fn a_prefix_lets_in_what_is_below_it_only() {
        assert!(holds(PREFIXES, "s/claims/1.json"));
        assert!(holds(PREFIXES, "s/logs/1.txt"));
        assert!(!holds(PREFIXES, "s/outcomes/1.json"));
        assert!(!holds(PREFIXES, "other/s/claims/1.json"));
    }

    #[test]
    fn and_binds_closer_than_or_and_brackets_closer_than_both() {
        let a = r#"resource.name.endsWith("a")"#;
        let typed = r#"resource.type == "storage.googleapis.com/Bucket""#;
        assert!(holds(&format!("{a} || {typed} && {typed}"), "a"));
        assert!(!holds(&format!("({a} || {typed}) && {typed}"), "a"));
        assert!(holds(&format!("!({typed}) && {a}"), "a"));
        assert!(holds(r#"resource.service != "x""#, "a"));
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for bad in [
            "",
            "true",
            r#"request.time < timestamp("2026-01-01T00:00:00Z")"#,
            r#"resource.name.matches("a.*")"#,
            r#"resource.name == "a" ||"#,
            r#"(resource.name == "a""#,
            r#"resource.name == "a" "b""#,
            r#"resource.name == "a"#,
        ] {
            assert!(Condition::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn twelve_operators_are_enough_and_thirteen_too_many() {
        let test = r#"resource.name == "a""#;
        let join = |n: usize| vec![test; n + 1].join(" || ");
        assert!(Condition::parse(&join(12)).is_ok());
        let error = Condition::parse(&join(13)).unwrap_err();
        assert_eq!(error, "13 logical operators, of at most 12");
    }
}
