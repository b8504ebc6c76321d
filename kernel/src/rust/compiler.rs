//! The thread that owns evcxr's context.
use super::loads::Loads;
use super::moved;
use super::prelude;
use super::ticket::Ticket;
use crate::protocol::Failure;
use crate::supervisor::Supervisor;
use evcxr::{CommandContext, CompilationError, Error, Theme};
use serde_json::{Map, Value, json};
use std::sync::{Arc, mpsc};
use tokio::sync::oneshot;

/// Start, end and texts; offsets in bytes.
pub type Completions = (usize, usize, Vec<String>);

/// What the compiler is asked.
pub enum Job {
    /// be ready when a cell comes
    Warm,
    /// compile a cell and have it run
    Execute { code: String, ticket: Arc<Ticket>, answer: oneshot::Sender<Compiled> },
    /// names that may stand at a place
    Complete { code: String, byte: usize, answer: oneshot::Sender<Option<Completions>> },
    /// what is known about the name at a place
    Inspect { code: String, byte: usize, answer: oneshot::Sender<Option<(String, String)>> },
}

/// The error of a cell whose session process has ended.
const ENDED: &str = "SessionDied";

/// How a cell came out of the compiler.
#[derive(Default)]
pub struct Compiled {
    /// none: it was compiled, and ran
    pub error: Option<Failure>,
    /// the result of a `:command`, by type
    pub result: Map<String, Value>,
    /// what the user should know
    pub remark: String,
}

impl Compiled {
    /// A cell that was not compiled.
    pub fn failed(name: &str, value: &str) -> Compiled {
        Compiled { error: Some(Failure::plain(name, value)), ..Compiled::default() }
    }
    /// Whether the session process ended before it could run the cell.
    fn ended(&self) -> bool {
        self.error.as_ref().is_some_and(|e| e.name == ENDED)
    }
}

/// evcxr with the modules of the session loaded.
struct Context {
    evcxr: CommandContext,
    /// the session process the variables of its cells live in
    generation: u64,
}

impl Context {
    fn new(supervisor: &Supervisor) -> Result<Context, Failure> {
        let generation = supervisor.generation();
        let (mut evcxr, outputs) = CommandContext::new().map_err(|e| missing(&e))?;
        // nothing of a cell's comes this way; what evcxr itself says does
        for (name, lines) in [("stdout", outputs.stdout), ("stderr", outputs.stderr)] {
            std::thread::spawn(move || {
                for line in lines {
                    eprintln!("gflow-kernel, {name} of the compiler: {line}");
                }
            });
        }
        let cell = prelude::cell();
        evcxr.execute(&cell).map_err(|e| failure(&e, &cell))?;
        Ok(Context { evcxr, generation })
    }

    /// After the death of a session process: evcxr learns by an attempt that its variables are gone.
    fn renew(&mut self, supervisor: &Supervisor) -> Result<(), Failure> {
        if self.generation == supervisor.generation() {
            return Ok(());
        }
        self.generation = supervisor.generation();
        for _ in 0..2 {
            match self.evcxr.execute(prelude::ATTACH) {
                Ok(_) => return Ok(()),
                Err(Error::SubprocessTerminated(_)) => {}
                Err(e) => return Err(failure(&e, prelude::ATTACH)),
            }
        }
        Ok(())
    }
}

fn missing(e: &Error) -> Failure {
    let found =
        |program: &str| std::process::Command::new(program).arg("--version").output().is_ok_and(|o| o.status.success());
    if found("cargo") && found("rustc") {
        return Failure::plain("RustError", format!("the compiler of Rust cells did not start: {e}"));
    }
    Failure::plain(
        "NoRustToolchain",
        "Rust cells are compiled by cargo and rustc, which were not found: install Rust (https://rustup.rs) and run the cell again. Rhai cells need no compiler.",
    )
}

/// Starts the thread; evcxr itself starts with the first job.
pub fn start(supervisor: Arc<Supervisor>, loads: Arc<Loads>) -> mpsc::Sender<Job> {
    let (send, jobs) = mpsc::channel();
    let spawned = std::thread::Builder::new().name("compiler".into()).stack_size(64 << 20).spawn(move || {
        let mut context: Option<Context> = None;
        for job in jobs {
            run(&mut context, &supervisor, &loads, job);
        }
    });
    if let Err(e) = spawned {
        eprintln!("gflow-kernel: no thread for the compiler: {e}");
    }
    send
}

