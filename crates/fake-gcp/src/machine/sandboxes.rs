//! Boots each machine of the cloud as a sandbox, and follows its life: power off, reset, removal, and the cloud's end.
//! What a sandbox is made of is the business of the modules beside this one.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{
        self,
        ErrorKind::{NotADirectory, NotFound},
    },
    net::Shutdown,
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    process::ExitStatus,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use axum::{Router, http::StatusCode, routing::any};
use tokio::{net::TcpListener, runtime::Handle, task::JoinHandle};

use super::{
    Host, Machines, Vm, VmName,
    init::REBOOT,
    launch::Launcher,
    metadata::Metadata,
    tls::Authority,
    tree,
    wire::{self, Boot, Doors, Order},
};

/// How long the machines of a killed fake-gcp have to end.
const OLD_MACHINES: Duration = Duration::from_secs(30);

/// What [`Sandboxes`] needs besides the cloud.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Each machine has a folder of its name in it, with its `serial.log` and its disk.
    pub folder: PathBuf,
    /// The program fake-gcp, which is also what a sandbox starts with.
    pub program: PathBuf,
    /// Where the metadata servers and the Google hosts are served.
    pub runtime: Handle,
}

/// Machines that are sandboxes on this host.
pub struct Sandboxes {
    shared: Arc<Shared>,
}

struct Shared {
    settings: Settings,
    host: Arc<dyn Host>,
    launcher: Launcher,
    authority: Authority,
    machines: Mutex<BTreeMap<VmName, Arc<Machine>>>,
}

struct Machine {
    /// Of its folder and its disk.
    label: String,
    life: Mutex<Life>,
    changed: Condvar,
}

struct Life {
    vm: Vm,
    /// To the init; none while the machine is off.
    socket: Option<UnixStream>,
    next: Next,
}

/// What comes after the sandbox's end, whoever brings that about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    /// It stays off, unless it asks for a reboot.
    Off,
    Reboot,
    /// It stays off, and nobody is told.
    Gone,
}

impl Sandboxes {
    /// Whether this host can make sandboxes; if not, why, in one line.
    pub fn probe(program: &Path, folder: &Path) -> Result<(), String> {
        match Launcher::find(program, folder) {
            Ok(_) => Ok(()),
            Err(error) => Err(format!("no sandboxes here: {error:#}").replace('\n', " ")),
        }
    }

    /// Finds out how sandboxes are made here, and makes none yet. The folder is this cloud's alone.
    pub fn new(settings: Settings, host: Arc<dyn Host>) -> Result<Sandboxes> {
        let launcher =
            Launcher::find(&settings.program, &settings.folder).context("no sandboxes here")?;
        if let Some(shortcoming) = &launcher.shortcoming {
            eprintln!("fake-gcp: {shortcoming}");
        }
        wait_for_old_machines(&settings.folder)?;
        launcher.remove_all_disks().context("remove what a killed fake-gcp left")?;
        let authority = Authority::new().context("make an authority for the Google hosts")?;
        let machines = Mutex::default();
        Ok(Sandboxes { shared: Arc::new(Shared { settings, host, launcher, authority, machines }) })
    }

    /// Kills every machine, waits until all have ended, and removes their disks, as the cloud that knows of them ends too.
    pub fn end(&self) {
        let all: Vec<Arc<Machine>> = self.shared.machines().values().cloned().collect();
        for machine in &all {
            machine.lock().cut(Next::Gone);
        }
        for machine in all {
            machine.wait_until_off();
            self.shared.remove_disk(&machine);
        }
        self.shared.machines().clear();
    }

    fn find(&self, name: &VmName) -> Option<Arc<Machine>> {
        self.shared.machines().get(name).cloned()
    }
}

