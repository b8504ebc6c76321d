//! Runs a target on input after input, and watches it: panics, time, memory.
use super::mutate::Mutator;
use crate::allocations;
use crate::attack::long;
use std::collections::HashSet;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Something that reads bytes from outside.
pub trait Target: Send + 'static {
    /// the folder of its inputs below tests/data/fuzz
    fn name(&self) -> &'static str;
    /// inputs to begin with, beside those of the folder
    fn seeds(&self) -> Vec<Vec<u8>>;
    /// what stands in its inputs
    fn words(&self) -> &'static [&'static str];
    /// puts right what the format checks, so that changes get further in; not always
    fn mend(&self, _: &mut Mutator, input: Vec<u8>) -> Vec<u8> {
        input
    }
    /// the most bytes that reading an input of this length may hold
    fn allowance(&self, input: usize) -> usize;
    /// Reads it. What comes out, as a text in which other numbers mean the same; panics if that cannot be.
    fn run(&mut self, input: &[u8]) -> String;
}

/// Executions of the short form, and the time after which it ends before them.
const SHORT: (usize, Duration) = (20_000, Duration::from_secs(5));
const LONG: (usize, Duration) = (1_000_000, Duration::from_secs(4 * 3600));
/// Inputs have at most 64 kB and are read in milliseconds. What keeps a processor this long, without optimisation even, does
/// not end.
const DEADLINE: Duration = Duration::from_secs(10);
/// What waits this long, on a machine that has other things to do, waits for what does not come.
const WAIT: Duration = Duration::from_secs(120);
/// A request beyond this is for what an input says, not for what it holds.
const REQUEST: usize = 1 << 30;
/// Inputs kept because they led to something new.
const KEPT: usize = 500;

#[derive(Default)]
struct Current {
    input: Mutex<Vec<u8>>,
    done: AtomicUsize,
    /// where the system says how long the thread has had a processor
    times: Mutex<Option<PathBuf>>,
}

impl Current {
    /// How long the thread has had a processor; nothing where the system does not say.
    fn busy(&self) -> Duration {
        let path = self.times.lock().unwrap().clone();
        let text = path.and_then(|p| std::fs::read_to_string(p).ok()).unwrap_or_default();
        // behind the name, which may hold anything: the 12th and 13th word are hundredths of a second
        let words = text.rsplit(')').next().unwrap_or_default().split_whitespace();
        Duration::from_millis(words.skip(11).take(2).filter_map(|t| t.parse::<u64>().ok()).map(|t| 10 * t).sum())
    }
}

