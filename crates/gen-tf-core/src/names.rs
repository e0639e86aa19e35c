//! The forms of names: what a VM, a label, a bucket, a file or a shell variable can carry.
//! Whether something of that name exists is no question here.

use crate::{
    schema::Complaint,
    study::{HarnessRef, REHEARSAL_SUFFIX},
};

type Checked = Result<(), Complaint>;

fn fail<T>(message: impl Into<String>, help: impl Into<String>) -> Result<T, Complaint> {
    Err(Complaint::new(message, help))
}

/// Any text.
pub(crate) fn any(_: &str) -> Checked {
    Ok(())
}

/// A text that people read: not empty, without control characters.
pub(crate) fn sentence(text: &str) -> Checked {
    if text.trim().is_empty() {
        return fail("is empty", "write a sentence");
    }
    if text.chars().any(|c| c.is_control() && c != '\n') {
        return fail("holds a control character", "write plain text");
    }
    Ok(())
}

/// Lower-case letters, digits and `-`, starting with a letter: what VMs, labels and paths carry.
fn dashed(text: &str, most: usize) -> Checked {
    let usual = format!(
        "use lower-case letters, digits and `-`, starting with a letter, {most} characters at most"
    );
    if text.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
        return fail("does not start with a letter", usual);
    }
    inner(text, most, &usual)
}

/// The same where something else, such as a study's name, stands before it.
fn inner(text: &str, most: usize, usual: &str) -> Checked {
    let bad = text.chars().find(|c| !matches!(c, 'a'..='z' | '0'..='9' | '-'));
    if text.is_empty() {
        return fail("is empty", usual);
    }
    if let Some(bad) = bad {
        return fail(format!("holds `{}`", bad.escape_debug()), usual);
    }
    if text.starts_with('-') || text.ends_with('-') {
        return fail("starts or ends with `-`", usual);
    }
    if text.len() > most {
        return fail(format!("has {} characters", text.len()), usual);
    }
    Ok(())
}

/// The name of a study.
pub(crate) fn study(text: &str) -> Checked {
    dashed(text, 30)?;
    if text.ends_with(REHEARSAL_SUFFIX) {
        let help = "`--rehearse` names rehearsals so; choose another name";
        return fail(format!("ends with `{REHEARSAL_SUFFIX}`"), help);
    }
    Ok(())
}

/// The name of a harness, a tool or a service.
pub(crate) fn part(text: &str) -> Checked {
    let usual = "use lower-case letters, digits and `-`, not at either end, 40 characters at most";
    inner(text, 40, usual)
}

/// The name of a secret.
pub(crate) fn secret(text: &str) -> Checked {
    dashed(text, 60)
}

/// The name of a setting; it becomes the end of an environment variable.
pub(crate) fn setting(text: &str) -> Checked {
    let fits = text.len() <= 60
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9' | '_' | '-'));
    if fits {
        return Ok(());
    }
    let help = "use lower-case letters, digits, `_` and `-`, starting with a letter";
    fail("becomes no environment variable", help)
}

/// Where a harness comes from: a name, or a folder that starts with `./` or `../`.
pub(crate) fn harness(text: &str) -> Checked {
    match harness_ref(text) {
        HarnessRef::Path(path) => local_path(&path),
        HarnessRef::BuiltIn(name) if name.contains('/') => {
            fail(format!("can't be `{text}`"), format!("write a folder as `./{text}`"))
        }
        HarnessRef::BuiltIn(name) => part(&name),
    }
}

/// How a text names a harness.
pub(crate) fn harness_ref(text: &str) -> HarnessRef {
    let is_path = ["./", "../", "/", "~"].iter().any(|start| text.starts_with(start));
    if is_path || text == "." || text == ".." {
        HarnessRef::Path(text.to_owned())
    } else {
        HarnessRef::BuiltIn(text.to_owned())
    }
}

