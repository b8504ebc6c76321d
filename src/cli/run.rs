//! `gflow run`: a script from a file or standard input, headless, with everything it leaves behind.
use super::args::RunArgs;
use super::crew::Crew;
use super::keep::{self, Keeper};
use super::opened::opened_by;
use super::ranks::Started;
use super::setting::setting;
use super::streams::{hint, say};
use super::terminal::Terminal;
use super::worker::worker;
use super::{Exit, stop};
use crate::device::Compute;
use crate::input;
use crate::script::context::{Context, Resume, lock};
use crate::script::{FrontEnd, Nobody, Session, SessionOptions, colours};
use crate::study::LOCK;
use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How often a folder that is held is asked for, and how long one waits in between.
const LOOKS: usize = 10;
const LOOK: Duration = Duration::from_millis(10);

/// A script with its name and its folder. A pipe is as good as a file, one without an end is not.
fn read(file: &str) -> Result<(String, String, Option<PathBuf>), String> {
    if file == "-" {
        let text = input::read_text(std::io::stdin().lock(), input::SCRIPT);
        return Ok(("stdin".into(), text.map_err(|e| format!("cannot read standard input as a script: {e}"))?, None));
    }
    let fail = |e: String| format!("cannot read {file}: {e}");
    let opened = std::fs::File::open(file).map_err(|e| fail(e.to_string()))?;
    let text = input::read_text(opened, input::SCRIPT).map_err(fail)?;
    let folder = Path::new(file).parent().map(PathBuf::from).filter(|p| !p.as_os_str().is_empty());
    Ok((file.to_string(), text, folder))
}

/// Runs the command, on as many ranks as were started; the script itself on a thread with a large stack.
#[cfg(feature = "mpi")]
pub fn run(args: &RunArgs, started: Option<Started>) -> Exit {
    let Some(started) = started else { return together(args, &Crew::default()) };
    let (crew, library) = match super::ranks::begin(started) {
        Ok(begun) => begun,
        Err(exit) => return exit,
    };
    let exit = together(args, &crew);
    library.finish();
    exit
}

/// Runs the command; the script itself on a thread with a large stack.
#[cfg(not(feature = "mpi"))]
pub fn run(args: &RunArgs, _: Option<Started>) -> Exit {
    together(args, &Crew::default())
}

fn together(args: &RunArgs, crew: &Crew) -> Exit {
    let (job, _mine) = match Job::of(args, crew) {
        Ok(job) => job,
        Err(exit) => return crew.end(exit, || ()),
    };
    match crate::threads::spawn("session", move || job.run()) {
        Ok(thread) => thread.join().unwrap_or_else(|_| crew.end(Exit::Script, || ())),
        Err(e) => crew.end(crew.usage(format_args!("cannot start a thread: {e}")), || ()),
    }
}

/// Makes the folder and tries to write into it, before hours of work.
fn writable(dir: &Path) -> Result<(), String> {
    std::fs::create_dir_all(dir).map_err(|e| e.to_string())?;
    tempfile::NamedTempFile::new_in(dir).map(|_| ()).map_err(|e| format!("not writable: {e}"))
}

/// Holds the folder as long as the program runs: two that keep their runs in one would mix them.
fn claim(dir: &Path) -> Result<std::fs::File, String> {
    let shown = dir.display();
    let file = std::fs::OpenOptions::new().write(true).create(true).truncate(false).open(dir.join(LOCK));
    let file = file.map_err(|e| format!("--out {shown}: {e}"))?;
    for _ in 0..LOOKS {
        match file.try_lock() {
            // somebody who only asks whether it is held lets go at once
            Err(std::fs::TryLockError::WouldBlock) => std::thread::sleep(LOOK),
            // some network file systems have no locks
            _ => return Ok(file),
        }
    }
    Err(format!("--out {shown}: another gflow writes there right now; wait for it, or name another folder"))
}

struct Job {
    args: RunArgs,
    name: String,
    text: String,
    folder: Option<PathBuf>,
    params: BTreeMap<String, String>,
    compute: Compute,
    /// the run to go on with, and remarks about it
    resume: Option<(Resume, Vec<String>)>,
    crew: Crew,
}

