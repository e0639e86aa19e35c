//! fake-gcp: an offline twin of the parts of Google Cloud that gen-tf uses.

fn main() {}
