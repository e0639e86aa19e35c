//! A local state that was lost in the middle of a write is taken back.

use std::time::Duration;

use gen_tf::terraform::{Error, PlanOptions, Terraform};

use crate::support::{Folder, real, wait_until};

const ONE: &str = "resource \"terraform_data\" \"one\" { input = \"x\" }\n";

fn two() -> String {
    format!("{ONE}\nresource \"terraform_data\" \"two\" {{}}\n")
}

#[test]
fn an_empty_state_is_taken_back_before_a_plan() {
    let Some(terraform) = real() else { return };
    let folder = Folder::new(ONE);
    folder.apply(&terraform);
    folder.write("main.tf", &two());
    folder.apply(&terraform);
    folder.write("terraform.tfstate", "");

    let (mut workspace, told) = folder.open(&terraform);
    let plan = workspace.plan(&PlanOptions::default()).unwrap();
    assert!(told.text().contains("was taken back"), "{}", told.text());
    assert!(told.text().contains("created terraform_data.two"), "{}", told.text());
    assert_eq!((plan.add, plan.remove), (1, 0), "the copy knows the first resource");
}

#[test]
fn a_state_that_breaks_after_the_plan_makes_it_stale() {
    let Some(terraform) = real() else { return };
    let folder = Folder::new(ONE);
    folder.apply(&terraform);
    folder.write("main.tf", &two());
    folder.apply(&terraform);
    let (mut workspace, _) = folder.open(&terraform);
    let plan = workspace.plan(&PlanOptions::default()).unwrap();
    folder.write("terraform.tfstate", "{\"version\": 4, \"resou");
    let error = workspace.apply(plan).unwrap_err();
    assert!(matches!(error, Error::Stale { .. }), "{error}");
    assert_eq!(workspace.state_list().unwrap(), ["terraform_data.one"]);
}

#[test]
fn an_empty_state_without_a_copy_is_told_and_hinders_no_apply() {
    let Some(terraform) = real() else { return };
    let folder = Folder::new(ONE);
    folder.apply(&terraform);
    folder.write("terraform.tfstate", "");
    let (mut workspace, told) = folder.open(&terraform);
    let plan = workspace.plan(&PlanOptions::default()).unwrap();
    assert!(told.text().contains("is empty and there is no copy"), "{}", told.text());
    assert!(told.text().contains("created terraform_data.one"), "{}", told.text());
    assert_eq!(workspace.apply(plan).unwrap().add, 1);
    assert_eq!(workspace.state_list().unwrap(), ["terraform_data.one"]);
}

#[test]
fn a_terraform_that_is_killed_while_it_writes_loses_nothing_older() {
    let Some(terraform) = real() else { return };
    let folder = Folder::new(ONE);
    folder.apply(&terraform);
    folder.write(
        "main.tf",
        &format!(
            r#"{ONE}
            resource "terraform_data" "killer" {{
              provisioner "local-exec" {{
                command = ": > terraform.tfstate; kill -KILL $PPID"
              }}
            }}
            "#
        ),
    );
    let (mut workspace, _) = folder.open(&terraform);
    let plan = workspace.plan(&PlanOptions::default()).unwrap();
    let text = workspace.apply(plan).unwrap_err().to_string();
    assert!(text.contains("terraform apply failed (signal: 9 (SIGKILL))"), "{text}");
    assert!(text.contains("was taken back"), "{text}");
    assert!(text.contains("creating terraform_data.killer"), "{text}");
    assert_eq!(workspace.state_list().unwrap(), ["terraform_data.one"]);
}

#[test]
fn a_state_that_breaks_without_a_copy_is_put_aside() {
    let Some(terraform) = real() else { return };
    let folder = Folder::new(ONE);
    folder.write("terraform.tfstate", "{\"version\": 4, \"resou");
    let (mut workspace, told) = folder.open(&terraform);
    let plan = workspace.plan(&PlanOptions::default()).unwrap();
    assert_eq!(plan.add, 1);
    assert!(told.text().contains("it was put aside as"), "{}", told.text());
}

/// A Terraform that a person has started, at work on [`crate::support::SLOW`].
fn apply_by_hand(terraform: &Terraform, folder: &Folder) -> duct::Handle {
    let by_hand = duct::cmd!(terraform.program.as_str(), "apply", "-auto-approve", "-input=false")
        .dir(&folder.path)
        .stdin_null()
        .stdout_null()
        .stderr_null()
        .unchecked()
        .start()
        .unwrap();
    folder.wait_for("started");
    by_hand
}

#[test]
fn a_lock_that_terraform_meets_is_told_with_who_and_since() {
    let Some(terraform) = real() else { return };
    let folder = Folder::new(ONE);
    folder.apply(&terraform);
    folder.write("main.tf", &format!("{ONE}{}", crate::support::SLOW));
    let by_hand = apply_by_hand(&terraform, &folder);
    let (mut workspace, _) = folder.open(&terraform);
    let options = PlanOptions { lock_timeout: Duration::ZERO, ..PlanOptions::default() };
    let error = workspace.plan(&options).unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, Error::Locked(_)), "{text}");
    assert!(text.contains(" holds it since ") && text.ends_with(" ago) for `apply`"), "{text}");
    assert!(error.hint().unwrap().contains("its lock goes with its process"));
    let text = workspace.refuse_locked_file().unwrap_err().to_string();
    let pid = by_hand.pids()[0];
    assert!(text.ends_with(&format!("with process {pid} of this machine")), "{text}");
    folder.write("release", "");
    assert!(by_hand.wait().unwrap().status.success());
    workspace.refuse_locked_file().unwrap();
}

#[test]
fn a_state_that_somebody_else_writes_is_not_taken_for_broken() {
    let Some(terraform) = real() else { return };
    let folder = Folder::new(ONE);
    folder.apply(&terraform);
    folder.write("main.tf", &format!("{ONE}{}", crate::support::SLOW));
    let by_hand = apply_by_hand(&terraform, &folder);
    folder.write("terraform.tfstate", "");

    let driver = folder.drive(None);
    driver.wait_for("a Terraform that gen-tf did not start runs here");
    folder.write("release", "");
    let (status, told) = driver.end();
    assert!(by_hand.wait().unwrap().status.success());
    assert!(status.success(), "{told}");
    assert!(!told.contains("taken back"), "{told}");
    wait_until("both resources in the state", || {
        let state = folder.read("terraform.tfstate");
        state.contains("\"one\"") && state.contains("\"slow\"")
    });
}

#[test]
fn only_the_last_ten_copies_are_kept() {
    let Some(terraform) = real() else { return };
    let folder = Folder::new(ONE);
    for number in 0..12 {
        folder.write("main.tf", &format!("{ONE}output \"number\" {{ value = {number} }}\n"));
        folder.apply(&terraform);
    }
    let copies = folder.path.join(".gen-tf/state").read_dir_utf8().unwrap();
    assert_eq!(copies.count(), 10);
}