impl Machines for Sandboxes {
    fn boot(&self, vm: Vm) -> Result<()> {
        let machine = self.shared.machine(&vm)?;
        let mut life = machine.lock();
        ensure!(life.socket.is_none(), "{} is running already", vm.name.name);
        life.vm = vm;
        life.next = Next::Off;
        let of_init = life.connect()?;
        drop(life);
        let shared = self.shared.clone();
        thread::spawn(move || shared.live(&machine, of_init));
        Ok(())
    }

    fn stop(&self, name: &VmName, grace: Duration) {
        if let Some(machine) = self.find(name) {
            machine.lock().order(Order::Stop { grace });
        }
    }

    fn reboot(&self, name: &VmName) {
        if let Some(machine) = self.find(name) {
            machine.lock().cut(Next::Reboot);
        }
    }

    /// Waits until the machine has ended; its `serial.log` stays.
    fn delete(&self, name: &VmName) {
        let Some(machine) = self.find(name) else {
            return;
        };
        machine.lock().cut(Next::Gone);
        machine.wait_until_off();
        self.shared.remove_disk(&machine);
        self.shared.machines().remove(name);
    }
}

impl Drop for Sandboxes {
    fn drop(&mut self) {
        self.end();
    }
}

impl Shared {
    fn machines(&self) -> MutexGuard<'_, BTreeMap<VmName, Arc<Machine>>> {
        self.machines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn remove_disk(&self, machine: &Machine) {
        if let Err(error) = self.launcher.remove_disk(&machine.label) {
            eprintln!("fake-gcp: {error:#}");
        }
    }

    /// The machine of this name; a new one gets an empty disk.
    fn machine(&self, vm: &Vm) -> Result<Arc<Machine>> {
        let mut machines = self.machines();
        if let Some(machine) = machines.get(&vm.name) {
            return Ok(machine.clone());
        }
        let VmName { project, zone, name } = &vm.name;
        // Names are unique in a zone only, and studies do not use one twice.
        let label = match machines.values().any(|machine| machine.label == *name) {
            false => name.clone(),
            true => format!("{name}.{zone}.{project}"),
        };
        self.launcher.make_disk(&label)?;
        fs::create_dir_all(self.settings.folder.join(&label))?;
        let life = Mutex::new(Life { vm: vm.clone(), socket: None, next: Next::Off });
        let machine = Arc::new(Machine { label, life, changed: Condvar::new() });
        machines.insert(vm.name.clone(), machine.clone());
        Ok(machine)
    }

    /// From a boot to the power off, over all reboots.
    fn live(&self, machine: &Machine, mut of_init: UnixStream) {
        let name = machine.lock().vm.name.clone();
        let mut tell = true;
        loop {
            let ended = self.run_once(machine, of_init);
            // The cloud is asked while no lock is held: it may be waiting for this one.
            let metadata = self.host.metadata(&name);
            let mut life = machine.lock();
            let again = match (life.next, ended) {
                (Next::Gone, _) => {
                    tell = false;
                    false
                }
                (Next::Reboot, _) => true,
                (Next::Off, Ok(status)) => status.code() == Some(i32::from(REBOOT)),
                (Next::Off, Err(error)) => {
                    eprintln!("fake-gcp: {}: {error:#}", machine.label);
                    false
                }
            };
            life.next = Next::Off;
            life.socket = None;
            match again.then(|| life.connect()) {
                Some(Ok(socket)) => of_init = socket,
                Some(Err(error)) => {
                    eprintln!("fake-gcp: {} does not boot again: {error}", machine.label);
                    break;
                }
                None => break,
            }
            life.vm.metadata = metadata;
        }
        machine.changed.notify_all();
        if tell {
            self.host.powered_off(&name);
        }
    }