impl Job {
    /// What the arguments say, and the folder of --out, held.
    fn of(args: &RunArgs, crew: &Crew) -> Result<(Job, Option<std::fs::File>), Exit> {
        let params = args.set.iter().map(|s| setting(s)).collect::<Result<BTreeMap<_, _>, String>>();
        let params = params.map_err(|e| crew.usage(e))?;
        let (name, text, folder) = read(&args.file).map_err(|e| crew.usage(e))?;
        let out = args.out.as_ref().filter(|_| crew.speaks());
        if let Some(dir) = out {
            writable(dir).map_err(|e| crew.usage(format_args!("--out {}: {e}", dir.display())))?;
        }
        let mine = out.map(|dir| claim(dir)).transpose().map_err(|e| crew.usage(e))?;
        let compute = opened_by(crew, &args.device)?;
        let resume = {
            // of a large one each rank keeps some rows
            let _together = crew.enter();
            args.out.as_ref().filter(|_| args.resume).map(|d| keep::kept(d, &compute)).transpose()
        };
        let resume = resume.map_err(|e| crew.usage(e))?;
        let job = Job { args: args.clone(), name, text, folder, params, compute, resume, crew: crew.clone() };
        job.agree()?;
        if !args.quiet && !args.json {
            let Compute { name, description, .. } = &job.compute;
            say(format_args!("device: {name} ({description}{})", crew.describe()));
            if let Some(note) = args.out.as_ref().filter(|_| !args.resume).and_then(|d| keep::unfinished(d)) {
                say(note);
            }
        }
        Ok((job, mine))
    }

    /// Ranks begin alike, or not at all: where numbers could differ, they would do so silently.
    fn agree(&self) -> Result<(), Exit> {
        if !self.crew.is_several() {
            return Ok(());
        }
        self.crew.agree("the version of gflow", env!("CARGO_PKG_VERSION"))?;
        self.crew.agree("the kind of processor", &crate::ranks::processor())?;
        self.crew.agree("the script", &self.text)?;
        self.crew.agree("what it is told", &format!("{:?} {:?}", self.params, self.args.seed))?;
        let step = self.resume.as_ref().map(|(kept, _)| (kept.number, kept.run.state.step));
        self.crew.agree("the run to go on with", &format!("{step:?}"))
    }

    /// Where everything goes that the script shows, and whether something of it was lost.
    fn front(&self) -> (Box<dyn FrontEnd>, Arc<AtomicBool>) {
        if !self.crew.speaks() {
            return (Box::new(Nobody), Arc::default());
        }
        let (args, several) = (&self.args, self.crew.is_several());
        let stem = Path::new(&self.name).file_stem().and_then(|s| s.to_str()).unwrap_or("figure").to_string();
        let terminal = Terminal::new(args.quiet, args.json, args.out.clone().unwrap_or_default(), stem);
        let terminal = terminal.keeping(args.out.is_some()).alone(args.with_parent || several);
        let lost = terminal.losses();
        (Box::new(terminal), lost)
    }

    fn run(mut self) -> Exit {
        let _together = self.crew.enter();
        let (front, lost) = self.front();
        let mut session = Session::new(SessionOptions {
            compute: self.compute.clone(),
            seed: self.args.seed,
            params: self.params.clone(),
            out: self.args.out.clone(),
            folder: self.folder.clone(),
            front,
            worker: worker().ok().filter(|_| !self.crew.is_several()),
        });
        let context = session.context().clone();
        let _apart = match self.apart(&context) {
            Ok(folder) => folder,
            Err(exit) => return self.crew.end(exit, || ()),
        };
        let mut before = 0.0;
        if let Some((kept, remarks)) = self.resume.take() {
            before = kept.run.seconds;
            remarks.into_iter().for_each(|r| context.note(r));
            *lock(&context.resume) = Some(kept);
        }
        let script = (self.name.clone(), self.text.clone());
        context.unjudged.store(self.args.unjudged, Ordering::Relaxed);
        let out = self.args.out.clone().filter(|_| self.crew.speaks());
        let keeper = Arc::new(Keeper::new(out, script, self.args.seed, context));
        keeper.goes_on(before);
        keeper.checkpoint(self.args.checkpoint.unwrap_or_default().0);
        self.crew.stops(session.interrupt());
        let stopped = stop::listen(session.interrupt(), keeper.clone(), self.crew.clone(), self.args.with_parent);
        if stopped.is_none() && !self.args.quiet {
            say("note: Ctrl-C cannot be caught here and will stop at once");
        }
        let exit = match (self.eval(&mut session, &keeper), stopped.and_then(|s| s.get().copied())) {
            (Exit::Interrupted, Some(signal)) => signal.exit(),
            // the script came to its end, but not all that it said was heard
            (Exit::Ok, _) if lost.load(Ordering::Relaxed) => {
                *lock(&keeper.error) = Some("not all that it said, or showed, could be written".into());
                Exit::Usage
            }
            (exit, _) => exit,
        };
        self.unused(&session);
        // the program ends: what the session holds need not be given back piece by piece
        std::mem::forget(session);
        let write = |exit| match keeper.leave(exit) {
            Ok(()) => exit,
            Err(e) => {
                say(format_args!("error: {e}"));
                if exit == Exit::Ok { Exit::Usage } else { exit }
            }
        };
        write(self.crew.end(exit, || {
            write(exit);
        }))
    }

