//! The Terraform module, by real Terraform.

use std::{fs, path::Path, process::Command};

use gen_tf_core::outcome::Cause;

use crate::lab::{DEFINITION, Lab, Options, SETUP_KEY, repository, skipped};

fn terraform(lab: &Lab, arguments: &[&str]) -> std::process::Output {
    Command::new("terraform")
        .args(arguments)
        .current_dir(lab.path("workspace-local"))
        .env("TF_IN_AUTOMATION", "1")
        .env("CHECKPOINT_DISABLE", "1")
        .env("HOME", lab.path("home"))
        .env("XDG_CACHE_HOME", lab.path("cache"))
        .env("LAB_API_KEY", "tell-nobody-about-me")
        .output()
        .unwrap()
}

fn succeed(lab: &Lab, arguments: &[&str]) -> String {
    let output = terraform(lab, arguments);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    text
}

fn have_terraform() -> bool {
    Command::new("terraform").arg("version").output().is_ok_and(|output| output.status.success())
}

/// A root module with two experiments, whose attempts are in a variable.
fn write_root(lab: &Lab, guest_sha256: &str) {
    let root = format!(
        r#"variable "active" {{
  type = map(object({{ attempt = number }}))
}}

module "experiment" {{
  source       = "./modules/local-experiment"
  for_each     = var.active
  attempt      = each.value.attempt
  cpus         = 1
  definition   = "{DEFINITION}"
  duration     = {duration}
  experiment   = each.key
  guest_sha256 = "{guest_sha256}"
  memory       = 1073741824
  name         = "{study}-${{replace(each.key, "/", "-")}}"
  run          = tonumber(split("/", each.key)[2])
  secrets      = {{ "api-key" = "LAB_API_KEY" }}
  service      = "files"
  setup_key    = "{SETUP_KEY}"
  store        = "../store/{study}"
  study        = "{study}"
  tool         = "loop"
}}

output "active" {{
  value = {{ for id, experiment in module.experiment : id => experiment.attempt }}
}}
"#,
        duration = lab.options.duration,
        study = lab.study,
    );
    fs::write(lab.path("workspace-local/main.tf"), root).unwrap();
}

fn activate(lab: &Lab, attempts: &[(u32, u32)]) {
    let active: serde_json::Map<String, serde_json::Value> = attempts
        .iter()
        .map(|(run, attempt)| {
            (format!("files/loop/{run}"), serde_json::json!({ "attempt": attempt }))
        })
        .collect();
    let variables = serde_json::json!({ "active": active });
    fs::write(lab.path("workspace-local/active.auto.tfvars.json"), variables.to_string()).unwrap();
}

#[test]
fn apply_starts_sandboxes_and_destroy_leaves_nothing() {
    if !have_terraform() {
        return skipped("terraform is not installed");
    }
    let lab = Lab::new(Options { duration: 60, ..Options::default() });
    write_root(&lab, &lab.guest_sha256());
    activate(&lab, &[(1, 1), (2, 1)]);
    succeed(&lab, &["init", "-input=false"]);
    succeed(&lab, &["apply", "-auto-approve", "-input=false"]);
    lab.wait_for_run(1);
    lab.wait_for_run(2);
    let state = fs::read_to_string(lab.path("workspace-local/terraform.tfstate")).unwrap();
    assert!(!state.contains("tell-nobody-about-me"));
    let supervisor = lab.supervisor(2);

    // Another duration and guest leave a running sandbox alone; another attempt replaces its own only.
    let main = lab.path("workspace-local/main.tf");
    let changed =
        fs::read_to_string(&main).unwrap().replace("duration     = 60", "duration     = 50");
    fs::write(&main, changed).unwrap();
    succeed(&lab, &["plan", "-detailed-exitcode", "-input=false"]);
    activate(&lab, &[(1, 2), (2, 1)]);
    succeed(&lab, &["apply", "-auto-approve", "-input=false"]);
    assert_eq!(fs::read_to_string(lab.sandbox(1).join("attempt")).unwrap(), "2\n");
    assert_eq!(lab.outcome(1, 1).cause, Some(Cause::Preempted));
    assert_eq!(lab.supervisor(2), supervisor);
    let outputs = succeed(&lab, &["output", "-json", "active"]);
    assert_eq!(outputs.trim(), r#"{"files/loop/1":2,"files/loop/2":1}"#);

    succeed(&lab, &["destroy", "-auto-approve", "-input=false"]);
    lab.assert_nothing_left(1);
    lab.assert_nothing_left(2);
}

#[test]
fn a_failed_start_leaves_nothing_after_destroy() {
    if !have_terraform() {
        return skipped("terraform is not installed");
    }
    let lab = Lab::new(Options { duration: 60, ..Options::default() });
    write_root(&lab, &"0".repeat(64));
    activate(&lab, &[(1, 1)]);
    succeed(&lab, &["init", "-input=false"]);
    let applied = terraform(&lab, &["apply", "-auto-approve", "-input=false"]);
    assert!(!applied.status.success());
    let said = String::from_utf8_lossy(&applied.stderr).into_owned();
    assert!(said.contains("not what was rendered"), "{said}");
    succeed(&lab, &["destroy", "-auto-approve", "-input=false"]);
    lab.assert_nothing_left(1);
}

#[test]
fn the_module_and_its_readme_are_valid() {
    if !have_terraform() {
        return skipped("terraform is not installed");
    }
    let module = repository().join("terraform-modules/local-experiment");
    let formatted =
        Command::new("terraform").args(["fmt", "-check", "-recursive"]).arg(&module).output();
    assert!(formatted.unwrap().status.success());
    let readme = fs::read_to_string(module.join("README.md")).unwrap();
    let example = readme.split("```hcl\n").nth(1).and_then(|rest| rest.split("```").next());
    let lab = Lab::new(Options::default());
    let main = lab.path("workspace-local/main.tf");
    fs::write(&main, example.expect("an example")).unwrap();
    assert!(Path::new(&main).exists());
    succeed(&lab, &["fmt", "-check"]);
    succeed(&lab, &["init", "-input=false"]);
    succeed(&lab, &["validate"]);
    check_tables(&module, &readme);
}

/// Every variable and output stands in the README's tables with its description, in alphabetical order.
fn check_tables(module: &Path, readme: &str) {
    for (file, block) in [("variables.tf", "variable"), ("outputs.tf", "output")] {
        let text = fs::read_to_string(module.join(file)).unwrap();
        let mut names = Vec::new();
        for part in text.split(&format!("{block} \"")).skip(1) {
            let name = part.split('"').next().unwrap();
            let description =
                part.split("description = \"").nth(1).unwrap().split('"').next().unwrap();
            assert!(description.ends_with('.'), "{name}");
            let row = format!("| `{name}` | {description}");
            assert!(readme.contains(&row), "README.md lacks: {row}");
            names.push(name);
        }
        assert!(names.is_sorted(), "{names:?}");
    }
}
