//! A machine's disk: a folder with what the machine changed of the host's system, and what is its own.
//! Made at the first boot, kept over stops and reboots, removed with the machine. It does not mount anything.
//!
//! `root/` is the root folder itself; `upper/` and `work/` hold one overlay for each system folder.

use std::{
    fs, io,
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use rustix::fs::Mode;

use super::wire::Boot;

/// Folders of the host's root that are its system, and thus a machine's.
/// Others, such as home folders, hold what is the host's own and stay hidden.
pub const SYSTEM_FOLDERS: [&str; 12] =
    ["bin", "etc", "lib", "lib32", "lib64", "libx32", "nix", "opt", "sbin", "srv", "usr", "var"];

/// Folders that are made in the overlay beforehand: the machine's root owns them even where
/// the host's root is nobody that the sandbox knows.
const OWNED_FOLDERS: [&str; 19] = [
    "etc",
    "etc/apt",
    "etc/ssl",
    "etc/ssl/certs",
    "etc/systemd",
    "etc/systemd/system",
    "opt",
    "srv",
    "usr",
    "usr/bin",
    "usr/sbin",
    "usr/local",
    "usr/local/bin",
    "usr/local/sbin",
    "usr/local/share",
    "var",
    "var/cache",
    "var/lib",
    "var/tmp",
];

/// Folders of the root that are the machine's own, and their modes.
const PRIVATE_FOLDERS: [(&str, u32); 11] = [
    ("boot", 0o755),
    ("dev", 0o755),
    ("home", 0o755),
    ("media", 0o755),
    ("mnt", 0o755),
    ("proc", 0o555),
    ("root", 0o700),
    ("run", 0o755),
    ("sys", 0o555),
    ("tmp", 0o1777),
    ("etc", 0o755),
];

/// The programs that switch a machine off: each tells the init, and returns at once as the real ones do.
const POWER_PROGRAMS: [(&str, &str); 4] =
    [("poweroff", POWER_OFF), ("halt", POWER_OFF), ("reboot", REBOOT), ("shutdown", SHUTDOWN)];
const POWER_OFF: &str =
    "#!/bin/bash\n# fake-gcp's own: asks the init to power off.\nkill -s RTMIN+4 1\n";
const REBOOT: &str = "#!/bin/bash\n# fake-gcp's own: asks the init to reboot.\nkill -s RTMIN+5 1\n";
const SHUTDOWN: &str = "#!/bin/bash
# fake-gcp's own: asks the init to power off, or with -r to reboot; every time is now.
signal=RTMIN+4
for argument in \"$@\"; do
  case $argument in
    -r | --reboot) signal=RTMIN+5 ;;
    -c) exit 0 ;;
  esac
done
kill -s \"$signal\" 1
";

/// Where the host's programs look for certificates of authorities.
const BUNDLE: &str = "etc/ssl/certs/ca-certificates.crt";

/// Makes the disk, or does what every boot does to an old one.
pub fn prepare(boot: &Boot) -> Result<()> {
    // What is made here has the mode that is asked for.
    rustix::process::umask(Mode::empty());
    let prepared = prepare_with_open_mask(boot);
    rustix::process::umask(Mode::from_raw_mode(0o022));
    prepared
}

fn prepare_with_open_mask(boot: &Boot) -> Result<()> {
    let disk = &boot.disk;
    let made = disk.join("made");
    if !made.exists() {
        make_folders(disk)?;
        write_files(&disk.join("upper"), boot)?;
        fs::write(&made, "")?;
    }
    // As at every boot of Debian.
    let tmp = disk.join("root/tmp");
    fs::remove_dir_all(&tmp).with_context(|| format!("clear {}", tmp.display()))?;
    make_folder(&tmp, 0o1777)
}

