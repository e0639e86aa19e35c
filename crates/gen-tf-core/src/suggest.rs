//! "Did you mean": the known word that is closest to an unknown one.

/// The candidate that `word` was probably meant to be.
#[must_use]
pub fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = plain(word);
    // Distances cost the product of the lengths; no name here is longer than this.
    if word.len() > 100 {
        return None;
    }
    candidates
        .into_iter()
        .filter_map(|candidate| Some((distance(&word, &plain(candidate))?, candidate)))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// `did you mean …?`, where something is close; otherwise the whole list, if it is short.
#[must_use]
pub fn help<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
    all: &str,
) -> Option<String> {
    let candidates: Vec<_> = candidates.into_iter().collect();
    if let Some(candidate) = closest(word, candidates.iter().copied()) {
        return Some(format!("did you mean `{candidate}`?"));
    }
    (!candidates.is_empty()).then(|| format!("{all}: {}", listed(&candidates)))
}

/// `a`, `b` and `c`; long lists are cut.
#[must_use]
pub fn listed<S: AsRef<str>>(words: &[S]) -> String {
    const MOST: usize = 20;
    let mut quoted: Vec<_> = words.iter().take(MOST).map(|w| format!("`{}`", w.as_ref())).collect();
    if words.len() > MOST {
        return format!("{}, … ({} in all)", quoted.join(", "), words.len());
    }
    match quoted.pop() {
        Some(last) if !quoted.is_empty() => format!("{} and {last}", quoted.join(", ")),
        Some(last) => last,
        None => String::new(),
    }
}

/// Case and the choice between `-`, `_` and a space are no difference in meaning.
fn plain(word: &str) -> String {
    word.chars().filter(|c| !matches!(c, '-' | '_' | ' ')).flat_map(char::to_lowercase).collect()
}

fn distance(word: &str, candidate: &str) -> Option<usize> {
    if candidate.len() > 100 {
        return None;
    }
    let edits = strsim::osa_distance(word, candidate);
    let shorter = word.chars().count().min(candidate.chars().count());
    let near = edits <= 1.max(word.chars().count() / 3) && edits < shorter;
    let part = shorter >= 4 && (word.starts_with(candidate) || candidate.starts_with(word));
    (near || part || edits == 0).then_some(edits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_typing_mistakes_and_other_spellings() {
        let fields = ["services", "tools", "runs", "machine_type", "max_parallel"];
        for (word, meant) in [
            ("servces", "services"),
            ("tool", "tools"),
            ("machine-type", "machine_type"),
            ("machine", "machine_type"),
            ("maxParallel", "max_parallel"),
            ("rusn", "runs"),
        ] {
            assert_eq!(closest(word, fields), Some(meant), "{word}");
        }
        for word in ["colour", "x", "", "zone"] {
            assert_eq!(closest(word, fields), None, "{word}");
        }
    }
}
