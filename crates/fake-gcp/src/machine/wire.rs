//! What fake-gcp and the init of a sandbox say to each other over the socket that is the init's standard input:
//! one line that describes the boot, back come the sandbox's listening sockets, then orders, a line each.
//! The end of the socket is an order too: the sandbox ends at once, so that none outlives its fake-gcp.

use std::{
    io::{self, BufRead, BufReader, IoSlice, IoSliceMut, Write},
    mem::MaybeUninit,
    net::TcpListener,
    os::{
        fd::{AsFd, OwnedFd},
        unix::net::UnixStream,
    },
    path::PathBuf,
    time::Duration,
};

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, recvmsg, sendmsg,
};
use serde::{Deserialize, Serialize};

/// Everything that a boot needs to know.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Boot {
    /// The machine's name.
    pub hostname: String,
    /// Full name of the machine, as Google's internal DNS has it.
    pub fqdn: String,
    /// Folder of the machine's disk.
    pub disk: PathBuf,
    /// Whether the sandbox has a user namespace of its own.
    pub own_users: bool,
    /// Certificate of the authority that signs for the Google hosts, as PEM.
    pub authority: String,
    /// The startup script.
    pub script: Option<String>,
}

/// What a running sandbox can be told.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Ask every process to end, and end in any case after a while.
    Stop {
        /// How long that is.
        grace: Duration,
    },
}

/// The sandbox's listening sockets: they stay in its network, fake-gcp answers on them.
#[derive(Debug)]
pub struct Doors {
    /// 169.254.169.254:80.
    pub metadata: TcpListener,
    /// The Google hosts' port 443.
    pub google: TcpListener,
}

/// Sends one message as a line.
pub fn send<T: Serialize>(mut socket: &UnixStream, message: &T) -> io::Result<()> {
    let mut line = serde_json::to_vec(message)?;
    line.push(b'\n');
    socket.write_all(&line)
}

/// Reads one message; none at the end of the socket.
pub fn receive<T: for<'a> Deserialize<'a>>(
    socket: &mut BufReader<UnixStream>,
) -> io::Result<Option<T>> {
    let mut line = Vec::new();
    socket.read_until(b'\n', &mut line)?;
    if line.is_empty() { Ok(None) } else { Ok(Some(serde_json::from_slice(&line)?)) }
}

/// Hands the listening sockets to fake-gcp.
pub fn send_doors(socket: &UnixStream, doors: &Doors) -> io::Result<()> {
    let descriptors = [doors.metadata.as_fd(), doors.google.as_fd()];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(2))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    if !control.push(SendAncillaryMessage::ScmRights(&descriptors)) {
        return Err(io::Error::other("two descriptors do not fit into their message"));
    }
    sendmsg(socket, &[IoSlice::new(b"!")], &mut control, SendFlags::empty())?;
    Ok(())
}

/// Waits for the listening sockets; an error when the sandbox ended before it had any.
pub fn receive_doors(socket: &UnixStream) -> io::Result<Doors> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(2))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let mut byte = [0];
    let message =
        recvmsg(socket, &mut [IoSliceMut::new(&mut byte)], &mut control, RecvFlags::CMSG_CLOEXEC)?;
    let mut descriptors: Vec<OwnedFd> = Vec::new();
    for part in control.drain() {
        if let RecvAncillaryMessage::ScmRights(received) = part {
            descriptors.extend(received);
        }
    }
    let mut listeners = descriptors.into_iter().map(TcpListener::from);
    match (message.bytes, listeners.next(), listeners.next()) {
        (1, Some(metadata), Some(google)) => Ok(Doors { metadata, google }),
        _ => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}
