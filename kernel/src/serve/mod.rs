//! The kernel of a notebook client: sockets, and one task for each of them.
mod complete;
mod control;
mod execute;
mod history;
mod info;
mod iopub;
mod stdin;
mod wire;

use crate::history::Store;
use crate::host::{Host, Settings};
use crate::link::Output;
use crate::rust::{self, Rust};
use iopub::Iopub;
use jupyter_protocol::ConnectionInfo;
use jupyter_zmq_client as jupyter;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use tokio::sync::mpsc;
use wire::{Request, Sender};

/// Cells of the history that tell what a user does.
const LATELY: i64 = 100;

/// What the tasks share.
pub struct Kernel {
    host: Arc<Host>,
    rust: Rust,
    iopub: Iopub,
    shell: Sender,
    store: Store,
    /// the count of the cell that ran last
    count: AtomicU64,
    executing: AtomicBool,
    /// the user was told what another interrupt does
    noticed: AtomicBool,
    /// the request of the running cell
    current: Mutex<Option<Arc<Request>>>,
}

/// Why a kernel cannot serve.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot read the connection file {path}: {reason}")]
    Connection { path: String, reason: String },
    #[error(
        "the connection file asks for {ip} without a key: that would let anybody on the network run code here. Use 127.0.0.1, or a key"
    )]
    Open { ip: String },
    #[error("cannot listen: {0}")]
    Listen(#[from] jupyter::RuntimeError),
    #[error("cannot start the session process: {0}")]
    Session(#[from] std::io::Error),
}

fn connection(path: &Path) -> Result<ConnectionInfo, Error> {
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

/// Serves until a client asks for the end, or is gone.
pub async fn serve(path: &Path, folder: tempfile::TempDir) -> Result<(), Error> {
    let info = connection(path)?;
    let session = uuid::Uuid::new_v4().to_string();
    let mut heartbeat = jupyter::create_kernel_heartbeat_connection(&info).await?;
    let shell = jupyter::create_kernel_shell_connection(&info, &session).await?;
    let control = jupyter::create_kernel_control_connection(&info, &session).await?;
    let stdin = jupyter::create_kernel_stdin_connection(&info, &session).await?;
    let published = jupyter::create_kernel_iopub_xpub_connection(&info, &session).await?;
    tokio::spawn(async move { while heartbeat.single_heartbeat().await.is_ok() {} });
    let iopub = Iopub::start(published);
    let (shell_out, mut shell_in) = wire::split(shell);
    let (control_out, control_in) = wire::split(control);
    let desk = Arc::new(stdin::ClientDesk::new(iopub.clone(), stdin));
    let host = Host::start(Settings { asks: true, ..Settings::default() }, desk.clone()).await?;
    let rust = Rust::new(host.clone(), folder)?;
    let kernel = Arc::new(Kernel {
        host,
        rust,
        iopub,
        shell: shell_out,
        store: Store::open(),
        count: AtomicU64::new(0),
        executing: AtomicBool::new(false),
        noticed: AtomicBool::new(false),
        current: Mutex::default(),
    });
    // whoever used Rust lately will again: the compiler is ready by then, at the cost of nobody else
    if kernel.store.lately(LATELY, |c| rust::body(c).is_some()) {
        kernel.rust.warm();
    }
    let (cells, queue) = mpsc::unbounded_channel();
    tokio::spawn(execute::run(kernel.clone(), desk, queue));
    tokio::spawn(control::run(kernel.clone(), control_in, control_out));
    tokio::spawn(control::watch_parent(kernel.clone()));
    tokio::spawn(control::watch_signals(kernel.clone()));
    loop {
        let request = Arc::new(shell_in.next().await);
        match request.kind.as_str() {
            "execute_request" => {
                let _ = cells.send(request);
            }
            // answered at once, also while a cell runs
            _ => {
                let kernel = kernel.clone();
                tokio::spawn(async move { kernel.aside(&request).await });
            }
        }
    }
}

impl Kernel {
    /// A request that needs no cell to end first.
    async fn aside(&self, request: &Request) {
        self.iopub.status(request, "busy");
        let content = &request.content;
        let reply = match request.kind.as_str() {
            "kernel_info_request" => Some(("kernel_info_reply", info::content(&self.host.device()))),
            "complete_request" => Some(("complete_reply", self.complete(content).await)),
            "inspect_request" => Some(("inspect_reply", self.inspect(content).await)),
            "is_complete_request" => Some(("is_complete_reply", self.completeness(content).await)),
            "history_request" => Some(("history_reply", self.history(content))),
            "comm_info_request" => Some(("comm_info_reply", json!({ "status": "ok", "comms": {} }))),
            "connect_request" => Some(("connect_reply", json!({ "status": "ok" }))),
            // no targets here: the other side is told that its comm is closed
            "comm_open" => {
                self.iopub.publish(request, "comm_close", json!({ "comm_id": content["comm_id"], "data": {} }));
                None
            }
            "comm_msg" | "comm_close" => None,
            "shutdown_request" => {
                self.shell
                    .send("shutdown_reply", json!({ "status": "ok", "restart": content["restart"] }), request)
                    .await;
                self.leave(request).await;
                None
            }
            other => {
                eprintln!("gflow-kernel: ignored a message of the unknown type {other:?}");
                None
            }
        };
        if let Some((kind, content)) = reply {
            self.shell.send(kind, content, request).await;
        }
        self.iopub.status(request, "idle");
        // to a client, the kernel is as busy as the last status says
        if self.executing.load(Ordering::SeqCst)
            && let Some(running) = self.current().as_ref()
        {
            self.iopub.status(running, "busy");
        }
    }

    fn current(&self) -> std::sync::MutexGuard<'_, Option<Arc<Request>>> {
        self.current.lock().unwrap_or_else(|p| p.into_inner())
    }

    /// Ends the session process and this one.
    async fn leave(&self, request: &Request) {
        self.iopub.status(request, "idle");
        self.iopub.drain().await;
        self.end().await
    }

    async fn end(&self) -> ! {
        self.host.close().await;
        let _ = std::fs::remove_dir_all(self.rust.folder());
        std::process::exit(0)
    }

    async fn say(&self, name: &str, text: String) {
        self.host.show(Output::stream(name, text)).await;
    }
}