thread_local! {
    static CURRENT: std::cell::RefCell<Option<(&'static str, Arc<Current>)>> = const { std::cell::RefCell::new(None) };
}

/// Keeps an input that found something.
fn keep(target: &str, input: &[u8]) -> PathBuf {
    let mut hash = DefaultHasher::new();
    input.hash(&mut hash);
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{target}-{:016x}", hash.finish()));
    std::fs::write(&path, input).unwrap();
    path
}

fn fault(target: &str, input: &[u8], what: &str) -> String {
    let path = keep(target, input);
    format!("{target}: {what}\nthe input is in {}: copy it to tests/data/fuzz/{target}", path.display())
}

/// Before the allocator refuses: whoever cannot go on ends the program, and nothing else would be left.
fn refused(size: usize) {
    CURRENT.with_borrow(|c| {
        if let Some((target, current)) = c {
            let input = current.input.lock().unwrap().clone();
            eprintln!("{}", fault(target, &input, &format!("{size} bytes at once were asked for")));
        }
    });
}

/// The inputs of a folder, in order.
fn folder(target: &str) -> Vec<Vec<u8>> {
    let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/fuzz").join(target);
    let mut paths: Vec<_> = std::fs::read_dir(dir).into_iter().flatten().map(|e| e.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|p| std::fs::read(p).unwrap()).collect()
}

/// What is the same for outcomes that differ in numbers only.
fn kind(outcome: &str) -> u64 {
    let mut hash = DefaultHasher::new();
    for c in outcome.chars().filter(|c| !c.is_ascii_digit()) {
        c.hash(&mut hash);
    }
    hash.finish()
}

/// One execution: what came out, or what is wrong.
fn execute(target: &mut impl Target, input: &[u8], current: &Current) -> Result<String, String> {
    let name = target.name();
    {
        let mut shared = current.input.lock().unwrap();
        shared.clear();
        shared.extend_from_slice(input);
    }
    let run = || catch_unwind(AssertUnwindSafe(|| target.run(input)));
    let (outcome, peak) = allocations::peak(REQUEST, refused, run);
    current.done.fetch_add(1, Ordering::Relaxed);
    let outcome = outcome.map_err(|p| {
        let words = p.downcast_ref::<String>().map(String::as_str).or(p.downcast_ref::<&str>().copied());
        fault(name, input, &format!("it panicked: {}", words.unwrap_or("without words")))
    })?;
    let allowed = target.allowance(input.len());
    if peak > allowed {
        let what = format!("{} bytes took {peak} bytes of memory, {allowed} are allowed: {outcome}", input.len());
        return Err(fault(name, input, &what));
    }
    Ok(outcome)
}

fn fuzz(mut target: impl Target, current: &Arc<Current>) -> Result<String, String> {
    let name = target.name();
    CURRENT.set(Some((name, current.clone())));
    *current.times.lock().unwrap() = std::fs::canonicalize("/proc/thread-self").ok().map(|p| p.join("stat"));
    let (executions, time) = if long() { LONG } else { SHORT };
    let mut corpus = folder(name);
    corpus.extend(target.seeds());
    let (mut seen, begun) = (HashSet::new(), Instant::now());
    for input in &corpus {
        seen.insert(kind(&execute(&mut target, input, current)?));
    }
    let mut m = Mutator::new(name.bytes().fold(0, |n, b| n << 8 | u64::from(b)));
    while current.done.load(Ordering::Relaxed) < executions && begun.elapsed() < time {
        let input = m.mutate(&corpus, target.words());
        let input = target.mend(&mut m, input);
        let outcome = execute(&mut target, &input, current)?;
        if seen.insert(kind(&outcome)) && corpus.len() < KEPT {
            corpus.push(input);
        }
    }
    let (done, kinds) = (current.done.load(Ordering::Relaxed), seen.len());
    Ok(format!("{name}: {done} executions in {:.1} s, {kinds} kinds of outcome", begun.elapsed().as_secs_f64()))
}

/// Attacks a target; panics with what it found.
pub fn attack(target: impl Target) {
    let (name, current) = (target.name(), Arc::new(Current::default()));
    let theirs = current.clone();
    let thread = std::thread::Builder::new().stack_size(64 << 20).spawn(move || fuzz(target, &theirs)).unwrap();
    let mut last = (usize::MAX, Duration::ZERO, Instant::now());
    while !thread.is_finished() {
        std::thread::sleep(Duration::from_millis(20));
        let (done, busy) = (current.done.load(Ordering::Relaxed), current.busy());
        if done != last.0 {
            last = (done, busy, Instant::now());
        }
        if busy.saturating_sub(last.1) > DEADLINE || last.2.elapsed() > WAIT {
            // on a machine that stood still meanwhile, it goes on
            std::thread::sleep(Duration::from_secs(2));
            let input = current.input.lock().unwrap().clone();
            if current.done.load(Ordering::Relaxed) == done && !thread.is_finished() {
                panic!("{}", fault(name, &input, "it does not end"));
            }
        }
    }
    match thread.join() {
        Ok(Ok(summary)) => println!("{summary}"),
        Ok(Err(what)) => panic!("{what}"),
        Err(_) => panic!("{name}: the fuzzer itself panicked"),
    }
}