/// A path on this machine.
fn local_path(text: &str) -> Checked {
    if text.is_empty() {
        return fail("is empty", "write a path relative to the study's file");
    }
    if text.starts_with('~') {
        return fail("starts with `~`, which is not expanded", "write the path in full");
    }
    if text.chars().any(char::is_control) {
        return fail("holds a control character", "write a plain path");
    }
    Ok(())
}

/// Where a model comes from.
pub(crate) fn model_source(text: &str) -> Checked {
    if let Some(object) = text.strip_prefix("gs://") {
        return match object.split_once('/') {
            Some((name, path)) if !path.is_empty() && !path.ends_with('/') => bucket(name),
            _ => fail("names no object", "write `gs://BUCKET/PATH`"),
        };
    }
    if text.contains("://") {
        let help = "download it, and give its path; or put it into a bucket: `gs://BUCKET/PATH`";
        return fail("is neither an object of a bucket nor a local file", help);
    }
    local_path(text)
}

/// A sha256 as `sha256sum` writes it.
pub(crate) fn sha256(text: &str) -> Checked {
    let help = "`sha256sum FILE` prints it";
    if text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
        return Ok(());
    }
    if text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return fail("has capital letters", format!("write `{}`", text.to_ascii_lowercase()));
    }
    if let Some(digits) = text.strip_prefix("sha256:") {
        return sha256(digits).and_then(|()| fail("starts with `sha256:`", "leave that away"));
    }
    let count = text.chars().count();
    if count != 64 {
        return fail(format!("has {count} characters; a sha256 has 64"), help);
    }
    fail("holds something else than hexadecimal digits", help)
}

/// The name of a file that a tool opens; also a word of a space separated list.
pub(crate) fn file_name(text: &str) -> Checked {
    let fits = !text.is_empty()
        && text.len() <= 100
        && !text.starts_with(['.', '-'])
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'));
    if fits {
        return Ok(());
    }
    let help = "use letters, digits, `.`, `_` and `-`, starting with a letter, a digit or `_`";
    fail("is no plain file name", help)
}

/// The name of an environment variable.
pub(crate) fn env(text: &str) -> Checked {
    let fits = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if fits {
        return Ok(());
    }
    let help = "give the name of a variable, such as `OMDB_API_KEY`; never the value itself";
    fail("is no name of an environment variable", help)
}

/// The id of a Google Cloud project.
pub(crate) fn project(text: &str) -> Checked {
    let usual = "an id has 6 to 30 lower-case letters, digits and `-`; `gcloud projects list`";
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return fail("is a project's number", "write its id; `gcloud projects list` shows both");
    }
    // Old projects belong to a domain: `example.com:project`.
    let (domain, id) = text.split_once(':').map_or((None, text), |(d, id)| (Some(d), id));
    let is_domain = |domain: &str| {
        domain.len() <= 63 && domain.split('.').all(|part| inner(part, 63, "").is_ok())
    };
    if !domain.is_none_or(is_domain) || !(6..=30).contains(&id.len()) || dashed(id, 30).is_err() {
        return fail("is no id of a project", usual);
    }
    Ok(())
}

/// The name of a machine type; whether it exists is not asked here.
pub(crate) fn machine_type(text: &str) -> Checked {
    let fits = !text.is_empty()
        && text.len() <= 63
        && text.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9' | '-'));
    if fits {
        return Ok(());
    }
    fail("is no name of a machine type", "write such as `n1-standard-8`")
}

/// The name of a zone.
pub(crate) fn zone(text: &str) -> Checked {
    if region(text).is_some() {
        return Ok(());
    }
    if is_region(text) {
        let help = format!("name its zones, such as `{text}-a`");
        return fail("is a region", help);
    }
    fail("is no zone", "a zone is written such as `us-central1-a`")
}

