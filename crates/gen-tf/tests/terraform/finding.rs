//! Which Terraform is taken, and which is refused.

use std::fs;

use camino::Utf8Path;
use gen_tf::terraform::{Error, Flavour, PlanOptions, Terraform, Version};

use crate::support::{FAILED, Folder, command, wait_for_end};

/// A program that only knows its version.
fn stub(folder: &Folder, printed: &str) -> Terraform {
    let script =
        format!("#!/bin/sh\necho 'warning: no configuration file' >&2\necho '{printed}'\n");
    Terraform::find(Some(&folder.script("stub", &script))).unwrap()
}

#[test]
fn opentofu_is_recognised() {
    let tofu = stub(&Folder::new(""), "OpenTofu v1.12.6\non linux_amd64");
    assert_eq!(tofu.flavour, Flavour::OpenTofu);
    assert_eq!(tofu.version, Version { major: 1, minor: 12, patch: 6 });
}

#[test]
fn an_old_version_is_refused_with_where_to_get_a_newer_one() {
    let folder = Folder::new("");
    let old = folder.script("terraform", "#!/bin/sh\necho 'Terraform v1.5.7'\n");
    let error = Terraform::find(Some(&old)).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("{old} is Terraform 1.5.7, and 1.11.0 or newer is needed")
    );
    assert!(error.hint().unwrap().contains("https://developer.hashicorp.com/terraform/install"));
}

#[test]
fn a_program_that_is_neither_is_refused() {
    let folder = Folder::new("");
    let other = folder.script("other", "#!/bin/sh\necho 'Packer v1.11.0'\n");
    assert!(matches!(Terraform::find(Some(&other)), Err(Error::NotTerraform { .. })));
}

#[test]
fn a_program_that_does_not_exist_is_named() {
    let error = Terraform::find(Some(Utf8Path::new("./no-such-terraform"))).unwrap_err();
    assert!(matches!(error, Error::NotRunnable { .. }));
    assert!(error.to_string().ends_with("no-such-terraform"), "{error}");
    assert!(matches!(
        Terraform::find(Some(Utf8Path::new("no-such-terraform"))),
        Err(Error::NotRunnable { .. })
    ));
}

#[test]
fn without_any_the_error_says_what_to_install() {
    let folder = Folder::new("");
    let stderr = folder.path.join("stderr");
    let mut child = command(&folder, None)
        .env("PATH", &folder.path)
        .stderr(fs::File::create(&stderr).unwrap())
        .spawn()
        .unwrap();
    assert_eq!(wait_for_end(&mut child).code(), Some(FAILED));
    let text = folder.read("stderr");
    assert!(text.contains("neither terraform nor tofu is on the PATH"), "{text}");
    assert!(text.contains("GEN_TF_TERRAFORM"), "{text}");
}

#[test]
fn tofu_is_taken_where_there_is_no_terraform() {
    let folder = Folder::new("");
    let programs = Folder::new("");
    programs.script("tofu", "#!/bin/sh\n[ \"$1\" = version ] || exit 7\necho 'OpenTofu v1.11.0'\n");
    let stderr = folder.path.join("stderr");
    let mut child = command(&folder, None)
        .env("PATH", &programs.path)
        .stderr(fs::File::create(&stderr).unwrap())
        .spawn()
        .unwrap();
    assert_eq!(wait_for_end(&mut child).code(), Some(FAILED));
    let text = folder.read("stderr");
    assert!(text.contains("tofu init failed (exit status: 7)"), "{text}");
    assert!(text.contains(&format!("command: {}/tofu init", programs.path)), "{text}");
}

#[test]
fn a_workspace_of_the_other_flavour_is_refused() {
    let folder = Folder::new("");
    let tofu = stub(&folder, "OpenTofu v1.12.6");
    folder.write(
        ".gen-tf/terraform.json",
        r#"{"flavour": "Terraform", "version": "1.11.4", "first_applied": "2026-11-24T16:00:00Z"}"#,
    );
    let (mut workspace, _) = folder.open(&tofu);
    let error = workspace.plan(&PlanOptions::default()).unwrap_err();
    assert!(
        error.to_string().ends_with("was first applied with Terraform, and this is OpenTofu"),
        "{error}"
    );
    assert_eq!(error.hint().as_deref(), Some("name the first one: --terraform terraform"));
}
