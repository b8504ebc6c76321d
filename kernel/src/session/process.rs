//! From the start of a session process to its end: the thread that listens and the thread that runs cells.
use super::answers::{completed, completeness, inspected};
use super::foreign::{self, abi};
use super::front::{self, Front};
use super::output::OutputChannel;
use super::page::lock;
use super::{cells, eval};
use crate::protocol::{Ask, DESCRIPTOR, Message, Request};
use gflow::device;
use gflow::interrupt::Interrupt;
use gflow::script::{Assistant, Session, SessionOptions};
use serde_json::Value;
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
    let output = Arc::new(OutputChannel::new(socket));
    let (jobs, queue) = channel::<Request>();
    let (answers, typed) = channel::<Option<String>>();
    let (up, handles) = channel::<Handles>();
    let waiting = Arc::new(AtomicUsize::new(0));
    let (o, w) = (output.clone(), waiting.clone());
    let cells = gflow::threads::spawn("cells", move || run(&o, queue, typed, &up, &w));
    if cells.is_err() {
        std::process::exit(1);
    }
    if let Ok(handles) = handles.recv() {
        listen(reading, &output, &jobs, &answers, &handles, &waiting);
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
fn setting<T: std::str::FromStr<Err: std::fmt::Display>>(output: &OutputChannel, name: &str) -> Option<T> {
    let text = std::env::var(name).ok().filter(|t| !t.is_empty())?;
    text.parse().map_err(|e| output.note(&format!("{name} is \"{text}\": {e}; it is left out\n"))).ok()
}

fn run(
    output: &Arc<OutputChannel>,
    queue: Receiver<Request>,
    typed: Receiver<Option<String>>,
    up: &Sender<Handles>,
    waiting: &AtomicUsize,
) {
    let choice = setting(output, "GFLOW_DEVICE").unwrap_or(device::Choice::Auto);
    // a device that cannot be had is no reason to have no session
    let opened = device::open(choice).or_else(|e| {
        output.note(&format!("{e}; using the CPU\n"));
        device::open(device::Choice::Cpu)
    });
    let Ok(compute) = opened else { std::process::exit(4) };
    let device = format!("{} ({})", compute.name, compute.description);
    let seed = setting(output, "GFLOW_SEED").unwrap_or(0);
    let params = std::env::var("GFLOW_PARAMS").ok().and_then(|p| serde_json::from_str(&p).ok()).unwrap_or_default();
    let out = std::env::var_os("GFLOW_OUT").map(Into::into);
    let front = Front::new(output.clone(), typed);
    let page = front.page();
    // jobs of a study are run by this program, too
    let worker = std::env::current_exe().ok().map(|program| vec![program.into(), crate::WORKER.into()]);
    let session = Session::new(SessionOptions { seed, params, out, worker, ..SessionOptions::new(compute, front) });
    let _ = up.send(Handles { assistant: session.assistant().clone(), interrupt: session.interrupt() });
    output.say(&Message::Ready { device });
    cells::hold(session, output.clone());
    let later = front::later(output.clone());
    for request in queue {
        let last = matches!(request.ask, Ask::Load { .. });
        let value = match request.ask {
            Ask::Eval { name, code, show, expressions } => eval::eval(&page, &name, &code, show, &expressions),
            Ask::Inspect { code, cursor } => {
                cells::with(|s| inspected(s.inspect(&code, cursor))).unwrap_or(Value::Null)
            }
            Ask::Load { library, function } => cells::load(&page, output, &library, &function),
            _ => Value::Null,
        };
        waiting.fetch_sub(1, Ordering::SeqCst);
        output.reply(request.id, value, last);
        for figure in lock(&page).rest() {
            let _ = later.send(figure);
        }
    }
}

fn listen(
    socket: UnixStream,
    output: &OutputChannel,
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
            Ask::Completeness { code } => completeness(&handles.assistant, code),
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
        output.say(&Message::Reply { id: request.id, value, after: None });
    }
}
