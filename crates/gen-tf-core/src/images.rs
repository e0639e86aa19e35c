//! Names of boot images: one exact image, of a system that provisioning knows.
//! Whether the image exists is only known to Google Cloud.

use crate::{names, schema::Complaint};

/// A system of the public images: the start of its images' names, and whether provisioning knows it.
struct System {
    prefix: &'static str,
    shown: &'static str,
    state: State,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Known,
    PastSupport,
    NotKnown,
}

const fn system(prefix: &'static str, shown: &'static str, state: State) -> System {
    System { prefix, shown, state }
}

const SYSTEMS: [System; 18] = [
    system("ubuntu-2404", "Ubuntu 24.04", State::Known),
    system("ubuntu-2204", "Ubuntu 22.04", State::Known),
    system("ubuntu-minimal-2404", "Ubuntu 24.04", State::Known),
    system("ubuntu-minimal-2204", "Ubuntu 22.04", State::Known),
    system("debian-13", "Debian 13", State::Known),
    system("debian-12", "Debian 12", State::Known),
    system("ubuntu-2004", "Ubuntu 20.04", State::PastSupport),
    system("ubuntu-minimal-2004", "Ubuntu 20.04", State::PastSupport),
    system("ubuntu-1804", "Ubuntu 18.04", State::PastSupport),
    system("ubuntu-minimal-1804", "Ubuntu 18.04", State::PastSupport),
    system("ubuntu-1604", "Ubuntu 16.04", State::PastSupport),
    system("debian-11", "Debian 11", State::PastSupport),
    system("debian-10", "Debian 10", State::PastSupport),
    system("debian-9", "Debian 9", State::PastSupport),
    system("centos-", "CentOS", State::PastSupport),
    system("rocky-", "Rocky Linux", State::NotKnown),
    system("rhel-", "Red Hat Enterprise Linux", State::NotKnown),
    system("cos-", "Container-Optimized OS", State::NotKnown),
];

/// Projects whose images are Google's or a distribution's own.
const PUBLIC: [(&str, &str); 8] = [
    ("ubuntu-os-cloud", "ubuntu-"),
    ("debian-cloud", "debian-"),
    ("ubuntu-os-pro-cloud", "ubuntu-pro-"),
    ("centos-cloud", "centos-"),
    ("rocky-linux-cloud", "rocky-"),
    ("rhel-cloud", "rhel-"),
    ("cos-cloud", "cos-"),
    ("windows-cloud", "windows-"),
];

const KNOWN: &str = "provisioning knows Ubuntu 22.04 and 24.04, Debian 12 and 13";

/// What can be said about a usable name.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    /// One exact image of a system that provisioning knows.
    Good,
    /// An image of one's own; nothing is known about it.
    Custom,
}

/// Checks the name of an image.
///
/// # Errors
/// It is a family, no full name, or of a system that provisioning does not know.
pub fn check(image: &str) -> Result<Verdict, Complaint> {
    if let Some((project, family)) = family(image) {
        let message = format!("is a family; the image behind `{family}` changes under the study");
        let help = format!(
            "name one image: `gcloud compute images describe-from-family {family} \
             --project {project} --format 'value(selfLink.scope(v1))'` prints today's"
        );
        return Err(Complaint::new(message, help));
    }
    if let Some(at) = image.find("/projects/").filter(|_| image.contains("://")) {
        let help = format!("write `{}`", &image[at + 1..]);
        return Err(Complaint::new("is a URL", help));
    }
    let Some((project, name)) = full_name(image) else {
        let project = owner(image).unwrap_or("PROJECT");
        let name = if names::file_name(image).is_ok() { image } else { "NAME" };
        let help = format!("write it in full: `projects/{project}/global/images/{name}`");
        return Err(Complaint::new("is not named in full", help));
    };
    if !PUBLIC.iter().any(|(public, _)| *public == project) {
        return Ok(Verdict::Custom);
    }
    public(name)
}

fn public(name: &str) -> Result<Verdict, Complaint> {
    let system = SYSTEMS.iter().find(|system| {
        let rest = name.strip_prefix(system.prefix);
        rest.is_some_and(|rest| {
            !rest.starts_with(|c: char| c.is_ascii_digit()) || system.prefix.ends_with('-')
        })
    });
    match system {
        Some(System { shown, state: State::PastSupport, .. }) => {
            return Err(Complaint::new(format!("is {shown}, which is past its support"), KNOWN));
        }
        Some(System { shown, state: State::NotKnown, .. }) => {
            return Err(Complaint::new(format!("is {shown}, which can't be provisioned"), KNOWN));
        }
        None => return Err(Complaint::new("is of a system that can't be provisioned", KNOWN)),
        Some(_) => {}
    }
    if name.contains("arm64") {
        let help = "take the image for x86-64 (`amd64`, or without a word for it)";
        return Err(Complaint::new("is for ARM machines", help));
    }
    if date(name).is_none() {
        let help = "the name of one image ends with its date, such as `-v20260901`";
        return Err(Complaint::new("has no date, so that it may be a family", help));
    }
    Ok(Verdict::Good)
}

