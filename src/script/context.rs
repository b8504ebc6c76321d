//! What native functions share with their session.
use super::diagnostic::Sources;
use super::front_end::{Event, FrontEnd};
use super::oracle::Oracle;
use super::watch::Watch;
use crate::device::Compute;
use crate::error::Error;
use crate::flow::Run;
use crate::interrupt::Interrupt;
use crate::random::{self, Rng};
use crate::study::{Cell, Claim, Named, Reads};
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

/// The random state of a session: a seed and how many streams were drawn from it.
#[derive(Clone, Copy, Debug)]
pub struct Seed {
    /// as given
    pub seed: u64,
    /// the stream drawn last
    pub stream: u64,
}

/// Shared by every native function of one session.
pub struct Context {
    /// where tensors live
    pub compute: Compute,
    /// stops whatever runs
    pub interrupt: Interrupt,
    seed: Mutex<Seed>,
    /// values given with --set
    pub params: BTreeMap<String, String>,
    /// values given by a program beside the script
    given: Mutex<BTreeMap<String, rhai::Dynamic>>,
    /// names read by `param` with their values as text
    pub params_read: Mutex<BTreeMap<String, String>>,
    /// the program that runs jobs, with its first arguments
    pub worker: Option<Vec<OsString>>,
    /// the texts that ran
    sources: RwLock<Sources>,
    /// relative paths are written below it
    pub out: Option<PathBuf>,
    /// where everything is written instead, by a rank that only computes
    pub elsewhere: OnceLock<PathBuf>,
    /// what the script has named to be written
    written: Mutex<BTreeSet<PathBuf>>,
    front: Mutex<Box<dyn FrontEnd>>,
    /// whether figures are shown on dark paper; those that are saved never are
    pub dark: AtomicBool,
    /// what figures are for that do not say it themselves
    pub preset: Mutex<Option<String>>,
    /// the run most recently started, kept through errors and interrupts
    pub last_run: Mutex<Option<Arc<Run>>>,
    /// the error behind the exception a native function raised last
    pub last_error: Mutex<Option<Error>>,
    /// what `exit(x)` ended the script with
    pub left: Mutex<Option<rhai::Dynamic>>,
    /// globals as shared cells, for functions
    pub globals: RwLock<BTreeMap<String, rhai::Dynamic>>,
    /// what `claim` recorded
    pub claims: Mutex<Vec<Claim>>,
    /// what `tabulate` recorded
    pub cells: Mutex<Vec<Cell>>,
    /// what `record` was told
    pub values: Mutex<Vec<Named>>,
    /// files that functions were told to read, the script itself not having written them, and those it imports
    pub read: Arc<Mutex<Reads>>,
    /// whether claims are only recorded, because sizes are too small to judge them by
    pub unjudged: AtomicBool,
    /// what a closure that is read as a formula was asked
    pub oracle: Mutex<Oracle>,
    /// whether it was said that `^` is the power
    pub powers: AtomicBool,
    /// whether it was said that `+=` adds lists
    pub sums: AtomicBool,
    /// how large what a script holds has grown
    pub watch: Watch,
    /// where a column of a table was asked for last
    pub column: Mutex<Option<rhai::Position>>,
    /// runs started so far
    pub runs: Mutex<usize>,
    /// what an earlier script said of itself in the same folder: it goes before anything of this one is written
    pub stale: Mutex<Option<PathBuf>>,
    /// where runs are kept on their way
    pub checkpoints: Mutex<Option<Checkpoints>>,
    /// why the last run could not be kept, of which other ranks have some rows
    pub unkept: Mutex<Option<String>>,
    /// whether a run was written beside the one that `--resume` is still to go on with
    pub anew: AtomicBool,
    /// held while such a run is written
    pub keeping: Mutex<()>,
    /// `--resume`, until the script comes to the run that was kept
    pub resume: Mutex<Option<Resume>>,
}

/// Where runs are kept on their way, and how often.
#[derive(Clone)]
pub struct Checkpoints {
    /// the folder
    pub folder: PathBuf,
    /// the one where a run goes beside the run that `--resume` is still to go on with
    pub anew: PathBuf,
    /// rows of the history of the last run, as they come
    pub rows: PathBuf,
    /// how much time passes in between at least; none where runs are kept at their ends alone
    pub every: Option<Duration>,
}

/// A kept run that a script is to go on with.
pub struct Resume {
    /// where it was kept
    pub folder: PathBuf,
    /// which run of the script it was, from 1
    pub number: usize,
    /// the run
    pub run: Run,
}

/// A lock that outlives a panic elsewhere: the data are replaced whole, never left half-written.
pub fn lock<T: ?Sized>(m: &Mutex<T>) -> MutexGuard<'_, T> {
    m.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

