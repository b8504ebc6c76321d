//! Signals to a notebook that is being executed.
use crate::rust::{GRACE, Rust};
use crate::supervisor::Supervisor;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Ctrl-C and a request to end stop the running cell; the flag tells. Compiled code that does not listen is ended after
/// a moment, anything else by a second request, and the notebook is written all the same.
pub fn watch(supervisor: Arc<Supervisor>, rust: Arc<Rust>) -> Arc<AtomicBool> {
    use tokio::signal::unix::{SignalKind, signal};
    let stopped = Arc::new(AtomicBool::new(false));
    let flag = stopped.clone();
    let (Ok(mut interrupt), Ok(mut end)) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate())) else {
        return stopped;
    };
    tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = end.recv() => {}
            }
            let again = flag.swap(true, Ordering::SeqCst);
            let generation = supervisor.generation();
            supervisor.interrupt().await;
            rust.interrupt();
            if rust.running() && !again {
                tokio::time::sleep(GRACE).await;
            }
            if again || rust.running() {
                supervisor.kill(generation, "it was interrupted");
            }
        }
    });
    stopped
}
