//! One hostile script at a time: a session of its own on a stack like that of the program, a limit of time, and what must
//! never be said.
use crate::common::cpu;
use gflow::fault;
use gflow::plot::render;
use gflow::script::{Event, Recorder, Session, SessionOptions};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, mpsc};
use std::time::{Duration, Instant};

/// Words of the program, of the interpreter and of the libraries below that are nobody's business.
const NEVER: &[&str] = &[
    "fault inside gflow",
    "panicked",
    "RUST_BACKTRACE",
    "unwrap",
    "capacity overflow",
    "anon$",
    "__index",
    "gflow::",
    "rhai::",
    "core::",
    "alloc::",
    "std::",
    "burn_",
    "f64",
    "f32",
    "i64",
    "usize",
    "Arc<",
    "dyn ",
    "Dynamic",
    "FnPtr",
    "ImmutableString",
    "DivergenceValue",
    "CriticValue",
    "FlowValue",
    "Tensor",
    "invalid type",
    "invalid value",
    "a sequence",
    "missing field",
    "unknown variant",
    "unknown field",
    "untagged",
    "deserializ",
    "too large",
    "Data race",
    "data race",
    " error: ",
    "Error: ",
    "Some(",
    "None",
    "Err(",
    "Ok(",
];

/// What became of a script.
pub struct Trial {
    /// whether it failed
    pub failed: bool,
    /// seconds from the end of its time to the end of the script; 0 if it came in time
    pub late: f64,
    /// what was said that must not be said
    pub said: Option<String>,
}

/// The stack that the program runs scripts on.
const STACK: usize = 512 << 20;

/// Runs scripts, each for at most so long before it is interrupted, on a few threads; what each said is checked.
pub fn attempts(scripts: &[String], limit: Duration) -> Vec<Trial> {
    let next = AtomicUsize::new(0);
    let done: Mutex<BTreeMap<usize, Trial>> = Mutex::default();
    let work = || {
        loop {
            let i = next.fetch_add(1, Ordering::Relaxed);
            let Some(script) = scripts.get(i) else { break };
            // a script that ends the process leaves no other word
            let trace =
                std::env::var("GFLOW_ATTACK_TRACE").map(|file| format!("{file}.{:?}", std::thread::current().id()));
            if let Ok(file) = &trace {
                std::fs::write(file, script).unwrap();
            }
            let trial = attempt(script, limit);
            if let Ok(file) = trace {
                std::fs::remove_file(file).unwrap();
            }
            done.lock().unwrap().insert(i, trial);
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(8);
    std::thread::scope(|s| {
        for _ in 0..threads {
            std::thread::Builder::new().stack_size(STACK).spawn_scoped(s, work).unwrap();
        }
    });
    done.into_inner().unwrap().into_values().collect()
}

fn attempt(script: &str, limit: Duration) -> Trial {
    let folder = tempfile::tempdir().unwrap();
    let recorder = Recorder::default();
    let mut session = Session::new(SessionOptions {
        out: Some(folder.path().to_path_buf()),
        folder: Some(folder.path().to_path_buf()),
        ..SessionOptions::new(cpu(), recorder.clone())
    });
    let interrupt = session.interrupt();
    let (over, waiting) = mpsc::channel::<()>();
    let watch = std::thread::spawn(move || {
        if waiting.recv_timeout(limit).is_err() {
            interrupt.request();
        }
    });
    let begun = Instant::now();
    let result = fault::caught(|| session.eval("script", script).map(|_| ()));
    let late = begun.elapsed().saturating_sub(limit).as_secs_f64();
    over.send(()).ok();
    watch.join().unwrap();
    let (failed, mut texts) = match result {
        Ok(Ok(())) => (false, vec![]),
        Ok(Err(d)) => {
            // the report is drawn as well: a place outside the text would show
            let drawn = fault::caught(|| session.render(&d, false).len());
            let fell = drawn.err().map(|e| format!("fault inside gflow: {e}"));
            (true, [Some(d.message), d.hint, fell].into_iter().flatten().chain(d.trace).collect())
        }
        Err(text) => (true, vec![format!("fault inside gflow: {text}")]),
    };
    for event in recorder.take().into_iter().take(200) {
        match event {
            Event::Text(t) | Event::Note(t) => texts.push(t),
            Event::Result(r) | Event::Display(r) | Event::Changing { value: r, .. } => texts.push(r.text),
            Event::Figure(f) | Event::Live { figure: f, .. } => {
                if let Err(e) = fault::caught(|| render::svg(&f).and(render::pdf(&f)).map(|_| ())) {
                    texts.push(format!("fault inside gflow: {e}"));
                }
            }
            Event::Animation(a) => {
                if let Err(e) = fault::caught(|| a.frames.iter().try_for_each(|f| render::svg(f).map(|_| ()))) {
                    texts.push(format!("fault inside gflow: {e}"));
                }
            }
            Event::Progress(_) | Event::Clear { .. } | Event::Error(_) => {}
        }
    }
    // the folder has a name of random letters, which is not what the program said
    let folder = folder.path().to_string_lossy().into_owned();
    let said = texts.into_iter().map(|t| t.replace(&folder, "the folder")).find(|t| forbidden(t).is_some());
    Trial { failed, late, said }
}

/// The first word of a text that must not be there.
pub fn forbidden(text: &str) -> Option<&'static str> {
    NEVER.iter().copied().find(|word| text.contains(word))
}

/// Panics with every script that said what must not be said, and tells how the others went.
pub fn judge(what: &str, scripts: &[String], trials: &[Trial], begun: Instant) {
    assert_eq!(scripts.len(), trials.len());
    let failed = trials.iter().filter(|t| t.failed).count();
    let latest = trials.iter().zip(scripts).max_by(|a, b| a.0.late.total_cmp(&b.0.late));
    let seconds = begun.elapsed().as_secs_f64();
    println!("{what}: {} scripts in {seconds:.0} s, {failed} of them errors", trials.len());
    if let Some((t, s)) = latest.filter(|l| l.0.late > 0.0) {
        println!("the latest came {:.1} s after it was interrupted: {s}", t.late);
    }
    // most mistakes are mistakes, and most of what is right is told so
    assert!(trials.len() < 100 || (failed > trials.len() / 20 && failed < trials.len() * 99 / 100), "{failed} failed");
    let faults: Vec<String> = trials
        .iter()
        .zip(scripts)
        .filter_map(|(t, s)| {
            let said = t.said.as_ref()?;
            Some(format!("--- said `{}`:\n{said}\n--- by\n{s}\n", forbidden(said).unwrap_or_default()))
        })
        .collect();
    assert!(faults.is_empty(), "{} of {} scripts\n{}", faults.len(), trials.len(), faults.join("\n"));
}