/// The region of a zone.
pub(crate) fn region(zone: &str) -> Option<&str> {
    let (region, letter) = zone.rsplit_once('-')?;
    let is_letter = letter.len() == 1 && letter.starts_with(|c: char| c.is_ascii_lowercase());
    (is_letter && is_region(region)).then_some(region)
}

fn is_region(text: &str) -> bool {
    let Some((continent, place)) = text.split_once('-') else { return false };
    let name = place.trim_end_matches(|c: char| c.is_ascii_digit());
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase());
    is_word(continent) && is_word(name) && name.len() < place.len()
}

/// The name of a bucket.
pub(crate) fn bucket(text: &str) -> Checked {
    let usual =
        "3 to 63 lower-case letters, digits, `-`, `_` and `.`, a letter or digit at each end";
    if let Some(name) = text.strip_prefix("gs://") {
        let help = format!("write the name only: `{}`", name.trim_end_matches('/'));
        return fail("starts with `gs://`", help);
    }
    let is_end = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let fits = (3..=63).contains(&text.len())
        && text.chars().all(|c| is_end(c) || matches!(c, '-' | '_' | '.'))
        && text.starts_with(is_end)
        && text.ends_with(is_end)
        && !text.contains("..");
    if !fits {
        return fail("is no name of a bucket", usual);
    }
    if text.starts_with("goog") || text.contains("google") {
        return fail("is no name of a bucket", "Google keeps names with `goog` to itself");
    }
    Ok(())
}

/// The name of a network or subnetwork, or its path.
pub(crate) fn network(text: &str) -> Checked {
    let last = text.rsplit('/').next().unwrap_or_default();
    let is_part = |part: &str| project(part).is_ok() || inner(part, 63, "").is_ok();
    let fits = text.split('/').all(is_part)
        && (!text.contains('/') || text.starts_with("projects/"))
        && dashed(last, 63).is_ok();
    if fits {
        return Ok(());
    }
    let help = "write its name, or `projects/PROJECT/global/networks/NAME`, \
                or `projects/PROJECT/regions/REGION/subnetworks/NAME`";
    fail("is no name of a network", help)
}

/// The key of a label.
pub(crate) fn label_key(text: &str) -> Checked {
    let help = "use lower-case letters, digits, `_` and `-`, starting with a letter, 63 at most";
    let fits = text.starts_with(|c: char| c.is_ascii_lowercase()) && label_value(text).is_ok();
    if !fits {
        return fail("is no key of a label", help);
    }
    if text.starts_with("gen-tf") {
        return fail("starts with `gen-tf`", "gen-tf's own labels start so; choose another key");
    }
    Ok(())
}

/// The value of a label.
pub(crate) fn label_value(text: &str) -> Checked {
    let fits =
        text.len() <= 63 && text.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9' | '_' | '-'));
    if fits {
        return Ok(());
    }
    fail("is no value of a label", "use lower-case letters, digits, `_` and `-`, 63 at most")
}

/// The name of a command that must be on a machine.
pub(crate) fn command(text: &str) -> Checked {
    let fits = !text.is_empty()
        && !text.starts_with('-')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "._+-[".contains(c));
    if fits {
        return Ok(());
    }
    fail("is no name of a command", "write the name alone, such as `python3`")
}

/// A path, or a pattern of paths, below a folder; also a word of a space separated list.
pub(crate) fn inner_path(text: &str) -> Checked {
    let help = "write a path below the folder, with `/`, and without spaces, quotes and `..`";
    let fits = !text.is_empty()
        && !text.starts_with('/')
        && text.split('/').all(|part| !matches!(part, "" | "." | ".."))
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "/._-+*?[]@=,".contains(c));
    if fits { Ok(()) } else { fail("is no path below a folder", help) }
}

