//! Prints HCL as `terraform fmt` does, so that a rendered file is formatted without Terraform.
//! It formats what hcl-rs prints (no comments, no heredocs, one attribute or entry a line), not any HCL.

use hcl::{Body, format::Format};

/// A whole file: the DO NOT EDIT line, remarks, then the body.
pub(super) fn file(study: &str, remarks: &[&str], body: &Body) -> String {
    let mut formatter = hcl::format::Formatter::builder().build_vec();
    let printed = body.format_string(&mut formatter).expect("printing into memory does not fail");
    let mut text = format!("# DO NOT EDIT: gen-tf renders this file from study \"{study}\".\n");
    for remark in remarks {
        text.push_str("# ");
        text.push_str(remark);
        text.push('\n');
    }
    text.push('\n');
    align(&printed, &mut text);
    text
}

/// Aligns the `=` of neighbouring lines: `terraform fmt` does so for lines whose value ends on the
/// line, and starts anew after a line that opens or closes a bracket (hclwrite's `formatCells`).
fn align(printed: &str, out: &mut String) {
    let mut group: Vec<(&str, &str)> = Vec::new();
    for line in printed.lines() {
        match assignment(line) {
            Some(parts) => group.push(parts),
            None => {
                flush(&mut group, out);
                pad_braces(line, out);
                out.push('\n');
            }
        }
    }
    flush(&mut group, out);
}

fn flush(group: &mut Vec<(&str, &str)>, out: &mut String) {
    let width = group.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    for (name, value) in group.drain(..) {
        out.push_str(name);
        out.extend(std::iter::repeat_n(' ', width - name.chars().count()));
        out.push_str(" = ");
        pad_braces(value, out);
        out.push('\n');
    }
}

/// Writes `{ for … }` where hcl-rs prints `{for …}`.
fn pad_braces(text: &str, out: &mut String) {
    let mut quotes = Quotes::default();
    let mut before = ' ';
    for c in text.chars() {
        let quoted = quotes.pass(c);
        let opened = before == '{' && c != '}' && c != ' ';
        let closing = c == '}' && before != '{' && before != ' ';
        if !quoted && (opened || closing) {
            out.push(' ');
        }
        out.push(c);
        before = if quoted { '"' } else { c };
    }
}

/// Keeps count of quotes, character by character.
#[derive(Default)]
struct Quotes {
    quoted: bool,
    escaped: bool,
}

impl Quotes {
    /// Whether `c` stands within quotes (the quotes themselves do).
    fn pass(&mut self, c: char) -> bool {
        let was = self.quoted;
        if self.escaped {
            self.escaped = false;
        } else if c == '\\' && self.quoted {
            self.escaped = true;
        } else if c == '"' {
            self.quoted = !self.quoted;
        }
        was || self.quoted
    }
}

/// Name (with its indent) and value of a line that is a whole assignment.
fn assignment(line: &str) -> Option<(&str, &str)> {
    let name_end = if line.trim_start().starts_with('"') {
        let open = line.find('"')?;
        open + 1 + line[open + 1..].find('"')? + 1
    } else {
        line.find(' ').filter(|_| !line.starts_with(' ')).or_else(|| {
            let indent = line.len() - line.trim_start().len();
            line[indent..].find(' ').map(|end| indent + end)
        })?
    };
    let value = line[name_end..].strip_prefix(" = ")?;
    (net_brackets(value) == 0).then_some((&line[..name_end], value))
}

/// Opened less closed brackets outside of quotes.
fn net_brackets(value: &str) -> i32 {
    let mut net = 0;
    let mut quotes = Quotes::default();
    for c in value.chars() {
        match c {
            _ if quotes.pass(c) => {}
            '{' | '[' | '(' => net += 1,
            '}' | ']' | ')' => net -= 1,
            _ => {}
        }
    }
    net
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aligns_neighbouring_lines_and_starts_anew_after_an_open_bracket() {
        let mut out = String::new();
        align("a = 1\nlong = {\n  x = \"{\"\n  yy = [1]\n}\nbb = 2\n", &mut out);
        assert_eq!(out, "a = 1\nlong = {\n  x  = \"{\"\n  yy = [1]\n}\nbb = 2\n");
    }

    #[test]
    fn pads_the_braces_of_a_for_expression_and_leaves_empty_and_quoted_ones() {
        let mut out = String::new();
        align("a = {for k, v in x : k => {\n  b = 1\n}}\nc = {}\nd = \"{x}\"\n", &mut out);
        assert_eq!(out, "a = { for k, v in x : k => {\n  b = 1\n} }\nc = {}\nd = \"{x}\"\n");
    }
}
