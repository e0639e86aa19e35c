//! The commands of gen-tf-sync in docs/gcp.md exist.

use std::{fs, path::Path, process::Command};

#[test]
fn every_option_of_the_guide_is_one() {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/gcp.md");
    let guide = fs::read_to_string(guide).unwrap();
    let help = Command::new(env!("CARGO_BIN_EXE_gen-tf-sync")).arg("--help").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let commands: Vec<&str> =
        guide.lines().filter(|line| line.starts_with("gen-tf-sync ")).collect();
    assert!(commands.len() >= 2, "{commands:?}");
    for word in commands.iter().flat_map(|command| command.split(' ').skip(1)) {
        assert!(!word.starts_with('-') || help.contains(word), "{word}");
        let is_command = help.contains(&format!("\n  {word} "));
        assert!(word.starts_with('-') || word.starts_with("workspace") || is_command, "{word}");
    }
}
