//! The file in which a client says where it listens.
use jupyter_protocol::ConnectionInfo;
use serde_json::{Value, json};
use std::path::Path;

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
    #[error("cannot listen: {0}")]
    Listen(#[from] jupyter_zmq_client::RuntimeError),
    /// there is no session process
    #[error("cannot start the session process: {0}")]
    Session(#[from] std::io::Error),
}

/// Reads a connection file, leniently.
pub(super) fn connection(path: &Path) -> Result<ConnectionInfo, Error> {
    let failed = |reason: String| Error::Connection { path: path.display().to_string(), reason };
    let text = std::fs::read_to_string(path).map_err(|e| failed(e.to_string()))?;
    let mut value: Value = serde_json::from_str(&text).map_err(|e| failed(e.to_string()))?;
    // the key and the address may be left out; then nobody but this machine is served
    if let Some(map) = value.as_object_mut() {
        for (key, default) in [
            ("ip", json!("127.0.0.1")),
            ("transport", json!("tcp")),
            ("key", json!("")),
            ("signature_scheme", json!("hmac-sha256")),
        ] {
            map.entry(key).or_insert(default);
        }
    }
    let info: ConnectionInfo = serde_json::from_value(value).map_err(|e| failed(e.to_string()))?;
    let local = info.transport == jupyter_protocol::connection_info::Transport::IPC
        || info.ip == "localhost"
        || info.ip.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
    if info.key.is_empty() && !local {
        return Err(Error::Open { ip: info.ip });
    }
    if info.signature_scheme != "hmac-sha256" {
        return Err(failed(format!("the signature scheme {} is not hmac-sha256", info.signature_scheme)));
    }
    Ok(info)
}
