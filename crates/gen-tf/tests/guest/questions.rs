//! Scripts that ask somebody: nobody is there, and they are told so at once.

use std::fs;

use crate::lab::{Lab, Options};

#[test]
fn a_script_that_asks_gets_the_end_of_its_input_and_waits_for_nobody() {
    let lab = Lab::new(Options { variant: Some("asking"), ..Options::default() });
    let outcome = lab.run_expecting_success();
    let answers = fs::read_to_string(lab.results(&outcome).join("answers.txt")).unwrap();
    assert_eq!(answers, "setup: the end of the input\ntool: the end of the input\n");
}
