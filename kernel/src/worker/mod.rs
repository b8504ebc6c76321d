//! The session process: one thread runs cells, another listens, so that names can be asked for and a cell be stopped
//! while it runs. Compiled Rust cells are loaded into this same process.
#[path = "../../cell/abi.rs"]
mod abi;
mod cells;
mod eval;
mod foreign;
mod front;
mod outlet;

use crate::link::{Ask, DESCRIPTOR, Message, Request};
use front::Front;
use gflow::device;
use gflow::interrupt::Interrupt;
use gflow::script::{Assistant, Completeness, Session, SessionOptions};
use outlet::Outlet;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::os::fd::FromRawFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};

/// Handles on the session that any thread may hold.
struct Handles {
    assistant: Assistant,
    interrupt: Interrupt,
}

/// Runs until the kernel goes away.
pub fn main() -> ! {
    prepare();
    // SAFETY: the kernel passes its end of the socket as this descriptor, which nothing else owns
    let socket = unsafe { UnixStream::from_raw_fd(DESCRIPTOR) };
    let Ok(reading) = socket.try_clone() else { std::process::exit(1) };
    let outlet = Arc::new(Outlet::new(socket));
    let (jobs, queue) = channel::<Request>();
    let (answers, typed) = channel::<Option<String>>();
    let (up, handles) = channel::<Handles>();
    let waiting = Arc::new(AtomicUsize::new(0));
    let (o, w) = (outlet.clone(), waiting.clone());
    let cells = gflow::threads::spawn("cells", move || run(&o, queue, typed, &up, &w));
    if cells.is_err() {
        std::process::exit(1);
    }
    if let Ok(handles) = handles.recv() {
        listen(reading, &outlet, &jobs, &answers, &handles, &waiting);
    }
    std::process::exit(0)
}

/// Before any thread: dies with the kernel, is the first to go when memory runs out, and is not stopped by the
/// terminal's Ctrl-C, which the kernel turns into a message.
fn prepare() {
    // SAFETY: there is one thread, and these calls only set attributes of the process
    unsafe {
        #[cfg(target_os = "linux")]
        libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
        libc::signal(libc::SIGINT, libc::SIG_IGN);
        // what a cell starts must not keep the socket open
        libc::fcntl(DESCRIPTOR, libc::F_SETFD, libc::FD_CLOEXEC);
        device::silence_drivers();
        std::env::set_var(abi::ADDRESS, foreign::address().to_string());
        std::env::remove_var("EVCXR_IS_RUNTIME");
        // a panic of a cell is reported with its place: the frames above it are ours and evcxr's
        if std::env::var_os("GFLOW_BACKTRACE").is_none() {
            std::env::remove_var("RUST_BACKTRACE");
        }
    }
    let _ = std::fs::write("/proc/self/oom_score_adj", "900");
    eval::catch_panics();
}

/// A setting from the environment; one that is not understood is said to be left out.
fn setting<T: std::str::FromStr<Err: std::fmt::Display>>(outlet: &Outlet, name: &str) -> Option<T> {
    let text = std::env::var(name).ok().filter(|t| !t.is_empty())?;
    text.parse().map_err(|e| outlet.note(&format!("{name} is \"{text}\": {e}; it is left out\n"))).ok()
}

