//! Builds the binary again when something that it carries inside has changed.

fn main() {
    for folder in ["terraform-modules", "scripts/guest", "scripts/harnesses"] {
        println!("cargo::rerun-if-changed=../../{folder}");
    }
}
