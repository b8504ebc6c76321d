//! A notebook run from the command line: its cells in order, the executed copy written, whatever happens.
mod desk;
mod file;

use crate::host::{Host, Settings};
use crate::link::{Ask, Failure, Outcome, Output};
use crate::rust::{self, Rust};
use clap::Args;
use desk::NotebookDesk;
use file::Notebook;
use gflow::script::help;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// A compiled cell that does not look whether it should stop is ended after this time.
const GRACE: Duration = Duration::from_millis(1500);

/// How a notebook is run; the same as for a script.
#[derive(Args, Clone, Debug, Default)]
pub struct Options {
    /// A parameter read by param("NAME", default); repeatable
    #[arg(long = "set", value_name = "NAME=VALUE")]
    pub set: Vec<String>,
    /// Folder for the executed copy and for what its cells write; without it the copy is NAME.executed.ipynb
    #[arg(long)]
    pub out: Option<PathBuf>,
    /// auto, cpu or wgpu
    #[arg(long, default_value = "auto")]
    pub device: String,
    /// Seed of everything random
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Say nothing but errors
    #[arg(long)]
    pub quiet: bool,
    /// Every cell's end as a line of JSON on standard output
    #[arg(long)]
    pub json: bool,
}

fn usage(message: &str) -> ExitCode {
    eprintln!("error: {message}");
    ExitCode::from(2)
}

fn parameters(set: &[String]) -> Result<BTreeMap<String, String>, String> {
    set.iter()
        .map(|s| match s.split_once('=') {
            Some((name, value)) if !name.trim().is_empty() => Ok((name.trim().to_string(), value.trim().to_string())),
            _ => Err(format!("--set {s}: expected NAME=VALUE")),
        })
        .collect()
}

fn settings(o: &Options, parameters: &BTreeMap<String, String>) -> Result<Settings, String> {
    o.device.parse::<gflow::device::Choice>().map_err(|e| e.to_string())?;
    let mut environment = vec![
        ("GFLOW_DEVICE".to_string(), o.device.clone()),
        ("GFLOW_SEED".to_string(), o.seed.to_string()),
        ("GFLOW_PARAMS".to_string(), serde_json::to_string(parameters).unwrap_or_default()),
    ];
    if let Some(out) = &o.out {
        std::fs::create_dir_all(out).map_err(|e| format!("--out {}: {e}", out.display()))?;
        let out = out.canonicalize().map_err(|e| format!("--out {}: {e}", out.display()))?;
        environment.push(("GFLOW_OUT".to_string(), out.display().to_string()));
    }
    Ok(Settings { environment, asks: false })
}

/// Where the executed copy goes.
fn target(path: &Path, out: Option<&Path>) -> PathBuf {
    match (out, path.file_name()) {
        (Some(out), Some(name)) => out.join(name),
        _ => path.with_extension("executed.ipynb"),
    }
}

/// Runs the notebook at `path`.
pub async fn execute(path: &Path, o: &Options, folder: tempfile::TempDir) -> ExitCode {
    let prepared = parameters(&o.set)
        .and_then(|p| settings(o, &p).map(|s| (p, s)))
        .and_then(|(p, s)| Notebook::read(path).map(|n| (p, s, n)));
    let (parameters, settings, mut notebook) = match prepared {
        Ok(p) => p,
        Err(e) => return usage(&e),
    };
    let target = target(path, o.out.as_deref());
    if o.out.is_some() && target.canonicalize().is_ok_and(|t| path.canonicalize().is_ok_and(|p| p == t)) {
        return usage(&format!("the executed copy would replace {} itself: give another --out", path.display()));
    }
    // files that cells name are found from the notebook's folder, as in a notebook server
    let absolute = std::path::absolute(&target).unwrap_or_else(|_| target.clone());
    if let Some(home) = path.parent().filter(|p| !p.as_os_str().is_empty())
        && let Err(e) = std::env::set_current_dir(home)
    {
        return usage(&format!("{}: {e}", home.display()));
    }
    let desk = Arc::new(NotebookDesk::default());
    let started = async {
        let host = Host::start(settings, desk.clone()).await?;
        Ok::<_, std::io::Error>((host.clone(), Arc::new(Rust::new(host, folder)?)))
    };
    let (host, rust) = match started.await {
        Ok(s) => s,
        Err(e) => return usage(&format!("the session process could not be started: {e}")),
    };
    let stopped = interrupts(host.clone(), rust.clone());
    let failure = cells(&mut notebook, &host, &rust, &desk, o, &stopped).await;
    host.close().await;
    let _ = std::fs::remove_dir_all(rust.folder());
    notebook.stamp();
    if let Err(e) = notebook.write(&absolute) {
        return usage(&format!("cannot write {}: {e}", target.display()));
    }
    if !o.quiet && !o.json {
        eprintln!("executed copy: {}", target.display());
    }
    for name in parameters.keys().filter(|n| !desk.parameters().contains(n)) {
        eprintln!("warning: --set {name} was not read by the notebook");
    }
    match failure {
        None => ExitCode::SUCCESS,
        Some((number, f)) => {
            let text = f.traceback.join("\n");
            eprintln!(
                "error in cell {number}:\n{}",
                if std::io::stderr().is_terminal() { text } else { gflow::script::plain(&text) }
            );
            ExitCode::from(code(&f))
        }
    }
}

