//! Where a socket listens, and the streams of those who come.
use std::io::Result;
use std::path::PathBuf;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, UnixListener};

/// Where a socket listens.
pub enum Address {
    /// a host and a port
    Tcp(String, u16),
    /// a socket in the file system
    Local(PathBuf),
}

/// What a peer sends.
pub(super) type Incoming = Box<dyn AsyncRead + Send + Unpin>;
/// What a peer gets.
pub(super) type Outgoing = Box<dyn AsyncWrite + Send + Unpin>;

/// An address that is taken.
pub(super) enum Listener {
    Tcp(TcpListener),
    Local(UnixListener),
}

impl Listener {
    /// Takes an address; a socket in the file system is for its owner only.
    pub async fn bind(address: &Address) -> Result<Listener> {
        match address {
            Address::Tcp(host, port) => {
                let host = if host == "*" { "0.0.0.0" } else { host };
                Ok(Listener::Tcp(TcpListener::bind((host, *port)).await?))
            }
            Address::Local(path) => {
                // what an earlier kernel of this connection file left behind is in the way, a kernel that runs is not
                if std::os::unix::net::UnixStream::connect(path)
                    .is_err_and(|e| e.kind() == std::io::ErrorKind::ConnectionRefused)
                {
                    std::fs::remove_file(path)?;
                }
                let listener = UnixListener::bind(path)?;
                std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
                Ok(Listener::Local(listener))
            }
        }
    }

    /// The next stream.
    pub async fn accept(&self) -> Result<(Incoming, Outgoing)> {
        match self {
            Listener::Tcp(listener) => {
                let (stream, _) = listener.accept().await?;
                stream.set_nodelay(true)?;
                let (from, to) = stream.into_split();
                Ok((Box::new(from), Box::new(to)))
            }
            Listener::Local(listener) => {
                let (from, to) = listener.accept().await?.0.into_split();
                Ok((Box::new(from), Box::new(to)))
            }
        }
    }
}
