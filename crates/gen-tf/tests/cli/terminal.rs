//! A terminal for a program: what it writes is read, keys are pressed, and the whole may go away, as
//! when an ssh connection is lost. What is pressed and when is the tests' business.

use std::{
    fs::File,
    io::{ErrorKind, Read, Write},
    os::{
        fd::{AsRawFd, FromRawFd},
        unix::process::CommandExt,
    },
    process::{Child, Command, ExitStatus},
    time::{Duration, Instant},
};

const CTRL_C: &[u8] = b"\x03";

/// Only a broken build waits for so long.
const DEADLINE: Duration = Duration::from_secs(120);

/// A program in a session of its own, on a terminal of its own.
pub struct Terminal {
    child: Child,
    /// Our end of it, until it has gone away.
    ours: Option<File>,
    shown: String,
}

impl Terminal {
    pub fn start(mut command: Command) -> Self {
        let (ours, theirs) = open();
        let theirs = || theirs.try_clone().unwrap();
        command.stdin(theirs()).stdout(theirs()).stderr(theirs());
        let take_terminal = || {
            // SAFETY: both calls are async-signal-safe, and they only change the new process.
            #[expect(unsafe_code, reason = "the standard library offers neither call")]
            let failed =
                unsafe { libc::setsid() == -1 || libc::ioctl(0, libc::TIOCSCTTY, 0) == -1 };
            if failed { Err(std::io::Error::last_os_error()) } else { Ok(()) }
        };
        // SAFETY: the closure allocates nothing and takes no lock.
        #[expect(unsafe_code, reason = "what must happen between fork and exec")]
        unsafe {
            command.pre_exec(take_terminal);
        }
        let child = command.spawn().unwrap();
        Self { child, ours: Some(ours), shown: String::new() }
    }

    pub fn press_ctrl_c(&mut self) {
        self.ours.as_mut().unwrap().write_all(CTRL_C).unwrap();
    }

    /// The terminal goes away: reading and writing fail from now on, and SIGHUP comes.
    pub fn hang_up(&mut self) {
        self.ours = None;
    }

    /// Waits until this is shown.
    #[track_caller]
    pub fn wait_for(&mut self, text: &str) {
        self.wait_until(text, |terminal| terminal.shown.contains(text));
    }

    /// Waits until something is so; what is shown meanwhile is read, so that nobody waits for us.
    #[track_caller]
    pub fn wait_until(&mut self, what: &str, condition: impl Fn(&Self) -> bool) {
        let deadline = Instant::now() + DEADLINE;
        while !condition(self) {
            assert!(Instant::now() < deadline, "waited for {what}; shown:\n{}", self.shown);
            self.read();
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits for the end; what was shown.
    #[track_caller]
    pub fn end(mut self) -> (ExitStatus, String) {
        let deadline = Instant::now() + DEADLINE;
        loop {
            self.read();
            if let Some(status) = self.child.try_wait().unwrap() {
                self.read();
                return (status, self.shown);
            }
            assert!(Instant::now() < deadline, "it does not end; shown:\n{}", self.shown);
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn read(&mut self) {
        let Some(ours) = &mut self.ours else { return };
        let mut bytes = [0; 4096];
        loop {
            match ours.read(&mut bytes) {
                Ok(0) => return,
                Ok(count) => self.shown.push_str(&String::from_utf8_lossy(&bytes[..count])),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                // Its last user has gone.
                Err(error) if error.raw_os_error() == Some(libc::EIO) => return,
                Err(error) => panic!("{error}"),
            }
        }
    }
}

/// Both ends; ours does not block.
fn open() -> (File, File) {
    let (mut ours, mut theirs) = (-1, -1);
    let size = libc::winsize { ws_row: 40, ws_col: 160, ws_xpixel: 0, ws_ypixel: 0 };
    // SAFETY: the pointers are valid for the call, and each descriptor gets one owner.
    #[expect(unsafe_code, reason = "the standard library makes no terminals")]
    unsafe {
        let opened = libc::openpty(
            &raw mut ours,
            &raw mut theirs,
            std::ptr::null_mut(),
            std::ptr::null(),
            &raw const size,
        );
        assert_eq!(opened, 0, "{}", std::io::Error::last_os_error());
        let (ours, theirs) = (File::from_raw_fd(ours), File::from_raw_fd(theirs));
        for end in [&ours, &theirs] {
            assert_eq!(libc::fcntl(end.as_raw_fd(), libc::F_SETFD, libc::FD_CLOEXEC), 0);
        }
        assert_eq!(libc::fcntl(ours.as_raw_fd(), libc::F_SETFL, libc::O_NONBLOCK), 0);
        (ours, theirs)
    }
}
