//! The thread that scripts run on.
use std::cell::Cell;
use std::hint::black_box;
use std::io::Result;
use std::thread::{Builder, JoinHandle};

/// Scripts call deep: nested closures, long expressions.
const STACK: usize = 512 << 20;
/// What is kept free below a script: for native functions, and for taking apart what the script has built.
const RESERVE: usize = 64 << 20;
/// What a script may take of a stack of unknown size; the smallest that Rust gives is 2 MiB.
const UNKNOWN: usize = 3 << 19;

thread_local! {
    /// the lowest address to which scripts may take the stack of this thread; 0 before anybody asked
    static FLOOR: Cell<usize> = const { Cell::new(0) };
}

/// An address in the topmost frame of the stack.
#[inline(always)]
fn here() -> usize {
    let mark = 0u8;
    black_box(&raw const mark).addr()
}

/// Whether calls are so deep that the stack of this thread should hold no more of them. It costs a nanosecond.
#[inline]
pub fn is_deep() -> bool {
    FLOOR.with(|floor| {
        if floor.get() == 0 {
            floor.set(here().saturating_sub(UNKNOWN));
        }
        here() < floor.get()
    })
}

/// The processes of one mpirun on this machine.
const NEIGHBOURS: [&str; 2] = ["OMPI_COMM_WORLD_LOCAL_SIZE", "MPI_LOCALNRANKS"];

/// The processors of the machine, whichever of them this process may use.
fn processors() -> Option<usize> {
    let online = std::fs::read_to_string("/sys/devices/system/cpu/online").ok()?;
    let range = |r: &str| {
        let (from, to) = r.split_once('-').unwrap_or((r, r));
        Some(to.parse::<usize>().ok()? + 1 - from.parse::<usize>().ok()?)
    };
    online.trim().split(',').map(range).sum()
}

/// What is left of the processors that this process may use, where others of the same mpirun may use them as well: no more than
/// its part of the machine.
fn shared(available: usize, neighbours: Option<usize>, processors: usize) -> usize {
    neighbours.map_or(available, |n| available.min((processors / n.max(1)).max(1)))
}

/// How many threads share the work of one step: RAYON_NUM_THREADS, what Slurm gives a task, or one per processor, of which the ranks of
/// mpirun on this machine share what there is.
pub fn count() -> usize {
    let number = |name: &str| std::env::var(name).ok().and_then(|v| v.parse().ok()).filter(|n| *n > 0);
    let wanted = number("RAYON_NUM_THREADS").or_else(|| number("SLURM_CPUS_PER_TASK"));
    wanted.unwrap_or_else(|| {
        let available = std::thread::available_parallelism().map_or(1, usize::from);
        let neighbours = NEIGHBOURS.iter().find_map(|name| number(name));
        shared(available, neighbours, processors().unwrap_or(available))
    })
}

/// Starts the thread of a session. It becomes a member of the pool that shares its work: handing work to a pool from
/// outside means to sleep until the pool is done, twice a step, and costs more than a small step itself.
pub fn spawn<T: Send + 'static>(name: &str, f: impl FnOnce() -> T + Send + 'static) -> Result<JoinHandle<T>> {
    let member = move || {
        FLOOR.set(here().saturating_sub(STACK - RESERVE));
        // a pool that exists already stays as it is: work goes to it from outside
        let _ = rayon::ThreadPoolBuilder::new().num_threads(count()).use_current_thread().build_global();
        f()
    };
    Builder::new().name(name.into()).stack_size(STACK).spawn(member)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The deepest call that is not yet too deep.
    fn deepest(n: usize) -> usize {
        let filled = black_box([n; 64]);
        if is_deep() { n } else { deepest(n + 1) + filled[0] - n }
    }

    /// Bound to one processor, to a socket of two, or to nothing.
    #[test]
    fn ranks_share_the_processors() {
        assert_eq!(shared(8, None, 8), 8);
        assert_eq!(shared(1, Some(4), 8), 1);
        assert_eq!(shared(4, Some(4), 8), 2);
        assert_eq!(shared(8, Some(4), 8), 2);
        assert_eq!(shared(2, Some(5), 2), 1);
        assert!(processors().is_none_or(|n| n > 0));
    }

    /// Frames of half a kilobyte and some: thousands of them in 1.5 MiB, hundreds of thousands in 448 MiB.
    #[test]
    fn stacks_end_before_they_are_full() {
        let small = std::thread::Builder::new().stack_size(2 << 20).spawn(|| deepest(0)).unwrap().join().unwrap();
        assert!((500..3000).contains(&small), "{small}");
        let large = spawn("deep", || deepest(0)).unwrap().join().unwrap();
        assert!((200_000..900_000).contains(&large), "{large}");
    }
}
