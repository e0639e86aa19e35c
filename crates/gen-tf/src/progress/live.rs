//! The view of `apply --wait`: a line for each active experiment, and totals.
//!
//! What the lines say is decided by the caller.

use std::collections::BTreeSet;

use indicatif::{ProgressBar, ProgressStyle};

use super::{Progress, Screen};

/// A line of the view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What the line says in substance, without clocks and counters. Where lines stay, it is
    /// printed again only when this is new.
    pub key: String,
    /// The line.
    pub text: String,
}

/// Lines that are drawn over and over on a terminal, and printed once elsewhere.
pub struct LiveView {
    screen: Screen,
    bars: Vec<ProgressBar>,
    keys: BTreeSet<String>,
}

impl LiveView {
    /// A view on stderr.
    pub fn new(is_terminal: bool) -> Self {
        Self::on(Screen::stderr(is_terminal))
    }

    fn on(screen: Screen) -> Self {
        Self { screen, bars: Vec::new(), keys: BTreeSet::new() }
    }

    /// Shows runs of Terraform in the same place, so that they do not disturb each other.
    pub fn progress(&self) -> Box<dyn Progress> {
        self.screen.progress()
    }

    /// Shows these lines instead of the last ones.
    pub fn set_lines(&mut self, lines: &[Line]) {
        match &self.screen {
            Screen::Bars(screen) => {
                while self.bars.len() > lines.len() {
                    let Some(bar) = self.bars.pop() else { break };
                    bar.finish_and_clear();
                    screen.remove(&bar);
                }
                while self.bars.len() < lines.len() {
                    let bar = screen.add(ProgressBar::no_length());
                    bar.set_style(text_only());
                    self.bars.push(bar);
                }
                for (bar, line) in self.bars.iter().zip(lines) {
                    bar.set_message(line.text.clone());
                    bar.tick();
                }
            }
            Screen::Plain(_) => {
                for line in lines.iter().filter(|line| !self.keys.contains(&line.key)) {
                    self.screen.println(&line.text);
                }
                self.keys = lines.iter().map(|line| line.key.clone()).collect();
            }
        }
    }

    /// Takes the lines away, e.g. before a question is asked.
    pub fn clear(&mut self) {
        if let Screen::Bars(_) = self.screen {
            self.set_lines(&[]);
        }
    }

    /// Prints a line that stays, above the others.
    pub fn println(&self, text: &str) {
        self.screen.println(text);
    }
}

impl Drop for LiveView {
    fn drop(&mut self) {
        self.clear();
    }
}

fn text_only() -> ProgressStyle {
    ProgressStyle::with_template("{wide_msg}").expect("the template is well formed")
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    fn line(key: &str, text: &str) -> Line {
        Line { key: key.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn where_lines_stay_only_changes_in_substance_are_printed() {
        let out = Arc::new(Mutex::new(Vec::new()));
        let mut view = LiveView::on(Screen::Plain(out.clone()));
        view.set_lines(&[line("a run", "a run 1s"), line("b setup", "b setup 1s")]);
        view.set_lines(&[line("a run", "a run 2s"), line("b run", "b run 0s")]);
        view.println("done");
        let printed = String::from_utf8(out.lock().expect("one thread").clone()).expect("UTF-8");
        insta::assert_snapshot!(printed, @r"
        a run 1s
        b setup 1s
        b run 0s
        done
        ");
    }

    #[test]
    fn on_a_terminal_there_is_a_bar_for_each_line() {
        let hidden = indicatif::ProgressDrawTarget::hidden();
        let screen = Screen::Bars(indicatif::MultiProgress::with_draw_target(hidden));
        let mut view = LiveView::on(screen);
        view.set_lines(&[line("a", "a 1s"), line("b", "b 1s")]);
        view.set_lines(&[line("b", "b 2s")]);
        let texts: Vec<String> = view.bars.iter().map(ProgressBar::message).collect();
        assert_eq!(texts, ["b 2s"]);
        view.clear();
        assert!(view.bars.is_empty());
    }
}