    fn run_once(&self, machine: &Machine, of_init: UnixStream) -> Result<ExitStatus> {
        let path = self.settings.folder.join(&machine.label).join("serial.log");
        let log = File::options().append(true).create(true).open(&path);
        let log = log.with_context(|| format!("open {}", path.display()))?;
        // The sandbox's processes have the lock with the file, for whoever wants to know that they have ended.
        log.lock().with_context(|| format!("lock {}", path.display()))?;
        let (vm, socket) = {
            let life = machine.lock();
            let socket = life.socket.as_ref().context("a machine that is off")?;
            (life.vm.clone(), socket.try_clone()?)
        };
        let mut init = self.launcher.start(&log, of_init)?;
        let boot = Boot {
            hostname: vm.name.name.clone(),
            fqdn: tree::fqdn(&vm),
            disk: self.launcher.disk(&machine.label),
            own_users: self.launcher.own_users(),
            authority: self.authority.pem.clone(),
            script: vm.metadata.get("startup-script").cloned(),
        };
        let served = wire::send(&socket, &boot)
            .and_then(|()| wire::receive_doors(&socket))
            .and_then(|doors| self.serve(vm, doors));
        let status = init.wait().context("wait for unshare")?;
        // A machine that is cut while it boots has no sockets yet.
        if let Ok(tasks) = served {
            for task in tasks {
                task.abort();
            }
        }
        ensure!(
            status.success() || status.code() == Some(i32::from(REBOOT)),
            "ended with {status}, see {}",
            path.display()
        );
        Ok(status)
    }

    fn serve(&self, vm: Vm, doors: Doors) -> io::Result<[JoinHandle<io::Result<()>>; 2]> {
        doors.metadata.set_nonblocking(true)?;
        doors.google.set_nonblocking(true)?;
        let _context = self.settings.runtime.enter();
        let metadata = Metadata::new(self.host.clone(), vm).router();
        let for_metadata = TcpListener::from_std(doors.metadata)?;
        let google = self.authority.listen(TcpListener::from_std(doors.google)?);
        // What no Google has is not for guests.
        let router = Router::new()
            .route("/control/{*rest}", any(StatusCode::NOT_FOUND))
            .fallback_service(self.host.router());
        Ok([
            tokio::spawn(async move { axum::serve(for_metadata, metadata).await }),
            tokio::spawn(async move { axum::serve(google, router).await }),
        ])
    }
}

/// Waits until the machines of a killed fake-gcp have ended, as they do by themselves: till then their disks are in use.
fn wait_for_old_machines(folder: &Path) -> Result<()> {
    let deadline = Instant::now() + OLD_MACHINES;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path().join("serial.log");
        let log = match File::open(&path) {
            Ok(log) => log,
            // The folder has more in it than machines.
            Err(error) if matches!(error.kind(), NotFound | NotADirectory) => continue,
            Err(error) => return Err(error).with_context(|| format!("open {}", path.display())),
        };
        while log.try_lock().is_err() {
            let what = path.display();
            ensure!(Instant::now() < deadline, "the machine of {what} is still running: end it");
            thread::sleep(Duration::from_millis(20));
        }
    }
    Ok(())
}

impl Machine {
    fn lock(&self) -> MutexGuard<'_, Life> {
        self.life.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait_until_off(&self) {
        let on = |life: &mut Life| life.socket.is_some();
        drop(self.changed.wait_while(self.lock(), on).unwrap_or_else(PoisonError::into_inner));
    }
}

impl Life {
    /// Makes a new pair of sockets and returns the init's.
    fn connect(&mut self) -> io::Result<UnixStream> {
        let (ours, of_init) = UnixStream::pair()?;
        self.socket = Some(ours);
        Ok(of_init)
    }

    fn order(&self, order: Order) {
        if let Some(socket) = &self.socket
            && let Err(error) = wire::send(socket, &order)
        {
            eprintln!("fake-gcp: {} is ending already: {error}", self.vm.name.name);
        }
    }

    /// Ends the sandbox at once.
    fn cut(&mut self, next: Next) {
        if let Some(socket) = &self.socket {
            self.next = next;
            if let Err(error) = socket.shutdown(Shutdown::Both) {
                eprintln!("fake-gcp: {} is ending already: {error}", self.vm.name.name);
            }
        }
    }
}
