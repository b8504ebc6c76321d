//! One job in a process of its own.
use super::inputs::{Seen, changed};
use super::job::Job;
use super::outcome::{FAILURE, Failure, Outcome, RECORD};
use super::plan::Plan;
use super::script::Script;
use super::state::{State, is_of_the_disk};
use crate::device::Compute;
use crate::error::{Error, Result};
use crate::io::sealed;
use crate::threads;
use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// What a job has said.
const LOG: &str = "log.txt";
/// How long a job that was asked to stop has to write what it has.
const GRACE: Duration = Duration::from_secs(20);

/// Set where a program is a job: it begins no study itself.
pub const JOB: &str = "GFLOW_JOB";

/// What reads a script with what it imports.
pub type Scan = fn(&Path) -> Result<Script>;

/// How jobs are run.
pub struct Manner {
    /// the folder of the study
    pub study: PathBuf,
    /// cpu or wgpu
    pub device: String,
    /// jobs at a time
    pub at_a_time: usize,
    /// threads of a job
    pub threads: usize,
    /// the program and its first arguments, to which those of `gflow` are added
    pub program: Vec<OsString>,
    /// what tells whether a script has changed
    pub scan: Scan,
}

impl Manner {
    /// Of so many jobs: as many at a time as somebody wants, else one a processor, and one on a GPU; the processors are shared out.
    pub fn new(
        study: &Path,
        compute: &Compute,
        (wanted, jobs): (Option<usize>, usize),
        (program, scan): (Vec<OsString>, Scan),
    ) -> Manner {
        let cores = threads::count();
        let at_a_time = wanted.unwrap_or(if compute.name == "wgpu" { 1 } else { cores }).clamp(1, jobs.max(1));
        let threads = (cores / at_a_time).max(1);
        Manner { study: study.to_path_buf(), device: compute.name.into(), at_a_time, threads, program, scan }
    }
}

/// A job that runs.
pub struct Running {
    /// which
    pub job: Job,
    process: Child,
    begun: Instant,
    place: PathBuf,
    /// whether it goes on with what was kept
    resumed: bool,
    timeout: Option<Duration>,
    /// when it was asked to stop
    asked: Option<Instant>,
    /// whether that was because it took too long
    late: bool,
    /// as long as it runs nobody else begins it
    held: File,
}

/// What a program holds that has begun a job, while its process holds the folder itself.
const CLAIM: &str = ".claim";

/// Claims a job; none where another program has it.
///
/// # Errors
/// A folder that cannot be made or written.
pub fn claim(place: &Path) -> Result<Option<File>> {
    let fail = |e: std::io::Error| Error::io("write", place, e);
    std::fs::create_dir_all(place).map_err(fail)?;
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(place.join(CLAIM)).map_err(fail)?;
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Ok(None),
        // some network file systems have no locks
        _ => Ok(Some(file)),
    }
}

impl Running {
    /// Begins a job.
    ///
    /// # Errors
    /// A folder or a process that cannot be made; a script that is no longer what the plan says.
    pub fn begin(plan: &Plan, job: &Job, manner: &Manner, claim: File) -> Result<Running> {
        unchanged(plan, job, manner.scan)?;
        let place = job.place(&manner.study);
        // what ended with an error of its own would end with it again, and what read other files goes on to other numbers
        let same = |o: &Outcome| changed(&o.inputs, &mut Seen::new()).is_none();
        let disk = |o: &Outcome| o.error.as_deref().is_some_and(is_of_the_disk);
        let stopped = Outcome::read(&place).ok().flatten().is_none_or(|o| (o.was_stopped() || disk(&o)) && same(&o));
        let resumed = stopped && sealed::whole(&place.join("run")).join("run.json").is_file();
        Running::start(plan, job, manner, (resumed, claim))
    }

    fn start(plan: &Plan, job: &Job, manner: &Manner, (resumed, held): (bool, File)) -> Result<Running> {
        let place = job.place(&manner.study);
        let fail = |e: std::io::Error| Error::io("write", &place, e);
        std::fs::create_dir_all(&place).map_err(fail)?;
        // what is said of an earlier try is no longer true
        for earlier in [FAILURE, RECORD] {
            match std::fs::remove_file(place.join(earlier)) {
                Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(fail(e)),
                _ => {}
            }
        }
        let log = || OpenOptions::new().append(true).create(true).open(place.join(LOG)).map_err(fail);
        let process = command(plan, job, manner, resumed)?
            .stdin(Stdio::piped())
            .stdout(log()?)
            .stderr(log()?)
            .spawn()
            .map_err(|e| Error::data("a job", format!("its process cannot be started: {e}")))?;
        let timeout = plan.timeout.map(Duration::from_secs_f64);
        Ok(Running {
            job: job.clone(),
            process,
            begun: Instant::now(),
            place,
            resumed,
            timeout,
            asked: None,
            late: false,
            held,
        })
    }

    /// Asks it to stop: it writes what it has and ends, or is killed a while later.
    pub fn ask(&mut self) {
        // it ends when its standard input does
        drop(self.process.stdin.take());
        self.asked.get_or_insert_with(Instant::now);
    }

