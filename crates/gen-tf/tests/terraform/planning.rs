//! init, plan, apply, destroy, and what is told when they fail.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use gen_tf::terraform::event::Action;
use gen_tf::terraform::{Error, PlanOptions};

use crate::support::{Folder, real};

const ROOT: &str = r#"
variable "active" { type = map(string) }
module "experiment" {
  source   = "./modules/one"
  for_each = var.active
  input    = each.value
}
output "active" { value = var.active }
"#;

const MODULE: &str = r#"
variable "input" { type = string }
resource "terraform_data" "sandbox" { input = var.input }
"#;

fn workspace() -> Folder {
    let folder = Folder::new(ROOT);
    folder.write("modules/one/main.tf", MODULE);
    folder.write("active.auto.tfvars.json", r#"{"active": {"a/b/1": "x", "a/b/2": "y"}}"#);
    folder
}

#[test]
fn init_runs_only_when_something_asks_for_it() {
    let Some(terraform) = real() else { return };
    let folder = workspace();
    let (mut workspace, _) = folder.open(&terraform);
    assert!(workspace.init_if_needed().unwrap());
    assert!(!workspace.init_if_needed().unwrap());

    folder.write("active.auto.tfvars.json", r#"{"active": {}}"#);
    assert!(!workspace.init_if_needed().unwrap(), "values are no reason");

    folder.write("modules/one/main.tf", &format!("{MODULE}\n# changed\n"));
    assert!(workspace.init_if_needed().unwrap(), "a module has changed");

    fs::remove_dir_all(folder.path.join(".terraform")).unwrap();
    assert!(workspace.init_if_needed().unwrap(), ".terraform is gone");
    assert!(!workspace.init_if_needed().unwrap());
}

#[test]
fn a_plan_is_applied_as_it_was_shown() {
    let Some(terraform) = real() else { return };
    let folder = workspace();
    let (mut workspace, _) = folder.open(&terraform);
    workspace.set_env("TF_CLI_CONFIG_FILE", "/no/such/file");
    assert!(!workspace.has_state().unwrap());

    let plan = workspace.plan(&PlanOptions::default()).unwrap();
    assert_eq!((plan.add, plan.change, plan.remove), (2, 0, 0));
    assert!(!plan.is_empty());
    let mut keys: Vec<_> = plan.changes.iter().map(|it| it.key.clone().unwrap()).collect();
    keys.sort();
    assert_eq!(keys, ["a/b/1", "a/b/2"]);
    assert_eq!(plan.changes[0].action, Action::Create);
    let shown = workspace.show_plan(&plan, false).unwrap();
    assert!(shown.contains("Plan: 2 to add, 0 to change, 0 to destroy."), "{shown}");
    let path = plan.path.clone();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);

    let applied = workspace.apply(plan).unwrap();
    assert_eq!((applied.add, applied.change, applied.remove), (2, 0, 0));
    assert!(!path.exists(), "a plan does not outlive its apply");
    assert_eq!(workspace.output().unwrap()["active"]["a/b/1"], "x");
    assert_eq!(workspace.state_list().unwrap().len(), 2);
    assert!(folder.read(".gen-tf/terraform.json").contains("\"first_applied\""));
    assert!(!folder.has(".gen-tf/running.json"));
    assert!(workspace.plan(&PlanOptions::default()).unwrap().is_empty());
}

#[test]
fn a_destroy_leaves_nothing() {
    let Some(terraform) = real() else { return };
    let folder = workspace();
    folder.apply(&terraform);
    let (mut workspace, _) = folder.open(&terraform);
    let destroyed = workspace.destroy(&PlanOptions::default()).unwrap();
    assert_eq!((destroyed.add, destroyed.remove), (0, 2));
    assert!(!workspace.has_state().unwrap());
    assert!(workspace.output().unwrap().is_empty());
}

#[test]
fn a_plan_is_refused_once_the_workspace_has_changed() {
    let Some(terraform) = real() else { return };
    let folder = workspace();
    let (mut workspace, _) = folder.open(&terraform);
    let plan = workspace.plan(&PlanOptions::default()).unwrap();
    let path = plan.path.clone();
    folder.write("modules/one/run.sh", "true");
    assert!(matches!(workspace.apply(plan), Err(Error::Stale { .. })));
    assert!(!path.exists(), "a stale plan goes, too");
    assert!(!workspace.has_state().unwrap(), "nothing was applied");
}

#[test]
fn a_plan_without_refresh_is_for_showing_only() {
    let Some(terraform) = real() else { return };
    let folder = workspace();
    let (mut workspace, _) = folder.open(&terraform);
    let options = PlanOptions { refresh: false, ..PlanOptions::default() };
    let plan = workspace.plan(&options).unwrap();
    assert!(matches!(workspace.apply(plan), Err(Error::Stale { .. })));
    assert!(!workspace.has_state().unwrap(), "nothing was applied");
}

#[test]
fn a_plan_that_is_not_applied_leaves_no_file() {
    let Some(terraform) = real() else { return };
    let folder = workspace();
    let (mut workspace, _) = folder.open(&terraform);
    let plan = workspace.plan(&PlanOptions::default()).unwrap();
    let path = plan.path.clone();
    assert!(path.exists());
    drop(plan);
    assert!(!path.exists());
}

#[test]
fn what_a_failing_provisioner_printed_is_shown_once() {
    let Some(terraform) = real() else { return };
    let folder = Folder::new(
        r#"
        resource "terraform_data" "bad" {
          provisioner "local-exec" {
            command = "echo sandbox $((40 + 2)) is in the way >&2; exit 3"
          }
        }
        "#,
    );
    let (mut workspace, _) = folder.open(&terraform);
    let plan = workspace.plan(&PlanOptions::default()).unwrap();
    let error = workspace.apply(plan).unwrap_err();
    let text = error.to_string();
    assert_eq!(text.matches("sandbox 42 is in the way").count(), 1, "{text}");
    assert_eq!(text.matches("local-exec provisioner error").count(), 1, "{text}");
    let Error::Failed(failure) = error else { panic!("another error: {text}") };
    assert_eq!(failure.status.code(), Some(1));
    assert_eq!(failure.directory, folder.path);
    assert_eq!(failure.arguments[0], "apply");
    assert!(failure.log.unwrap().exists());
}

#[test]
fn a_mistake_in_the_configuration_is_shown_once_with_its_place() {
    let Some(terraform) = real() else { return };
    let folder = Folder::new("output \"x\" { value = var.missing }\n");
    let (mut workspace, _) = folder.open(&terraform);
    let text = workspace.plan(&PlanOptions::default()).unwrap_err().to_string();
    assert_eq!(text.matches("Reference to undeclared input variable").count(), 1, "{text}");
    assert!(text.contains("at main.tf:1, in output \"x\""), "{text}");
    assert!(!text.contains("stderr"), "{text}");
}

#[test]
fn a_warning_is_told_once_over_many_runs() {
    let Some(terraform) = real() else { return };
    let folder = Folder::new(
        r#"
        resource "terraform_data" "x" { input = "a" }
        check "x" {
          assert {
            condition     = terraform_data.x.input == "b"
            error_message = "x is a"
          }
        }
        "#,
    );
    let (mut workspace, told) = folder.open(&terraform);
    let plan = workspace.plan(&PlanOptions::default()).unwrap();
    workspace.apply(plan).unwrap();
    assert_eq!(told.text().matches("x is a").count(), 1, "{}", told.text());
}