/// The URL that tells that a service is ready: on the machine itself.
pub(crate) fn ready_url(text: &str) -> Checked {
    let help =
        "write such as `http://127.0.0.1:9001/health`; services listen on the machine itself";
    let host = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
    let fits = host.is_some_and(|host| {
        let host = host.split('/').next().unwrap_or_default();
        let (name, port) = host.split_once(':').unwrap_or((host, "80"));
        matches!(name, "127.0.0.1" | "localhost") && port.parse::<u16>().is_ok_and(|port| port > 0)
    });
    if !fits {
        return fail("is no URL of this machine", help);
    }
    if text.chars().any(|c| c.is_whitespace() || c.is_control() || matches!(c, '"' | '\'' | '\\')) {
        return fail("holds a space or a quote", "write it percent-encoded, such as `%20`");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(form: fn(&str) -> Checked, good: &[&str], bad: &[&str]) {
        for text in good {
            assert_eq!(form(text), Ok(()), "{text}");
        }
        for text in bad {
            assert!(form(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_study_is_named_so_that_vms_labels_and_buckets_can_carry_it() {
        let long = "a".repeat(31);
        check(
            study,
            &["a", "rest-2026", "x1"],
            &["", "1a", "A", "a_b", "a-", "-a", "a b", "é", "a-rehearsal", &long],
        );
    }

    #[test]
    fn tools_and_services_may_start_with_a_digit() {
        check(part, &["1st-tool", "a", "9"], &["", "-a", "a-", "A", "a_b", "a/b", "a b"]);
    }

    #[test]
    fn zones_have_a_region_and_a_letter() {
        check(
            zone,
            &["us-central1-a", "europe-west10-b", "northamerica-northeast1-c"],
            &["", "us-central1", "us-central-a", "us-a", "US-central1-a", "us-central1-ab", "a"],
        );
        assert_eq!(region("us-central1-a"), Some("us-central1"));
    }

    #[test]
    fn buckets_projects_and_networks_follow_google_clouds_rules() {
        check(
            bucket,
            &["abc", "my-project-rest-2026", "a.b_c"],
            &["", "ab", "Abc", "gs://abc", "-abc", "abc-", "a..b", "goog-1", "my-google", "a b c"],
        );
        check(
            project,
            &["my-project", "example.com:my-project"],
            &[
                "a\"${b}:my-project",
                ":my-project",
                "a:b:my-project",
                "",
                "short",
                "123456789",
                "My-Project",
                "my-project-",
                "9-project",
            ],
        );
        check(
            network,
            &[
                "default",
                "projects/p/global/networks/n",
                "projects/a.com:my-project/global/networks/n",
            ],
            &["projects/${p}/global/networks/n", "", "/n", "n/", "global/networks/n", "N"],
        );
    }

    #[test]
    fn models_come_from_buckets_or_files() {
        check(
            model_source,
            &["gs://my-models/ex.gguf", "models/ex.gguf", "../ex.gguf", "/data/ex.gguf"],
            &["", "gs://my-models", "gs://my-models/", "gs://m/x", "https://x/y", "~/ex.gguf"],
        );
    }

    #[test]
    fn what_the_guest_reads_as_words_holds_no_space() {
        check(file_name, &["ex.gguf", "_a-1"], &["", ".a", "-a", "a/b", "a b", "a=b", "..", "é"]);
        check(inner_path, &["a", "a/*.csv"], &["", "/a", "a/", "../a", "a//b", "a b", "a;b", "$x"]);
        check(command, &["python3", "g++"], &["", "-x", "a b", "/bin/sh", "a;b"]);
        check(env, &["A", "_a1"], &["", "1A", "A-B", "A B", "sk-live-1"]);
    }

    #[test]
    fn ready_urls_are_on_the_machine_itself() {
        check(
            ready_url,
            &["http://127.0.0.1:9001/status/200", "http://localhost/", "http://127.0.0.1:1"],
            &[
                "",
                "http://example.com/",
                "ftp://127.0.0.1/",
                "http://127.0.0.1:0/",
                "http://127.0.0.1:x/",
                "http://127.0.0.1/a b",
                "http://127.0.0.1.evil.org/",
            ],
        );
    }
}