    /// Ends it at once.
    pub fn kill(&mut self) {
        let _ = self.process.kill();
    }

    /// What has become of it, once it has ended. A run that was kept and is damaged is begun anew.
    ///
    /// # Errors
    /// What cannot be written or started.
    pub fn ended(&mut self, plan: &Plan, manner: &Manner) -> Result<Option<State>> {
        if self.timeout.is_some_and(|most| self.begun.elapsed() > most) && self.asked.is_none() {
            self.late = true;
            self.ask();
        }
        if self.asked.is_some_and(|since| since.elapsed() > GRACE) {
            self.kill();
        }
        let status = self.process.try_wait().map_err(|e| Error::data("a job", e.to_string()))?;
        let Some(status) = status else { return Ok(None) };
        let told = self.place.join(RECORD).is_file();
        if self.resumed && self.asked.is_none() && self.kept_is_of_no_use(status, told) {
            let held = self.held.try_clone().map_err(|e| Error::data("a job", e.to_string()))?;
            *self = Running::start(plan, &self.job, manner, (false, held))?;
            return Ok(None);
        }
        if let Some(reason) = self.reason((plan, manner), status, told) {
            let failure = Failure { reason, seconds: self.begun.elapsed().as_secs_f64() };
            // on a full disk nothing says so but this program
            if failure.write(&self.place).is_err() {
                return Ok(Some(State::Failed { reason: failure.reason, outcome: None }));
            }
        }
        Ok(Some(State::of(&self.place)))
    }

    /// Whether a run that was kept is damaged, or is none of this script with what it reads now.
    fn kept_is_of_no_use(&self, status: ExitStatus, told: bool) -> bool {
        let error = || Outcome::read(&self.place).ok().flatten().and_then(|o| o.error);
        if told {
            return error().is_some_and(|e| e.starts_with("--resume"));
        }
        // it ends at once, with this as its last word
        let said = last_line(&self.place);
        let refused = ["error: --resume", "error: cannot read"].iter().any(|e| said.starts_with(e));
        refused && matches!(status.code(), Some(1 | 2))
    }

    /// Why it left nothing, or nothing that counts.
    fn reason(&self, (plan, manner): (&Plan, &Manner), status: ExitStatus, told: bool) -> Option<String> {
        if self.late {
            let most = self.timeout.unwrap_or_default();
            return Some(format!("it took longer than {} s", most.as_secs_f64()));
        }
        if let Err(e) = unchanged(plan, &self.job, manner.scan) {
            // it is not known which of both ran
            let _ = std::fs::remove_file(self.place.join(RECORD));
            return Some(e.to_string());
        }
        if told || self.asked.is_some() {
            return None;
        }
        Some(match (status.code(), signal(status)) {
            (Some(code), _) => format!("it ended with exit code {code}: {}", last_line(&self.place)),
            (None, Some(9)) => "it was killed by signal 9, as where memory is short".into(),
            (None, Some(n)) => format!("it was killed by signal {n}"),
            (None, None) => "it was killed".into(),
        })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
        let _ = self.process.wait();
    }
}

/// An error where a script, or what it imports, is no longer what the plan was made of.
fn unchanged(plan: &Plan, job: &Job, scan: Scan) -> Result<()> {
    let script = &plan.scripts[job.script];
    if scan(&script.path)?.hash == script.hash {
        return Ok(());
    }
    let why = "it, or what it imports, has changed since the study was planned. Begin again: its jobs are others now";
    Err(Error::data(script.path.display().to_string(), why))
}

fn command(plan: &Plan, job: &Job, manner: &Manner, resumed: bool) -> Result<Command> {
    let (program, first) = manner.program.split_first().ok_or_else(|| Error::data("a job", "no program runs it"))?;
    let mut c = Command::new(program);
    c.args(first).arg("run").arg(&plan.scripts[job.script].path).arg("--out").arg(job.place(&manner.study));
    c.args(["--seed", &job.seed.to_string(), "--device", &manner.device, "--checkpoint", &plan.checkpoint]);
    for (name, value) in &job.setting {
        c.arg(format!("--set={name}={value}"));
    }
    c.args(resumed.then_some("--resume")).args(plan.unjudged.then_some("--unjudged")).arg("--with-parent");
    c.env("RAYON_NUM_THREADS", manner.threads.to_string()).env("NO_COLOR", "1").env(JOB, "1");
    Ok(c)
}

#[cfg(unix)]
fn signal(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

#[cfg(not(unix))]
fn signal(_: ExitStatus) -> Option<i32> {
    None
}

/// The last line that a job has said, for messages.
fn last_line(place: &Path) -> String {
    const MOST: u64 = 4096;
    let tail = || -> std::io::Result<Vec<u8>> {
        use std::io::{Read, Seek, SeekFrom};
        let mut file = File::open(place.join(LOG))?;
        let from = file.metadata()?.len().saturating_sub(MOST);
        file.seek(SeekFrom::Start(from))?;
        let mut bytes = vec![];
        file.take(MOST).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let text = tail().unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    text.lines().rev().find(|l| !l.trim().is_empty()).unwrap_or("it said nothing").trim().to_string()
}
