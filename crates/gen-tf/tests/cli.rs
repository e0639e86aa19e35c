//! The binary, run as its users run it: real Terraform, real sandboxes, a harness of a few lines.

#![expect(clippy::unwrap_used, reason = "a test ends where it can't go on")]

#[path = "../../../tests/support/registry.rs"]
mod registry;
#[path = "cli/place.rs"]
#[expect(dead_code, reason = "the rest of it serves other tests")]
mod place;
#[path = "cli/study.rs"]
mod study;
#[path = "cli/render.rs"]
mod render;
#[path = "cli/apply.rs"]
mod apply;
#[path = "cli/terminal.rs"]
mod terminal;
#[path = "cli/running.rs"]
mod running;
#[path = "cli/interrupts.rs"]
mod interrupts;
#[path = "cli/locks.rs"]
mod locks;
#[path = "cli/gc.rs"]
mod gc;
#[path = "cli/guide.rs"]
mod guide;
#[path = "cli/gcp.rs"]
mod gcp;
#[path = "cli/images.rs"]
mod images;
