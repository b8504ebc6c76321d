//! From the start of a session process to its end: the thread that listens and the thread that runs cells.
use super::answers::{completed, completeness, inspected};
use super::descriptors::Lines;
use super::foreign::{self, abi};
use super::front::{self, Front};
use super::output::OutputChannel;
use super::page::lock;
use super::{cells, eval, requests};
use crate::protocol::{Ask, DESCRIPTOR, Message, NONCE, Request, SOCKET};
use gflow::device;
use gflow::interrupt::Interrupt;
use gflow::script::{Assistant, Session, SessionOptions};
use serde_json::Value;
use std::fs::File;
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
    // SAFETY: whoever started this passes the other end of its socket as this descriptor, which nothing else owns
    let socket = unsafe { UnixStream::from_raw_fd(descriptor()) };
    let Ok(reading) = socket.try_clone() else { std::process::exit(1) };
    let output = Arc::new(OutputChannel::new(socket));
    let (jobs, queue) = channel::<Job>();
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

/// The descriptor of the socket.
fn descriptor() -> i32 {
    std::env::var(SOCKET).ok().and_then(|d| d.parse().ok()).unwrap_or(DESCRIPTOR)
}

/// A request, with the file that came with it.
type Job = (Request, Option<File>);

/// Before any thread: dies with the kernel, is the first to go when memory runs out, and is not stopped by the
/// terminal's Ctrl-C, which the kernel turns into a message.
fn prepare() {
    // SAFETY: there is one thread, and these calls only set attributes of the process
    unsafe {
        // the kernel has one thread as long as it lives; that of another program may end before it, and the end of the socket
        // is enough
        #[cfg(target_os = "linux")]
        if std::env::var_os(NONCE).is_some() {
            libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
        }
        libc::signal(libc::SIGINT, libc::SIG_IGN);
        // what a cell starts must not keep the socket open
        libc::fcntl(descriptor(), libc::F_SETFD, libc::FD_CLOEXEC);
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
    queue: Receiver<Job>,
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
    let path = |name: &str| std::env::var_os(name).filter(|p| !p.is_empty()).map(Into::into);
    let (out, folder) = (path("GFLOW_OUT"), path("GFLOW_FOLDER"));
    let front = Front::new(output.clone(), typed);
    let page = front.page();
    // jobs of a study are run by this program, too
    let worker = std::env::current_exe().ok().map(|program| vec![program.into(), crate::WORKER.into()]);
    let session =
        Session::new(SessionOptions { seed, params, out, folder, worker, ..SessionOptions::new(compute, front) });
    let _ = up.send(Handles { assistant: session.assistant().clone(), interrupt: session.interrupt() });
    output.say(&Message::Ready { device });
    cells::hold(session, output.clone());
    let later = front::later(output.clone());
    for (request, file) in queue {
        let last = matches!(request.ask, Ask::Load { .. });
        let mut out = None;
        let value = match request.ask {
            Ask::Eval { name, code, show, expressions } => eval::eval(&page, &name, &code, show, &expressions),
            Ask::Inspect { code, cursor } => {
                cells::with(|s| inspected(s.inspect(&code, cursor))).unwrap_or(Value::Null)
            }
            Ask::Load { library, function } => cells::load(&page, output, &library, &function),
            other => {
                let (value, arrays) = requests::answer(&page, other, file);
                out = arrays;
                value
            }
        };
        waiting.fetch_sub(1, Ordering::SeqCst);
        output.reply(request.id, value, out, last);
        for figure in lock(&page).rest() {
            let _ = later.send(figure);
        }
    }
}

fn listen(
    socket: UnixStream,
    output: &OutputChannel,
    jobs: &Sender<Job>,
    answers: &Sender<Option<String>>,
    handles: &Handles,
    waiting: &AtomicUsize,
) {
    let mut lines = Lines::new(socket);
    while let Some(line) = lines.next() {
        let file = lines.files.pop_front();
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
            _ => {
                // in the order of the socket: an interrupt that comes behind the cell is meant for it
                if idle && !matches!(request.ask, Ask::Inspect { .. }) {
                    handles.interrupt.clear();
                }
                waiting.fetch_add(1, Ordering::SeqCst);
                if jobs.send((request, file)).is_err() {
                    return;
                }
                continue;
            }
        };
        output.say(&Message::Reply { id: request.id, value, after: None });
    }
}
