//! Signals that were heard while jobs run, as a thread of its own counts them.
use crate::cli::signals::{self, Signal};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

/// Signals that come together are one: a terminal sends it to all, a wrapper passes it on.
const TOGETHER: Duration = Duration::from_secs(1);

/// What was heard so far.
#[derive(Clone, Default)]
pub struct Heard {
    count: Arc<AtomicUsize>,
    first: Arc<OnceLock<Signal>>,
}

impl Heard {
    /// Listens from now on.
    pub fn listen() -> Heard {
        let heard = Heard::default();
        let (told, mut last) = (heard.clone(), None::<Instant>);
        signals::listen(move |signal| {
            let _ = told.first.set(signal);
            if last.is_none_or(|t| t.elapsed() > TOGETHER) {
                told.count.fetch_add(1, Ordering::SeqCst);
                last = Some(Instant::now());
            }
        });
        heard
    }
    /// How often.
    pub fn count(&self) -> usize {
        self.count.load(Ordering::SeqCst)
    }
    /// The first signal.
    pub fn first(&self) -> Option<Signal> {
        self.first.get().copied()
    }
}