/// The exit code of an error, as for scripts.
fn code(f: &Failure) -> u8 {
    match f.name.as_str() {
        "Diverged" => 3,
        "DeviceError" => 4,
        "Interrupted" => 130,
        "SessionDied" if f.value.ends_with("it was interrupted") => 130,
        _ => 1,
    }
}

/// Ctrl-C and a request to end stop the running cell; the flag tells. Compiled code that does not listen is ended after
/// a moment, anything else by a second request, and the notebook is written all the same.
fn interrupts(host: Arc<Host>, rust: Arc<Rust>) -> Arc<AtomicBool> {
    use tokio::signal::unix::{SignalKind, signal};
    let stopped = Arc::new(AtomicBool::new(false));
    let flag = stopped.clone();
    let (Ok(mut interrupt), Ok(mut end)) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate())) else {
        return stopped;
    };
    tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = end.recv() => {}
            }
            let again = flag.swap(true, Ordering::SeqCst);
            let generation = host.generation();
            host.interrupt().await;
            rust.interrupt();
            if rust.running() && !again {
                tokio::time::sleep(GRACE).await;
            }
            if again || rust.running() {
                host.kill(generation, "it was interrupted");
            }
        }
    });
    stopped
}

async fn cells(
    notebook: &mut Notebook,
    host: &Arc<Host>,
    rust: &Rust,
    desk: &NotebookDesk,
    o: &Options,
    stopped: &AtomicBool,
) -> Option<(usize, Failure)> {
    let total = notebook.code_cells().len();
    for index in notebook.code_cells() {
        notebook.set_outputs(index, vec![]);
        notebook.set_count(index, None);
    }
    for (k, index) in notebook.code_cells().into_iter().enumerate() {
        let number = k + 1;
        let source = notebook.source(index);
        if source.trim().is_empty() {
            continue;
        }
        desk.turn(index, number);
        let begun = Instant::now();
        let (outcome, result) = match rust::body(&source) {
            None if help::question(&source).is_some() => {
                explain(host, help::question(&source).unwrap_or_default()).await
            }
            Some(body) => rust.execute(body).await,
            None => (host.eval(format!("cell {number}"), source.clone(), true, BTreeMap::new()).await, Map::new()),
        };
        let Outcome { error, parameters, .. } = outcome;
        desk.read(parameters);
        if error.is_none() && !result.is_empty() {
            desk.add(Output::Result { data: result, metadata: Map::new() });
        }
        if let Some(e) = &error {
            desk.fail(e);
        }
        desk.fill(notebook);
        notebook.set_count(index, Some(number));
        report(o, number, total, begun.elapsed(), error.as_ref());
        if let Some(e) = error {
            return Some((number, e));
        }
        if stopped.load(Ordering::SeqCst) {
            return Some((number, Failure::plain("Interrupted", "interrupted")));
        }
    }
    None
}

/// `?name`: its page, where a notebook server would open one beside.
async fn explain(host: &Arc<Host>, name: &str) -> (Outcome, Map<String, Value>) {
    let found = host.ask(Ask::Inspect { code: name.to_string(), cursor: name.chars().count() }).await;
    match found {
        Ok(Value::Object(data)) => (Outcome::default(), data),
        Ok(_) => (
            Outcome {
                error: Some(Failure::plain("Error", format!("there is nothing named `{name}`"))),
                ..Outcome::default()
            },
            Map::new(),
        ),
        Err(f) => (Outcome { error: Some(f), ..Outcome::default() }, Map::new()),
    }
}

fn report(o: &Options, number: usize, total: usize, took: Duration, error: Option<&Failure>) {
    if o.json {
        let line = serde_json::json!({ "event": "cell", "value": { "number": number, "of": total, "seconds": took.as_secs_f64(), "error": error.map(|e| &e.value) } });
        println!("{line}");
    } else if !o.quiet {
        eprintln!(
            "cell {number}/{total}: {:.2} s{}",
            took.as_secs_f64(),
            if error.is_some() { ", failed" } else { "" }
        );
    }
}