    /// The folder where a rank that only computes writes.
    fn apart(&self, context: &Context) -> Result<Option<tempfile::TempDir>, Exit> {
        if self.crew.speaks() {
            return Ok(None);
        }
        let folder = tempfile::tempdir().map_err(|e| self.crew.usage(format_args!("no folder for files: {e}")))?;
        let _ = context.elsewhere.set(folder.path().to_path_buf());
        Ok(Some(folder))
    }

    /// Runs the script and reports its error, a panic's too.
    fn eval(&self, session: &mut Session, keeper: &Keeper) -> Exit {
        match session.eval(&self.name, &self.text) {
            // a last call that was too far to be stopped
            Ok(_) if session.interrupt().is_requested() => {
                if !self.args.quiet && !self.args.json {
                    say("interrupted during its last call, which came to its end");
                }
                Exit::Interrupted
            }
            Ok(_) => Exit::Ok,
            Err(d) => {
                *lock(&keeper.error) = Some(d.message.clone());
                if !self.args.json {
                    hint(session.render(&d, colours(std::io::stderr().is_terminal())));
                }
                if self.crew.is_several() {
                    self.crew.note(session.render(&d, false));
                }
                d.class.into()
            }
        }
    }

    /// A --set that no param() read is a typing error.
    fn unused(&self, session: &Session) {
        let read = lock(&session.context().params_read);
        for name in self.params.keys().filter(|n| !read.contains_key(*n)) {
            let hint = crate::catalogue::nearest(name, read.keys().map(String::as_str))
                .map_or(String::new(), |n| format!("; did you mean `{n}`?"));
            say(format_args!("warning: --set {name} was not read by the script{hint}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device;
    use crate::script::Recorder;

    /// A panic after a run ends the script with an error, and the run is written as after any other error.
    #[test]
    fn a_panic_loses_no_run() {
        let dir = tempfile::tempdir().unwrap();
        let compute = device::open(device::Choice::Cpu).unwrap();
        let mut session = Session::new(SessionOptions::new(compute.clone(), Recorder::default()));
        session.register("boom", 0, Arc::new(|_| panic!("a fault"))).unwrap();
        let text =
            "let run = mmd_flow(gaussian_kernel(1.0)).run(data::gaussian(9, 2), data::ring(9), #{ steps: 2 }); boom()";
        let args = RunArgs {
            file: "s.rhai".into(),
            device: "cpu".into(),
            seed: 0,
            set: vec![],
            out: Some(dir.path().into()),
            resume: false,
            checkpoint: None,
            quiet: true,
            json: false,
            with_parent: false,
            unjudged: false,
        };
        let (name, params) = ("s.rhai".to_string(), BTreeMap::new());
        let job = Job {
            args,
            name: name.clone(),
            text: text.into(),
            folder: None,
            params,
            compute,
            resume: None,
            crew: Crew::default(),
        };
        let keeper = Keeper::new(job.args.out.clone(), (name, text.into()), 0, session.context().clone());
        let exit = job.eval(&mut session, &keeper);
        assert_eq!(exit, Exit::Script);
        keeper.leave(exit).unwrap();
        let run = crate::flow::Run::load(&dir.path().join("run"), &job.compute.device).unwrap();
        assert_eq!((run.state.step, run.ending.as_str()), (2, "finished"));
        let json = std::fs::read_to_string(dir.path().join("run.json")).unwrap();
        assert!(json.contains("\"exit\": 1") && json.contains("a fault"), "{json}");
    }
}
