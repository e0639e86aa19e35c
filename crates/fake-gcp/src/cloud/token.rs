//! Bearer tokens: who calls.
//! A token is believed as it is written; nothing here is secret or signed.

use super::clock::unix_seconds;

/// Who sent a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// The project's owner: may do everything.
    Owner,
    /// A service account, with the rights that policies give it.
    Account(String),
    /// No token.
    Nobody,
    /// A token of this service account that is no longer good.
    Expired(String),
}

impl Caller {
    /// Reads an `Authorization` header.
    #[must_use]
    pub fn from_header(header: Option<&str>) -> Self {
        let token = header.and_then(|value| value.split_once(' ')).map(|(_, token)| token.trim());
        match token {
            None | Some("") => Self::Nobody,
            Some(token) => Self::from_token(token),
        }
    }

    fn from_token(token: &str) -> Self {
        match parse(token) {
            None => Self::Owner,
            Some((email, expiry)) if expiry > unix_seconds() => Self::Account(email),
            Some((email, _)) => Self::Expired(email),
        }
    }

    /// How logs, fault rules and messages name the caller.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Owner => "owner",
            Self::Account(email) | Self::Expired(email) => email,
            Self::Nobody => "nobody",
        }
    }
}

/// `fake.<email>.<n>.<expiry>`; the address itself holds dots.
fn parse(token: &str) -> Option<(String, i64)> {
    let rest = token.strip_prefix("fake.")?;
    let (rest, expiry) = rest.rsplit_once('.')?;
    let (email, number) = rest.rsplit_once('.')?;
    number.parse::<u64>().ok()?;
    let expiry = expiry.parse().ok()?;
    email.contains('@').then(|| (email.to_owned(), expiry))
}

/// The token number `n` of an account, good for `seconds`, which may be negative.
#[must_use]
pub fn issue(email: &str, n: u64, seconds: i64) -> String {
    format!("fake.{email}.{n}.{}", unix_seconds() + seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bearer(token: &str) -> Caller {
        Caller::from_header(Some(&format!("Bearer {token}")))
    }

    #[test]
    fn a_token_of_an_account_is_that_account() {
        let email = "gen-tf-a@p.iam.gserviceaccount.com";
        assert_eq!(bearer(&issue(email, 7, 60)), Caller::Account(email.into()));
    }

    #[test]
    fn an_old_token_is_expired_and_still_names_its_account() {
        assert_eq!(bearer(&issue("a@b.c", 7, -1)), Caller::Expired("a@b.c".into()));
    }

    #[test]
    fn any_other_token_is_the_owner_and_none_is_nobody() {
        assert_eq!(bearer("anything"), Caller::Owner);
        assert_eq!(Caller::from_header(None), Caller::Nobody);
        assert_eq!(Caller::from_header(Some("Bearer ")), Caller::Nobody);
    }
}
