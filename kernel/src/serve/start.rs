//! Opens the sockets of a kernel and starts its tasks.
use super::connection::{Error, connection};
use super::display::ClientDisplay;
use super::iopub::Iopub;
use super::kernel::Kernel;
use super::message::Session;
use super::signer::Signer;
use super::{control, execute, wire};
use crate::rust::{self, Rust};
use crate::supervisor::{Settings, Supervisor};
use crate::zmtp;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::mpsc;

/// Cells of the history that tell what a user does.
const LATELY: i64 = 100;

/// Serves until a client asks for the end, or is gone.
pub async fn serve(path: &Path, folder: tempfile::TempDir) -> Result<(), Error> {
    let info = connection(path)?;
    let session = Arc::new(Session { signer: Signer::new(&info.key), id: uuid::Uuid::new_v4().to_string() });
    zmtp::echo(&info.address(info.hb_port)).await.map_err(info.refused("heartbeat", info.hb_port))?;
    let iopub =
        Iopub::start(&info.address(info.iopub_port), &session).await.map_err(info.refused("iopub", info.iopub_port))?;
    let open = async |channel, port, iopub| {
        wire::open(&info.address(port), &session, iopub).await.map_err(info.refused(channel, port))
    };
    let (shell_out, mut shell_in) = open("shell", info.shell_port, Some(&iopub)).await?;
    let (control_out, control_in) = open("control", info.control_port, None).await?;
    let stdin = open("stdin", info.stdin_port, None).await?;
    let display = Arc::new(ClientDisplay::new(iopub.clone(), stdin));
    let supervisor = Supervisor::start(Settings { asks: true, ..Settings::default() }, display.clone()).await?;
    let rust = Rust::new(supervisor.clone(), folder)?;
    let kernel = Arc::new(Kernel::new(supervisor, rust, iopub, shell_out));
    // whoever used Rust lately will again: the compiler is ready by then, at the cost of nobody else
    if kernel.store.lately(LATELY, |c| rust::body(c).is_some()) {
        kernel.rust.warm();
    }
    let (cells, queue) = mpsc::unbounded_channel();
    tokio::spawn(execute::run(kernel.clone(), display.clone(), queue));
    tokio::spawn(control::run(kernel.clone(), display, control_in, control_out));
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
                tokio::spawn(async move { kernel.answer(&request).await });
            }
        }
    }
}