/// Project and name of `projects/P/global/images/NAME`.
fn full_name(image: &str) -> Option<(&str, &str)> {
    let mut parts = image.split('/');
    let (Some("projects"), Some(project), Some("global"), Some("images"), Some(name), None) =
        (parts.next(), parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return None;
    };
    let fits = names::project(project).is_ok() && names::network(name).is_ok();
    fits.then_some((project, name))
}

/// Project and name of a family, in any of the ways in which Terraform takes one.
fn family(image: &str) -> Option<(&str, &str)> {
    if let Some((before, family)) = image.split_once("global/images/family/") {
        let project = before.trim_end_matches('/').rsplit('/').next().filter(|p| !p.is_empty());
        return Some((project.unwrap_or("PROJECT"), family));
    }
    let (project, name) = match image.split_once('/') {
        Some(parts) => parts,
        None => (owner(image)?, image),
    };
    let is_bare = !name.contains('/') && date(name).is_none() && owner(name).is_some();
    is_bare.then_some((project, name))
}

/// The public project whose images are named so.
fn owner(name: &str) -> Option<&'static str> {
    let longest = PUBLIC.iter().filter(|(_, prefix)| name.starts_with(prefix));
    longest.max_by_key(|(_, prefix)| prefix.len()).map(|(project, _)| *project)
}

/// The date at the end of a public image's name.
fn date(name: &str) -> Option<&str> {
    let (_, date) = name.rsplit_once("-v")?;
    (date.len() >= 8 && date.bytes().all(|byte| byte.is_ascii_digit())).then_some(date)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(image: &str) -> String {
        check(image).unwrap_err().message
    }

    #[test]
    fn takes_exact_images_of_known_systems() {
        for image in [
            "projects/ubuntu-os-cloud/global/images/ubuntu-2204-jammy-v20260901",
            "projects/ubuntu-os-cloud/global/images/ubuntu-minimal-2404-noble-amd64-v20260901",
            "projects/debian-cloud/global/images/debian-12-bookworm-v20260901",
            "projects/debian-cloud/global/images/debian-13-trixie-v20260901",
        ] {
            assert_eq!(check(image), Ok(Verdict::Good), "{image}");
        }
        let own = "projects/my-project/global/images/my-image";
        assert_eq!(check(own), Ok(Verdict::Custom));
    }

    #[test]
    fn refuses_families_in_every_spelling() {
        for image in [
            "projects/ubuntu-os-cloud/global/images/family/ubuntu-2204-lts",
            "https://www.googleapis.com/compute/v1/projects/p/global/images/family/f",
            "ubuntu-2204-lts",
            "debian-12",
            "ubuntu-os-cloud/ubuntu-2204-lts",
        ] {
            assert!(message(image).starts_with("is a family"), "{image}");
        }
    }

    #[test]
    fn refuses_what_provisioning_does_not_know() {
        let full = |project: &str, name: &str| format!("projects/{project}/global/images/{name}");
        for (project, name, part) in [
            ("ubuntu-os-cloud", "ubuntu-2004-focal-v20240101", "past its support"),
            ("debian-cloud", "debian-11-bullseye-v20240101", "past its support"),
            ("debian-cloud", "debian-10-buster-v20240101", "past its support"),
            ("rhel-cloud", "rhel-9-v20240101", "can't be provisioned"),
            ("debian-cloud", "debian-14-forky-v20240101", "can't be provisioned"),
            ("ubuntu-os-cloud", "ubuntu-2204-jammy-arm64-v20240101", "ARM"),
            ("ubuntu-os-cloud", "ubuntu-2204-jammy", "no date"),
        ] {
            assert!(message(&full(project, name)).contains(part), "{name}");
        }
    }

    #[test]
    fn a_name_that_is_not_full_is_shown_in_full() {
        let help = check("ubuntu-2204-jammy-v20260901").unwrap_err().help.unwrap();
        assert!(
            help.contains("projects/ubuntu-os-cloud/global/images/ubuntu-2204-jammy-v20260901")
        );
        for image in ["", "/", "projects/p/global/images/", "projects//global/images/x", "é"] {
            assert!(check(image).is_err(), "{image}");
        }
    }
}
