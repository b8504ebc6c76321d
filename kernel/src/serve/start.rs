//! Opens the sockets of a kernel and starts its tasks.
use super::connection::{Error, connection};
use super::display::ClientDisplay;
use super::iopub::Iopub;
use super::kernel::Kernel;
use super::{control, execute, wire};
use crate::rust::{self, Rust};
use crate::supervisor::{Settings, Supervisor};
use jupyter_zmq_client as jupyter;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::mpsc;

/// Cells of the history that tell what a user does.
const LATELY: i64 = 100;

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
    let display = Arc::new(ClientDisplay::new(iopub.clone(), stdin));
    let supervisor = Supervisor::start(Settings { asks: true, ..Settings::default() }, display.clone()).await?;
    let rust = Rust::new(supervisor.clone(), folder)?;
    let kernel = Arc::new(Kernel::new(supervisor, rust, iopub, shell_out));
    // whoever used Rust lately will again: the compiler is ready by then, at the cost of nobody else
    if kernel.store.lately(LATELY, |c| rust::body(c).is_some()) {
        kernel.rust.warm();
    }
    let (cells, queue) = mpsc::unbounded_channel();
    tokio::spawn(execute::run(kernel.clone(), display, queue));
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
                tokio::spawn(async move { kernel.answer(&request).await });
            }
        }
    }
}
