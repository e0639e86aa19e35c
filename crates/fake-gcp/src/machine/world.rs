//! The world that a sandbox's processes see: its own root, devices, process table and network.
//! It is called by the init, inside namespaces that `unshare` made; all of it vanishes with them.

use std::{
    ffi::CString,
    fs,
    net::{Ipv4Addr, TcpListener},
    os::unix::fs::symlink,
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, ensure};
use rustix::{
    fs::{CWD, FileType, Mode, mknodat},
    mount::{
        MountFlags, UnmountFlags, mount, mount_bind, mount_bind_recursive, mount_remount, unmount,
    },
    process::pivot_root,
    system::sethostname,
    thread::{CapabilitySet, remove_capability_from_bounding_set},
};

use super::{
    disk,
    tls::GOOGLE_ADDRESS,
    wire::{Boot, Doors},
};

/// The search path that systemd gives its units.
pub const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// What the root of a sandbox may not do, because the kernel is the host's.
const FORBIDDEN: [CapabilitySet; 6] = [
    CapabilitySet::MKNOD,
    CapabilitySet::SYS_BOOT,
    CapabilitySet::SYS_MODULE,
    CapabilitySet::SYS_RAWIO,
    CapabilitySet::SYS_TIME,
    CapabilitySet::SYSLOG,
];

/// Enters the machine's own root and network; returns the sockets that fake-gcp answers on.
pub fn enter(boot: &Boot) -> Result<Doors> {
    disk::prepare(boot)?;
    sethostname(boot.hostname.as_bytes()).context("set the host's name")?;
    std::env::set_current_dir(&boot.disk)?;
    mount_bind("root", "root").context("mount the machine's root")?;
    mount_system(boot)?;
    mount_kernel_files(boot)?;
    mount_devices()?;
    mount_boot_id()?;
    std::env::set_current_dir("root")?;
    pivot_root(".", ".").context("enter the machine's root")?;
    unmount(".", UnmountFlags::DETACH).context("leave the host's root")?;
    std::env::set_current_dir("/")?;
    for capability in FORBIDDEN {
        remove_capability_from_bounding_set(capability).context("give up a capability")?;
    }
    open_doors()
}

/// The overlays are one for each folder, as the kernel lets none have the whole root below it
/// that holds, or hides, other mounts.
fn mount_system(boot: &Boot) -> Result<()> {
    for name in disk::system_folders()?.folders {
        // Without a privilege in the host's own user namespace, overlays keep their notes elsewhere.
        let notes = if boot.own_users { "userxattr," } else { "" };
        let options = format!("{notes}lowerdir=/{name},upperdir=upper/{name},workdir=work/{name}");
        let options = CString::new(options)?;
        mount("overlay", format!("root/{name}"), "overlay", MountFlags::NODEV, &*options)
            .with_context(|| format!("mount an overlay of /{name}"))?;
    }
    Ok(())
}

fn mount_kernel_files(boot: &Boot) -> Result<()> {
    let plain = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
    mount("proc", "root/proc", "proc", plain, None).context("mount /proc")?;
    let sys = mount("sysfs", "root/sys", "sysfs", plain | MountFlags::RDONLY, None);
    // Where the host itself sees only a part of /sys, the kernel allows that part and no new one.
    sys.or_else(|_| mount_bind_recursive("/sys", "root/sys")).context("mount /sys")?;
    if !boot.own_users {
        // The host's root would change the host's kernel here.
        let dangerous = ["root/proc/sys", "root/proc/sysrq-trigger"];
        for name in dangerous.into_iter().filter(|name| Path::new(name).exists()) {
            mount_bind(name, name).with_context(|| format!("mount {name}"))?;
            mount_remount(name, MountFlags::BIND | MountFlags::RDONLY | plain, "")
                .with_context(|| format!("make {name} read-only"))?;
        }
        // What concerns the network is the machine's own.
        let network = "root/proc/sys/net";
        mount_bind(network, network).context("mount /proc/sys/net")?;
        mount_remount(network, MountFlags::BIND | plain, "").context("open /proc/sys/net")?;
    }
    Ok(())
}

fn mount_devices() -> Result<()> {
    let folder = |path: &str, options: &CString| {
        let flags = MountFlags::NOSUID | MountFlags::NODEV;
        mount("tmpfs", path, "tmpfs", flags, &**options).with_context(|| format!("mount {path}"))
    };
    folder("root/run", &CString::new("mode=755")?)?;
    folder("root/dev", &CString::new("mode=755,size=65536k")?)?;
    for name in ["null", "zero", "full", "random", "urandom", "tty"] {
        let target = format!("root/dev/{name}");
        fs::write(&target, "")?;
        mount_bind(format!("/dev/{name}"), &target).with_context(|| format!("mount {target}"))?;
    }
    fs::create_dir("root/dev/shm")?;
    folder("root/dev/shm", &CString::new("mode=1777")?)?;
    fs::create_dir("root/dev/pts")?;
    let options = CString::new("newinstance,mode=620,ptmxmode=666")?;
    mount("devpts", "root/dev/pts", "devpts", MountFlags::NOSUID, &*options)
        .context("mount /dev/pts")?;
    // What is written to the serial port goes to the log: the init reads it.
    mknodat(CWD, "root/dev/ttyS0", FileType::Fifo, Mode::from_raw_mode(0o600), 0)
        .context("make /dev/ttyS0")?;
    for (name, target) in [
        ("console", "ttyS0"),
        ("ptmx", "pts/ptmx"),
        ("fd", "/proc/self/fd"),
        ("stdin", "/proc/self/fd/0"),
        ("stdout", "/proc/self/fd/1"),
        ("stderr", "/proc/self/fd/2"),
    ] {
        symlink(target, Path::new("root/dev").join(name))?;
    }
    Ok(())
}

/// Every boot has an id of its own, though the kernel booted only once.
fn mount_boot_id() -> Result<()> {
    let id = fs::read_to_string("/proc/sys/kernel/random/uuid")?;
    fs::write("root/run/boot_id", id)?;
    let target = "root/proc/sys/kernel/random/boot_id";
    mount_bind("root/run/boot_id", target).context("mount the boot's id")?;
    let flags = MountFlags::BIND | MountFlags::RDONLY | MountFlags::NOSUID | MountFlags::NODEV;
    mount_remount(target, flags, "").context("make the boot's id read-only")?;
    fs::remove_file("root/run/boot_id")?;
    Ok(())
}

fn open_doors() -> Result<Doors> {
    ip(&["link", "set", "lo", "up"])?;
    ip(&["address", "add", "169.254.169.254/32", "dev", "lo"])?;
    let listen = |address: Ipv4Addr, port| {
        TcpListener::bind((address, port)).with_context(|| format!("listen on {address}:{port}"))
    };
    Ok(Doors {
        metadata: listen(Ipv4Addr::new(169, 254, 169, 254), 80)?,
        google: listen(GOOGLE_ADDRESS, 443)?,
    })
}

fn ip(arguments: &[&str]) -> Result<()> {
    let mut command = Command::new("ip");
    let status =
        command.args(arguments).env_clear().env("PATH", PATH).stdin(Stdio::null()).status();
    let status = status.context("start ip")?;
    ensure!(status.success(), "ip {}: {status}", arguments.join(" "));
    Ok(())
}
