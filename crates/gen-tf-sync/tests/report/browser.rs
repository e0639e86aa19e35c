//! The page in a real browser, Chromium without a window: it says nothing on the console, asks for
//! nothing but itself, and is drawn light, dark, on a phone and on paper.
//! With `GEN_TF_SCREENSHOTS=<folder>` the pictures are kept for a look at them.

use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;

use super::made::Results;

/// The browser's own errands, which have nothing to do with a page.
const OWN: [&str; 4] = ["google.com", "googleapis.com", "gvt1.com", "gstatic.com"];

fn chromium() -> Option<PathBuf> {
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let paths: Vec<PathBuf> = env::split_paths(&env::var_os("PATH")?).collect();
    let files = names.iter().flat_map(|name| paths.iter().map(move |path| path.join(name)));
    let found = files.into_iter().find(|file| file.is_file());
    if found.is_none() {
        println!("SKIPPED: there is no Chromium on the path");
    }
    found
}

/// What the browser said and did about a page.
struct Seen {
    console: Vec<String>,
    hosts: BTreeSet<String>,
}

/// Opens a page with further arguments, in a profile of its own.
fn open(browser: &Path, page: &Path, arguments: &[&str]) -> Seen {
    let profile = TempDir::new().unwrap();
    let log = profile.path().join("net.json");
    let output = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"])
        .args(["--no-first-run", "--disable-background-networking", "--disable-component-update"])
        .args(["--enable-logging=stderr", "--host-resolver-rules=MAP * ~NOTFOUND"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!("--log-net-log={}", log.display()))
        .args(arguments)
        .arg(format!("file://{}", page.display()))
        .env("HOME", profile.path())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
    let console = text.lines().filter(|line| line.contains("CONSOLE")).map(str::to_owned).collect();
    Seen { console, hosts: hosts(&fs::read_to_string(log).unwrap()) }
}

/// The hosts of the requests in a log of the browser's network, without those of its own.
fn hosts(log: &str) -> BTreeSet<String> {
    let urls = log.split("\"url\":\"").skip(1).filter_map(|rest| rest.split('"').next());
    let hosts = urls.filter_map(|url| url.split("://").nth(1)?.split('/').next());
    let own = |host: &&str| OWN.iter().any(|own| host.ends_with(own));
    hosts.filter(|host| !host.is_empty() && !own(host)).map(str::to_owned).collect()
}

/// Where a picture goes.
fn picture(kept: &TempDir, name: &str) -> PathBuf {
    match env::var_os("GEN_TF_SCREENSHOTS") {
        Some(folder) => PathBuf::from(folder).join(name),
        None => kept.path().join(name),
    }
}

/// Width and height, as a PNG tells them at its start.
fn size_of(png: &[u8]) -> (u32, u32) {
    let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    (number(16), number(20))
}

#[test]
fn a_browser_shows_the_report_without_a_word_and_asks_nobody() {
    let Some(browser) = chromium() else { return };
    let results = Results::of_everything();
    results.file("index.html");
    let page = results.report("index.html");
    let kept = TempDir::new().unwrap();
    let mut pictures = Vec::new();
    for (name, size, scheme) in [
        ("light.png", "1280,3000", "1"),
        ("dark.png", "1280,3000", "0"),
        ("phone.png", "390,3000", "1"),
        ("phone-dark.png", "390,3000", "0"),
    ] {
        let file = picture(&kept, name);
        let arguments = [
            format!("--screenshot={}", file.display()),
            format!("--window-size={size}"),
            format!("--blink-settings=preferredColorScheme={scheme}"),
        ];
        let seen = open(&browser, &page, &arguments.each_ref().map(String::as_str));
        assert_eq!(seen.console, [""; 0], "{name}");
        assert_eq!(seen.hosts, BTreeSet::new(), "{name}");
        let png = fs::read(&file).unwrap();
        assert_eq!(format!("{:?}", size_of(&png)), format!("({})", size.replace(',', ", ")));
        pictures.push(png);
    }
    assert_ne!(pictures[0], pictures[1], "a dark page is another picture");
    let paper = picture(&kept, "paper.pdf");
    let print = format!("--print-to-pdf={}", paper.display());
    let seen = open(&browser, &page, &[&print, "--no-pdf-header-footer"]);
    assert_eq!(seen.console, [""; 0]);
    assert!(fs::read(paper).unwrap().starts_with(b"%PDF-"));
}

/// Without its own rule against it, the page asks for nothing either.
#[test]
fn nothing_in_the_page_is_from_outside_even_where_it_may_be() {
    let Some(browser) = chromium() else { return };
    let results = Results::of_everything();
    let page = results.file("index.html");
    let (before, rest) = page.split_once("<meta http-equiv=").unwrap();
    let (_, after) = rest.split_once('>').unwrap();
    let open_page = results.report("open.html");
    fs::write(&open_page, format!("{before}{after}")).unwrap();
    let kept = TempDir::new().unwrap();
    let shot = format!("--screenshot={}", kept.path().join("open.png").display());
    let seen = open(&browser, &open_page, &[&shot]);
    assert_eq!((seen.console, seen.hosts), (Vec::new(), BTreeSet::new()));

    // The same test sees what it is to see.
    let bad = "<img src=\"http://example.org/a.png\"></body>";
    fs::write(&open_page, format!("{before}{}", after.replace("</body>", bad))).unwrap();
    let seen = open(&browser, &open_page, &[&shot]);
    assert!(seen.hosts.contains("example.org"), "{:?}", seen.hosts);
    fs::write(&open_page, page.replace("</body>", bad)).unwrap();
    let seen = open(&browser, &open_page, &[&shot]);
    assert!(seen.console.iter().any(|line| line.contains("Content Security Policy")));
    assert!(!seen.hosts.contains("example.org"));
}

#[test]
fn every_chart_has_a_name_and_every_id_is_there_once() {
    let page = Results::of_everything().file("index.html");
    let charts = page.matches("<svg ").count();
    assert!(charts > 20, "{charts}");
    assert_eq!(page.matches("role=\"img\"").count(), charts);
    let ids: Vec<&str> =
        page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let different: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), different.len());
    let named = page.split("aria-labelledby=\"").skip(1).filter_map(|rest| rest.split('"').next());
    for id in named.flat_map(|ids| ids.split(' ')) {
        assert!(different.contains(id), "{id}");
    }
    let links = page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    for link in links {
        let here = link.strip_prefix('#').is_some_and(|id| different.contains(id));
        let beside = ["data:,", "report.json", "experiments.csv", "cells.csv"].contains(&link);
        assert!(here || beside, "{link}");
    }
    for outside in ["<script", " src=", "url(", "@import", "<iframe", "<object"] {
        assert!(!page.contains(outside), "{outside}");
    }
}