fn ready<'a>(context: &'a mut Option<Context>, supervisor: &Supervisor) -> Result<&'a mut Context, Failure> {
    let ready = match context.take() {
        Some(mut c) => {
            c.renew(supervisor)?;
            c
        }
        None => Context::new(supervisor)?,
    };
    Ok(context.insert(ready))
}

fn run(context: &mut Option<Context>, supervisor: &Supervisor, loads: &Loads, job: Job) {
    // what the compiler loads for itself is nobody's cell
    loads.turn(Arc::default());
    match job {
        Job::Warm => {
            // what is missing is said to the cell that needs it
            let _ = ready(context, supervisor);
        }
        Job::Execute { ticket, .. } if ticket.cancelled() => {}
        Job::Execute { code, ticket, answer } => {
            let mut compiled = attempt(context, supervisor, loads, &code, &ticket);
            // the session process ended while the cell was compiled: of the cell nothing has run
            if compiled.ended() && !ticket.has_begun() {
                loads.turn(Arc::default());
                compiled = attempt(context, supervisor, loads, &code, &ticket);
            }
            let _ = answer.send(compiled);
        }
        Job::Complete { code, byte, answer } => {
            let found = ready(context, supervisor).ok().and_then(|c| c.evcxr.completions(&code, byte).ok());
            let _ = answer.send(
                found.map(|f| (f.start_offset, f.end_offset, f.completions.into_iter().map(|c| c.code).collect())),
            );
        }
        Job::Inspect { code, byte, answer } => {
            let found = ready(context, supervisor).ok().and_then(|c| c.evcxr.hover_at(&code, byte).ok());
            let _ = answer.send(found.filter(|f| !f.0.trim().is_empty()));
        }
    }
}

/// Compiles a cell and has it run.
fn attempt(
    context: &mut Option<Context>,
    supervisor: &Supervisor,
    loads: &Loads,
    code: &str,
    ticket: &Arc<Ticket>,
) -> Compiled {
    match ready(context, supervisor) {
        Ok(c) => {
            loads.turn(ticket.clone());
            executed(c, code)
        }
        Err(f) => Compiled { error: Some(f), ..Compiled::default() },
    }
}

fn executed(c: &mut Context, code: &str) -> Compiled {
    if code.lines().any(|l| l.trim() == ":quit") {
        return Compiled::failed("RustError", "`:quit` would end the kernel: shut it down from the notebook instead");
    }
    let before: Vec<String> = c.evcxr.variables_and_types().map(|(name, _)| name.to_string()).collect();
    match c.evcxr.execute(code) {
        Ok(out) => {
            let result = out.content_by_mime_type.into_iter().map(|(k, v)| (k, json!(v))).collect();
            let after: Vec<&str> = c.evcxr.variables_and_types().map(|(name, _)| name).collect();
            let gone = before.iter().map(String::as_str).filter(|name| !after.contains(name));
            Compiled { error: None, result, remark: moved::remark(gone, code) }
        }
        Err(e) => Compiled { error: Some(failure(&e, code)), ..Compiled::default() },
    }
}

/// An error with the lines of the cell and carets.
fn failure(e: &Error, code: &str) -> Failure {
    match e {
        Error::CompilationErrors(errors) => {
            let value = errors.first().map_or("the cell does not compile".to_string(), |e| e.message());
            let traceback = errors.iter().flat_map(|e| report(e, code)).collect();
            Failure { name: "RustCompileError".into(), value, traceback }
        }
        Error::SubprocessTerminated(_) => {
            Failure::plain(ENDED, "the session process ended before the cell ran: run the cell again")
        }
        other => Failure::plain("RustError", other.to_string()),
    }
}

fn report(e: &CompilationError, code: &str) -> Vec<String> {
    let name = "cell".to_string();
    if let Some(report) = e.build_report(name.clone(), code.to_string(), Theme::Light) {
        let mut text = vec![];
        if report.write((name, ariadne::Source::from(code)), &mut text).is_ok() {
            return String::from_utf8_lossy(&text).lines().map(str::to_string).collect();
        }
    }
    e.rendered().lines().map(str::to_string).collect()
}
