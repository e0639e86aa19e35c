//! docs/gcp.md.

use clap::Parser;
use gen_tf::cli::Cli;
use gen_tf_core::machines::{self, Lookup, PRICES_TAKEN};

use crate::{quoted, read, words};

/// Every command of the document that begins with `name`: lines of its blocks, and quoted ones.
fn commands(document: &str, name: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (index, part) in document.split("```").enumerate() {
        let in_block = index % 2 == 1;
        let lines: Vec<&str> = if in_block { part.lines().collect() } else { quoted(part) };
        found.extend(lines.into_iter().filter(|line| line.starts_with(name)).map(str::to_owned));
    }
    found
}

#[test]
fn every_command_of_the_guide_is_one() {
    let guide = read("docs/gcp.md");
    let commands = commands(&guide, "gen-tf ");
    assert!(commands.len() > 20, "{commands:?}");
    for command in commands {
        let parsed = Cli::try_parse_from(words(&command));
        // A sentence may name a command without all of its arguments.
        let named_only = parsed
            .as_ref()
            .err()
            .is_some_and(|error| error.kind() == clap::error::ErrorKind::MissingRequiredArgument);
        if !named_only && let Err(error) = parsed {
            panic!("{command}: {error}");
        }
    }
}

#[test]
fn the_prices_in_the_guide_are_those_of_the_table() {
    let guide = read("docs/gcp.md");
    assert!(guide.contains(&format!("on {PRICES_TAKEN} from an undated public catalogue")));
    let (_, rest) = guide.split_once("<!-- prices -->").unwrap();
    let (table, _) = rest.split_once("<!-- end -->").unwrap();
    let rows: Vec<&str> = table.lines().filter(|line| line.starts_with("| `")).collect();
    assert!(rows.len() >= 5);
    for row in rows {
        let name = quoted(row)[0];
        let Lookup::Known(machine) = machines::find(name) else { panic!("unknown: {row}") };
        let price = machine.price.unwrap();
        let memory = machine.memory as f64 / f64::from(1 << 30);
        let expected = format!(
            "| `{name}` | {} | {memory} | {:.3} | {:.3} |",
            machine.vcpus, price.usd_per_hour, price.spot_usd_per_hour
        );
        assert_eq!(row, expected);
    }
    let Lookup::Known(machine) = machines::find("n1-standard-8") else { panic!("unknown") };
    let sum = 810.0 * 1.25 * machine.price.unwrap().usd_per_hour;
    let text = format!("`n1-standard-8` cost about {:.0} USD", (sum / 5.0).round() * 5.0);
    assert!(guide.contains(&text), "{text}");
}

#[test]
fn every_file_that_the_guide_links_to_is_there() {
    let guide = read("docs/gcp.md");
    let links: Vec<&str> =
        guide.split("](").skip(1).filter_map(|it| it.split(')').next()).collect();
    assert!(links.len() >= 6);
    for link in links.into_iter().filter(|link| !link.starts_with("http")) {
        let file = link.split('#').next().unwrap();
        let path = crate::repository().join("docs").join(file);
        assert!(path.exists(), "{link}");
    }
}

#[test]
fn what_doctor_looks_for_is_in_the_guide() {
    let (guide, doctor) = (read("docs/gcp.md"), read("crates/gen-tf/src/commands/doctor/cloud.rs"));
    let apis = doctor.split('"').filter(|text| text.ends_with(".googleapis.com"));
    let mut count = 0;
    for api in apis {
        assert!(guide.contains(&format!("| `{api}` |")), "{api}");
        count += 1;
    }
    assert!(count >= 4);
}
