//! The thread that scripts run on.
use std::io::Result;
use std::thread::{Builder, JoinHandle};

/// Scripts call deep: nested closures, long expressions.
const STACK: usize = 512 << 20;

/// How many threads share the work of one step: RAYON_NUM_THREADS, or one per processor.
pub fn count() -> usize {
    let wanted = std::env::var("RAYON_NUM_THREADS").ok().and_then(|v| v.parse().ok()).filter(|n| *n > 0);
    wanted.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from))
}

/// Starts the thread of a session. It becomes a member of the pool that shares its work: handing work to a pool from
/// outside means to sleep until the pool is done, twice a step, and costs more than a small step itself.
pub fn spawn<T: Send + 'static>(name: &str, f: impl FnOnce() -> T + Send + 'static) -> Result<JoinHandle<T>> {
    let member = move || {
        // a pool that exists already stays as it is: work goes to it from outside
        let _ = rayon::ThreadPoolBuilder::new().num_threads(count()).use_current_thread().build_global();
        f()
    };
    Builder::new().name(name.into()).stack_size(STACK).spawn(member)
}
