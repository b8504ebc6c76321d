//! How a session of cells ends from outside: by a signal, or because its terminal is gone.
use crate::cli::Exit;
use crate::cli::signals::{self, Signal};
use crate::cli::streams::say;
use crate::interrupt::Interrupt;
use std::io::IsTerminal;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// Whether the session is to end, and why.
#[derive(Clone)]
pub struct Leaving {
    why: Arc<OnceLock<Signal>>,
    /// ends the prompt
    prompt: Arc<AtomicBool>,
    interrupt: Interrupt,
}

impl Leaving {
    /// How often the prompt looks.
    pub const SOON: Duration = Duration::from_millis(50);
    /// What still runs after so long is left behind: the editor of a terminal that is gone waits for ever.
    const PATIENCE: Duration = Duration::from_millis(250);
    /// How often the terminal is looked for.
    const WATCH: Duration = Duration::from_millis(500);

    /// Listens to signals, and to the terminal if there is one. Ctrl-C stops the cell that runs; at the prompt the editor
    /// hears it itself.
    pub fn watch(interrupt: &Interrupt) -> Leaving {
        let leaving = Leaving { why: Arc::default(), prompt: Arc::default(), interrupt: interrupt.clone() };
        let heard = leaving.clone();
        if !signals::listen(move |signal| heard.hear(signal)) {
            say("note: Ctrl-C cannot be caught here and will end the session");
        }
        if std::io::stdin().is_terminal() {
            let watched = leaving.clone();
            let _ = std::thread::Builder::new().name("terminal".into()).spawn(move || {
                while std::io::stdin().is_terminal() {
                    std::thread::sleep(Leaving::WATCH);
                }
                watched.hear(Signal::HangUp);
            });
        }
        leaving
    }
    /// What the prompt looks at.
    pub fn prompt(&self) -> Arc<AtomicBool> {
        self.prompt.clone()
    }
    /// How the program ends, once it is to end.
    pub fn exit(&self) -> Option<Exit> {
        self.why.get().map(|signal| signal.exit())
    }

    fn hear(&self, signal: Signal) {
        self.interrupt.request();
        if signal == Signal::Interrupt || self.why.set(signal).is_err() {
            return;
        }
        self.prompt.store(true, Ordering::Relaxed);
        std::thread::sleep(Leaving::PATIENCE);
        std::process::exit(signal.exit() as i32);
    }
}