impl Context {
    /// The state of a session that has run nothing.
    pub fn new(
        compute: Compute,
        seed: u64,
        params: BTreeMap<String, String>,
        out: Option<PathBuf>,
        front: Box<dyn FrontEnd>,
    ) -> Context {
        Context {
            compute,
            interrupt: Interrupt::default(),
            seed: Mutex::new(Seed { seed, stream: 0 }),
            params,
            given: Mutex::default(),
            params_read: Mutex::default(),
            worker: None,
            sources: RwLock::default(),
            out,
            elsewhere: OnceLock::new(),
            written: Mutex::default(),
            front: Mutex::new(front),
            dark: AtomicBool::default(),
            preset: Mutex::default(),
            last_run: Mutex::default(),
            last_error: Mutex::default(),
            left: Mutex::default(),
            globals: RwLock::default(),
            claims: Mutex::default(),
            cells: Mutex::default(),
            values: Mutex::default(),
            read: Arc::default(),
            unjudged: AtomicBool::default(),
            oracle: Mutex::default(),
            powers: AtomicBool::default(),
            sums: AtomicBool::default(),
            watch: Watch::default(),
            column: Mutex::default(),
            runs: Mutex::default(),
            stale: Mutex::default(),
            checkpoints: Mutex::default(),
            unkept: Mutex::default(),
            anew: AtomicBool::default(),
            keeping: Mutex::default(),
            resume: Mutex::default(),
        }
    }
    /// The texts that ran, to be read.
    pub fn sources(&self) -> RwLockReadGuard<'_, Sources> {
        self.sources.read().unwrap_or_else(PoisonError::into_inner)
    }
    /// The texts that ran, for one more.
    pub fn sources_mut(&self) -> RwLockWriteGuard<'_, Sources> {
        self.sources.write().unwrap_or_else(PoisonError::into_inner)
    }
    /// Keeps a value that a parameter gets from a program.
    pub fn give(&self, name: &str, v: rhai::Dynamic) {
        lock(&self.given).insert(name.to_string(), v);
    }
    /// The value that a program has given for a parameter.
    pub fn given(&self, name: &str) -> Option<rhai::Dynamic> {
        lock(&self.given).get(name).cloned()
    }
    /// Sends an event to the front end; figures in the theme of the screen.
    pub fn emit(&self, mut event: Event) {
        if self.dark.load(Ordering::Relaxed) {
            match &mut event {
                Event::Figure(figure) | Event::Live { figure, .. } => figure.style.dark = true,
                Event::Animation(a) => a.frames.iter_mut().for_each(|f| f.style.dark = true),
                _ => {}
            }
        }
        lock(&self.front).event(event);
    }
    /// A remark of gflow's own.
    pub fn note(&self, text: impl Into<String>) {
        self.emit(Event::Note(text.into()));
    }
    /// A line typed by the person in front; an error where there is nobody, or when the cell is stopped meanwhile.
    pub fn ask(&self, prompt: &str, password: bool) -> Result<String, Error> {
        let answer = lock(&self.front).ask(prompt, password, &self.interrupt);
        self.interrupt.check()?;
        answer.ok_or_else(|| {
            Error::data(
                "input",
                "there is nobody to ask here: give the value with param(\"name\", default) and --set name=value",
            )
        })
    }
    /// Whether figures can change while a cell runs.
    pub fn live(&self) -> bool {
        lock(&self.front).live()
    }
    /// A fresh stream of the session's seed.
    pub fn rng(&self) -> Rng {
        let mut s = lock(&self.seed);
        s.stream += 1;
        random::rng(s.seed, s.stream)
    }
    /// Restarts the randomness.
    pub fn set_seed(&self, seed: u64) {
        *lock(&self.seed) = Seed { seed, stream: 0 };
    }
    /// The seed as given.
    pub fn seed(&self) -> u64 {
        lock(&self.seed).seed
    }
    /// Where a file a script names is written.
    pub fn output_path(&self, path: &str) -> PathBuf {
        self.begin_writing();
        let place = self.below(path);
        lock(&self.written).insert(place.clone());
        self.apart(&place).unwrap_or(place)
    }
    /// The place of a file where a rank that only computes writes; the folders above it are made.
    fn apart(&self, place: &Path) -> Option<PathBuf> {
        let part = |c: Component| match c {
            Component::Normal(name) => Some(PathBuf::from(name)),
            Component::ParentDir => Some("up".into()),
            _ => None,
        };
        let apart = self.elsewhere.get()?.join(place.components().filter_map(part).collect::<PathBuf>());
        apart.parent().and_then(|folder| std::fs::create_dir_all(folder).ok())?;
        Some(apart)
    }
    /// A file that rank 0 wrote for all: where others read it, too.
    pub fn is_of_rank_0(&self, path: &str) {
        if self.elsewhere.get().is_some() {
            lock(&self.written).remove(&self.below(path));
        }
    }
    /// Something of this script is about to be written: what is said of an earlier one is no longer true. Where a run is to go on, that
    /// is only known once it does.
    pub fn begin_writing(&self) {
        if lock(&self.resume).is_some() {
            return;
        }
        if let Some(path) = lock(&self.stale).take()
            && let Err(e) = std::fs::remove_file(&path)
            && e.kind() != std::io::ErrorKind::NotFound
        {
            self.note(format!("{} is of an earlier script, and cannot be removed: {e}", path.display()));
        }
    }
    fn below(&self, path: &str) -> PathBuf {
        let path = Path::new(path);
        match &self.out {
            Some(dir) if path.is_relative() => dir.join(path),
            _ => path.to_path_buf(),
        }
    }
    /// Where a file a script names is read: below --out if it was written there, else as given.
    pub fn input_path(&self, path: &str) -> PathBuf {
        let (below, given) = (self.below(path), PathBuf::from(path));
        let written = self.elsewhere.get().is_some() && below.ancestors().any(|p| lock(&self.written).contains(p));
        if let Some(apart) = written.then(|| self.apart(&below)).flatten() {
            return apart;
        }
        if !below.exists() {
            lock(&self.read).note(&given);
            return given;
        }
        // what the script itself has written is what it means
        if below != given && given.exists() && !lock(&self.written).contains(&below) {
            self.note(format!("{} is read, not {path}: it was below --out before this run", below.display()));
        }
        below
    }
}
