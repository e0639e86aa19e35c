//! No value of a study breaks out of its place in HCL, in shell or in JSON, even where the checks of
//! the study did not look: what is rendered reads back as the values that went in.
#![expect(clippy::unwrap_used, reason = "a test ends where it can't go on")]
#![expect(clippy::disallowed_types, reason = "bash itself says what a script assigns")]

mod support;

use std::{collections::BTreeMap, process::Command};

use gen_tf_core::{
    blueprint::Blueprint,
    render::{self, Manifest},
    study::{GcpTarget, HarnessRef, Study},
    tree::FileTree,
};
use hcl::{Body, Expression, Structure};
use proptest::prelude::*;

/// Texts that are likely to mean something to HCL, a shell or JSON.
fn text() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(
        &[
            "\"",
            "'",
            "\\",
            "$",
            "${",
            "$${",
            "%{",
            "%%{",
            "}",
            "`",
            "$(reboot)",
            "\n",
            "\r",
            "\t",
            "#",
            "//",
            "<<EOT\n",
            "EOT\n",
            ";",
            "&&",
            "|",
            " ",
            "a",
            "é",
            "\u{2028}",
            "null",
            "=",
            "{",
            "*",
        ][..],
    );
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

fn blueprint(target: GcpTarget) -> Blueprint {
    let names = |name: &str| vec![name.to_owned()];
    let study = Study {
        name: "hostile".to_owned(),
        harness: HarnessRef::BuiltIn("tiny".to_owned()),
        gcp: Some(target),
        local: None,
        ..support::study(&names("s"), &names("t"), 2, 1)
    };
    support::blueprint(&study, &FileTree::new())
}

fn rendered(tree: &FileTree, path: &str) -> String {
    String::from_utf8(tree.get(path).unwrap().bytes.clone()).unwrap()
}

/// The body of the block with this identifier whose labels are these; several `locals` are one.
fn attributes(body: &Body, identifier: &str, labels: &[&str]) -> BTreeMap<String, Expression> {
    let blocks = body.blocks().filter(|block| {
        block.identifier() == identifier
            && block.labels().iter().map(hcl::BlockLabel::as_str).eq(labels.iter().copied())
    });
    blocks
        .flat_map(|block| block.body().attributes())
        .map(|attribute| (attribute.key().to_owned(), attribute.expr().clone()))
        .collect()
}

/// The value of a text, also of one that Terraform joins from its pieces.
fn value(expression: &Expression) -> String {
    match expression {
        Expression::String(text) => text.clone(),
        // hcl-rs keeps a text with escaped markers as a template; one without markers is no expression.
        Expression::TemplateExpr(template) => {
            let template = hcl::Template::from_expr(template).unwrap();
            let literal = |element: &hcl::template::Element| match element {
                hcl::template::Element::Literal(text) => text.clone(),
                other => panic!("{other:?} is an expression"),
            };
            template.elements().iter().map(literal).collect()
        }
        Expression::FuncCall(call) => {
            assert_eq!(call.name.name.as_str(), "join");
            let Expression::Array(pieces) = &call.args[1] else { panic!("{call:?}") };
            pieces.iter().map(value).collect()
        }
        other => panic!("{other:?} is no text"),
    }
}

fn check_hcl(tree: &FileTree, target: &GcpTarget) {
    let main: Body = hcl::from_str(&rendered(tree, "main.tf")).unwrap();
    let kinds: Vec<&str> = main
        .iter()
        .map(|structure| match structure {
            Structure::Block(block) => block.identifier(),
            Structure::Attribute(attribute) => attribute.key(),
        })
        .collect();
    let modules = ["module"; 5];
    assert_eq!(kinds, [&["terraform", "provider", "locals", "locals"][..], &modules].concat());
    let locals = attributes(&main, "locals", &[]);
    assert_eq!(value(&locals["project"]), target.project);
    assert_eq!(value(&locals["store"]), format!("gs://{}/hostile", target.bucket));
    let Expression::Object(labels) = &locals["labels"] else { panic!("labels are no object") };
    let labels: Vec<String> = labels.iter().map(|(_, label)| value(label)).collect();
    assert_eq!(labels, target.labels.values().cloned().collect::<Vec<_>>());
    let experiment = attributes(&main, "module", &["experiment"]);
    assert_eq!(value(&experiment["image"]), target.image);
    assert_eq!(value(&experiment["machine_type"]), target.machine_type);
    let network = attributes(&main, "module", &["network"]);
    assert_eq!(value(&network["network"]), *target.network.as_ref().unwrap());
    hcl::from_str::<Body>(&rendered(tree, "variables.tf")).unwrap();
}

/// bash evaluates the assignments alone: what follows them is a constant.
fn check_shell(tree: &FileTree, target: &GcpTarget) {
    let script = rendered(tree, "startup.sh");
    assert!(script.len() <= 1024);
    let head = script.split("# shellcheck").next().unwrap();
    let print = format!("{head}printf %s \"$GEN_TF_STORE\"");
    let output = Command::new("bash").args(["-c", &print]).env_clear().output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        format!("gs://{}/hostile", target.bucket)
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 128, ..Default::default() })]

    #[test]
    fn hostile_values_of_the_target_stay_values(
        texts in prop::collection::vec(text(), 6),
        zone in text(),
    ) {
        let mut texts = texts.into_iter();
        let mut next = || texts.next().unwrap();
        let target = GcpTarget {
            project: next(),
            bucket: next(),
            machine_type: next(),
            image: next(),
            network: Some(next()),
            labels: BTreeMap::from([("team".to_owned(), next())]),
            zones: vec![zone],
            ..support::gcp_target()
        };
        let blueprint = blueprint(target.clone());
        let tree = render::workspace(&blueprint, &FileTree::new());
        check_hcl(&tree, &target);
        check_shell(&tree, &target);
        let manifest: Manifest = serde_json::from_slice(&tree.get("gen-tf.json").unwrap().bytes).unwrap();
        prop_assert_eq!((manifest.project, manifest.zones), (Some(target.project.clone()), target.zones.clone()));
        let adoption: Body = hcl::from_str(&render::adoption(&blueprint, &render::shared(&blueprint)[..1])).unwrap();
        let id = attributes(&adoption, "import", &[]);
        prop_assert_eq!(value(&id["id"]), format!("{}/{}", target.project, target.bucket));
    }
}
