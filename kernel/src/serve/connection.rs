//! The file in which a client says where it listens.
use crate::zmtp::Address;
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// Why a kernel cannot serve.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// its connection file cannot be used
    #[error("cannot read the connection file {path}: {reason}")]
    Connection {
        /// the file
        path: String,
        /// what is wrong with it
        reason: String,
    },
    /// it would serve strangers
    #[error(
        "the connection file asks for {ip} without a key: that would let anybody on the network run code here. Use 127.0.0.1, or a key"
    )]
    Open {
        /// the address it asks for
        ip: String,
    },
    /// a socket cannot be opened
    #[error("cannot listen on the {channel} channel at {place}: {reason}")]
    Listen {
        /// which of the five
        channel: &'static str,
        /// the address it was to have
        place: String,
        /// what the system says
        reason: std::io::Error,
    },
    /// there is no session process
    #[error("cannot start the session process: {0}")]
    Session(#[from] std::io::Error),
}

/// What the file says. The key and the address may be left out; then nobody but this machine is served.
#[derive(Deserialize)]
pub(super) struct Connection {
    #[serde(default = "loopback")]
    ip: String,
    #[serde(default)]
    transport: Transport,
    #[serde(default)]
    pub key: String,
    #[serde(default = "scheme")]
    signature_scheme: String,
    pub shell_port: u16,
    pub iopub_port: u16,
    pub stdin_port: u16,
    pub control_port: u16,
    pub hb_port: u16,
}

#[derive(Clone, Copy, Default, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Transport {
    #[default]
    Tcp,
    Ipc,
}

const SCHEME: &str = "hmac-sha256";

fn loopback() -> String {
    "127.0.0.1".into()
}

fn scheme() -> String {
    SCHEME.into()
}

impl Connection {
    /// Where a channel listens. With sockets in the file system, `ip` is how their names begin.
    pub fn address(&self, port: u16) -> Address {
        match self.transport {
            Transport::Tcp => Address::Tcp(self.ip.clone(), port),
            Transport::Ipc => Address::Local(PathBuf::from(format!("{}-{port}", self.ip))),
        }
    }

    /// The error of a channel that cannot listen.
    pub fn refused(&self, channel: &'static str, port: u16) -> impl FnOnce(std::io::Error) -> Error + use<> {
        let place = match self.address(port) {
            Address::Tcp(host, port) => format!("{host}:{port}"),
            Address::Local(path) => path.display().to_string(),
        };
        move |reason| Error::Listen { channel, place, reason }
    }
}

/// Reads a connection file, leniently.
pub(super) fn connection(path: &Path) -> Result<Connection, Error> {
    let failed = |reason: String| Error::Connection { path: path.display().to_string(), reason };
    let text = std::fs::read_to_string(path).map_err(|e| failed(e.to_string()))?;
    let info: Connection = serde_json::from_str(&text).map_err(|e| failed(e.to_string()))?;
    let local = info.transport == Transport::Ipc
        || info.ip == "localhost"
        || info.ip.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
    if info.key.is_empty() && !local {
        return Err(Error::Open { ip: info.ip });
    }
    if info.signature_scheme != SCHEME {
        return Err(failed(format!("the signature scheme {} is not {SCHEME}", info.signature_scheme)));
    }
    Ok(info)
}
