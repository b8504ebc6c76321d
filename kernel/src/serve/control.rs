//! The control socket, answered while a cell runs; and the end of a kernel whose client is gone.
use super::display::ClientDisplay;
use super::info;
use super::kernel::Kernel;
use super::wire::{Receiver, Sender};
use crate::folder::is_gone;
use crate::rust::GRACE;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// A Rhai cell stops by itself, at the next look of the native code it waits for; after this time we say so.
const NOTICE: Duration = Duration::from_secs(2);

/// Answers one request after the other.
pub async fn run(kernel: Arc<Kernel>, display: Arc<ClientDisplay>, mut requests: Receiver, out: Sender) {
    loop {
        let request = requests.next().await;
        kernel.iopub.status(&request, "busy");
        match request.kind.as_str() {
            "kernel_info_request" => {
                out.send("kernel_info_reply", info::content(&kernel.supervisor.device()), &request)
            }
            "interrupt_request" => {
                interrupt(&kernel).await;
                display.interrupt().await;
                out.send("interrupt_reply", json!({ "status": "ok" }), &request);
            }
            "shutdown_request" => {
                let content = json!({ "status": "ok", "restart": request.flag("restart", false) });
                kernel.iopub.publish(&request, "shutdown_reply", content.clone());
                out.send("shutdown_reply", content, &request);
                kernel.leave(&request).await;
            }
            other => eprintln!("gflow-kernel: ignored a control message of the unknown type {other:?}"),
        }
        kernel.idle(&request);
    }
}

/// The first interrupt asks; what cannot hear it is ended: compiled code after a moment, a Rhai cell by another one, once
/// it has been said what that would cost.
async fn interrupt(kernel: &Arc<Kernel>) {
    if !kernel.executing.load(Ordering::SeqCst) {
        return;
    }
    let (generation, turn) = (kernel.supervisor.generation(), kernel.turn.load(Ordering::SeqCst));
    kernel.supervisor.interrupt().await;
    kernel.rust.interrupt();
    if kernel.noticed.load(Ordering::SeqCst) == turn && !kernel.rust.running() {
        kernel.supervisor.kill(generation, "it was interrupted a second time");
        return;
    }
    let kernel = kernel.clone();
    tokio::spawn(async move {
        let compiled = kernel.rust.running();
        tokio::time::sleep(if compiled { GRACE } else { NOTICE }).await;
        let same = kernel.executing.load(Ordering::SeqCst) && kernel.turn.load(Ordering::SeqCst) == turn;
        if !same || kernel.supervisor.generation() != generation {
            return;
        }
        if compiled {
            kernel.supervisor.kill(
                generation,
                "the Rust cell went on for 1.5 s after the interrupt (long loops can look at session::interrupted())",
            );
        } else if kernel.noticed.swap(turn, Ordering::SeqCst) != turn {
            kernel.say("stderr", "The cell has not stopped yet: it waits for native code. Interrupt once more to end the session process; its variables would be lost.\n".into()).await;
        }
    });
}

/// Ends this process when the one that started it has gone without saying so.
pub async fn watch_parent(kernel: Arc<Kernel>) {
    let Some(parent) = std::env::var("JPY_PARENT_PID").ok().and_then(|p| p.parse::<i32>().ok()).filter(|p| *p > 1)
    else {
        return;
    };
    loop {
        tokio::time::sleep(Duration::from_secs(1)).await;
        // SAFETY: reads an attribute of this process
        let orphan = unsafe { libc::getppid() } == 1;
        if is_gone(parent) || orphan {
            kernel.end().await;
        }
    }
}

/// Ends this process in order when it is told to by a signal.
pub async fn watch_signals(kernel: Arc<Kernel>) {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut term), Ok(mut hangup)) = (signal(SignalKind::terminate()), signal(SignalKind::hangup())) else {
        return;
    };
    tokio::select! {
        _ = term.recv() => {}
        _ = hangup.recv() => {}
    }
    kernel.end().await;
}