/// Removes a disk, with folders that overlays left without any permission.
pub fn remove(disk: &Path) -> io::Result<()> {
    match fs::remove_dir_all(disk) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// What a host's root folder has of [`SYSTEM_FOLDERS`].
pub struct SystemFolders {
    /// Real folders.
    pub folders: Vec<&'static str>,
    /// Links that stand for folders, and where they lead.
    pub links: Vec<(&'static str, PathBuf)>,
}

/// Looks at this host's root folder.
pub fn system_folders() -> io::Result<SystemFolders> {
    let mut found = SystemFolders { folders: Vec::new(), links: Vec::new() };
    for name in SYSTEM_FOLDERS {
        let path = Path::new("/").join(name);
        match path.symlink_metadata() {
            Ok(entry) if entry.is_symlink() => found.links.push((name, fs::read_link(&path)?)),
            Ok(entry) if entry.is_dir() => found.folders.push(name),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

fn make_folders(disk: &Path) -> Result<()> {
    let root = disk.join("root");
    make_folder(&root, 0o755)?;
    for (name, mode) in PRIVATE_FOLDERS {
        make_folder(&root.join(name), mode)?;
    }
    let SystemFolders { folders, links } = system_folders()?;
    for name in folders {
        for part in ["root", "upper", "work"] {
            make_folder(&disk.join(part).join(name), 0o755)?;
        }
    }
    for (name, target) in links {
        symlink(target, root.join(name))?;
    }
    for name in OWNED_FOLDERS {
        own_folder(disk, name)?;
    }
    Ok(())
}

/// Makes a folder of the host's again in the overlay, with the host's mode.
fn own_folder(disk: &Path, name: &str) -> Result<()> {
    let of_host = Path::new("/").join(name);
    match of_host.symlink_metadata() {
        Ok(found) if found.is_dir() => {
            make_folder(&disk.join("upper").join(name), found.permissions().mode() & 0o7777)
        }
        // Programs find it in the machine if they find it on the host.
        _ => Ok(()),
    }
}

fn make_folder(path: &Path, mode: u32) -> Result<()> {
    fs::create_dir_all(path).with_context(|| format!("make {}", path.display()))?;
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
        .with_context(|| format!("set the mode of {}", path.display()))
}

fn write_files(upper: &Path, boot: &Boot) -> Result<()> {
    write(upper, "etc/hostname", 0o644, &format!("{}\n", boot.hostname))?;
    write(upper, "etc/hosts", 0o644, &hosts(boot))?;
    write(upper, "etc/resolv.conf", 0o644, "nameserver 169.254.169.254\n")?;
    let identity = fs::read_to_string("/proc/sys/kernel/random/uuid")?.replace('-', "");
    write(upper, "etc/machine-id", 0o444, &identity)?;
    let mut bundle = match fs::read_to_string(Path::new("/").join(BUNDLE)) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error).context("read the host's authorities"),
    };
    bundle.push_str(&boot.authority);
    write(upper, BUNDLE, 0o644, &bundle)?;
    // So that update-ca-certificates keeps it.
    write(upper, "usr/local/share/ca-certificates/fake-gcp.crt", 0o644, &boot.authority)?;
    for (name, text) in POWER_PROGRAMS {
        write(upper, &format!("usr/sbin/{name}"), 0o755, text)?;
    }
    Ok(())
}

fn hosts(boot: &Boot) -> String {
    let Boot { hostname, fqdn, .. } = boot;
    let google = super::tls::GOOGLE_HOSTS.join(" ");
    format!(
        "127.0.0.1 localhost\n127.0.1.1 {fqdn} {hostname}\n\
         169.254.169.254 metadata.google.internal metadata\n\
         {} {google}\n",
        super::tls::GOOGLE_ADDRESS
    )
}

fn write(upper: &Path, name: &str, mode: u32, text: &str) -> Result<()> {
    let path = upper.join(name);
    if let Some(folder) = path.parent().filter(|folder| !folder.exists()) {
        make_folder(folder, 0o755)?;
    }
    fs::write(&path, text).with_context(|| format!("write {}", path.display()))?;
    fs::set_permissions(&path, fs::Permissions::from_mode(mode))?;
    Ok(())
}