fn run(
    outlet: &Arc<Outlet>,
    queue: Receiver<Request>,
    typed: Receiver<Option<String>>,
    up: &Sender<Handles>,
    waiting: &AtomicUsize,
) {
    let choice = setting(outlet, "GFLOW_DEVICE").unwrap_or(device::Choice::Auto);
    // a device that cannot be had is no reason to have no session
    let opened = device::open(choice).or_else(|e| {
        outlet.note(&format!("{e}; using the CPU\n"));
        device::open(device::Choice::Cpu)
    });
    let Ok(compute) = opened else { std::process::exit(4) };
    let device = format!("{} ({})", compute.name, compute.description);
    let seed = setting(outlet, "GFLOW_SEED").unwrap_or(0);
    let params = std::env::var("GFLOW_PARAMS").ok().and_then(|p| serde_json::from_str(&p).ok()).unwrap_or_default();
    let out = std::env::var_os("GFLOW_OUT").map(Into::into);
    let front = Front::new(outlet.clone(), typed);
    let page = front.page();
    let session = Session::new(SessionOptions { compute, seed, params, out, folder: None, front: Box::new(front) });
    let _ = up.send(Handles { assistant: session.assistant().clone(), interrupt: session.interrupt() });
    outlet.say(&Message::Ready { device });
    cells::hold(session, outlet.clone());
    for request in queue {
        let last = matches!(request.ask, Ask::Load { .. });
        let value = match request.ask {
            Ask::Eval { name, code, show, expressions } => eval::eval(&page, &name, &code, show, &expressions),
            Ask::Inspect { code, cursor } => {
                cells::with(|s| inspected(s.inspect(&code, cursor))).unwrap_or(Value::Null)
            }
            Ask::Load { library, function } => cells::load(&page, outlet, &library, &function),
            _ => Value::Null,
        };
        waiting.fetch_sub(1, Ordering::SeqCst);
        outlet.reply(request.id, value, last);
    }
}

fn inspected(found: Option<gflow::script::Rich>) -> Value {
    found.map_or(Value::Null, |r| json!(front::bundle(&r)))
}

fn listen(
    socket: UnixStream,
    outlet: &Outlet,
    jobs: &Sender<Request>,
    answers: &Sender<Option<String>>,
    handles: &Handles,
    waiting: &AtomicUsize,
) {
    for line in BufReader::new(socket).split(b'\n') {
        let Ok(line) = line else { return };
        let Ok(request) = serde_json::from_slice::<Request>(&line) else { continue };
        let idle = waiting.load(Ordering::SeqCst) == 0;
        let value = match &request.ask {
            Ask::Interrupt => {
                handles.interrupt.request();
                continue;
            }
            Ask::Answer { line } => {
                let _ = answers.send(line.clone());
                continue;
            }
            Ask::Complete { code, cursor } => completed(&handles.assistant, code, *cursor),
            Ask::Completeness { code } => match handles.assistant.completeness(code) {
                Completeness::Complete => json!({ "status": "complete" }),
                Completeness::Incomplete => json!({ "status": "incomplete", "indent": indent(code) }),
                Completeness::Invalid => json!({ "status": "invalid" }),
            },
            // the value of a variable can be shown only while no cell holds it
            Ask::Inspect { code, cursor } if !idle => inspected(handles.assistant.inspect(code, *cursor)),
            Ask::Eval { .. } | Ask::Load { .. } | Ask::Inspect { .. } => {
                // in the order of the socket: an interrupt that comes behind the cell is meant for it
                if idle && !matches!(request.ask, Ask::Inspect { .. }) {
                    handles.interrupt.clear();
                }
                waiting.fetch_add(1, Ordering::SeqCst);
                if jobs.send(request).is_err() {
                    return;
                }
                continue;
            }
        };
        outlet.say(&Message::Reply { id: request.id, value, after: None });
    }
}

fn completed(assistant: &Assistant, code: &str, cursor: usize) -> Value {
    let (start, found) = assistant.complete(code, cursor);
    let types: Vec<Value> = found
        .iter()
        .map(|c| json!({ "start": start, "end": cursor, "text": c.text, "type": c.kind, "signature": c.doc }))
        .collect();
    json!({
        "status": "ok",
        "matches": found.iter().map(|c| c.text.as_str()).collect::<Vec<_>>(),
        "cursor_start": start,
        "cursor_end": cursor,
        "metadata": { "_jupyter_types_experimental": types },
    })
}

/// The indentation of the next line: of the last one, and deeper behind an open brace.
fn indent(code: &str) -> String {
    let last = code.lines().last().unwrap_or("");
    let blank: String = last.chars().take_while(|c| *c == ' ').collect();
    let deeper = if last.trim_end().ends_with(['{', '(', '[']) { "    " } else { "" };
    format!("{blank}{deeper}")
}
