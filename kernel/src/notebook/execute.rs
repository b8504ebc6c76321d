//! From a notebook file to its executed copy.
use super::cells::Cells;
use super::display::NotebookDisplay;
use super::file::Notebook;
use super::interrupts;
use super::options::Options;
use crate::protocol::Failure;
use crate::rust::Rust;
use crate::supervisor::Supervisor;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

fn usage(message: &str) -> ExitCode {
    eprintln!("error: {message}");
    ExitCode::from(2)
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
    let prepared = o
        .parameters()
        .and_then(|p| o.settings(&p).map(|s| (p, s)))
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
    let display = Arc::new(NotebookDisplay::default());
    let started = async {
        let supervisor = Supervisor::start(settings, display.clone()).await?;
        Ok::<_, std::io::Error>((supervisor.clone(), Arc::new(Rust::new(supervisor, folder)?)))
    };
    let (supervisor, rust) = match started.await {
        Ok(s) => s,
        Err(e) => return usage(&format!("the session process could not be started: {e}")),
    };
    let stopped = interrupts::watch(supervisor.clone(), rust.clone());
    let run = Cells { supervisor: &supervisor, rust: &rust, display: &display, options: o, stopped: &stopped };
    let failure = run.all(&mut notebook).await;
    supervisor.close().await;
    let _ = std::fs::remove_dir_all(rust.folder());
    notebook.stamp();
    if let Err(e) = notebook.write(&absolute) {
        return usage(&format!("cannot write {}: {e}", target.display()));
    }
    if !o.quiet && !o.json {
        eprintln!("executed copy: {}", target.display());
    }
    for name in parameters.keys().filter(|n| !display.parameters().contains(n)) {
        eprintln!("warning: --set {name} was not read by the notebook");
    }
    match failure {
        None => ExitCode::SUCCESS,
        Some((number, f)) => {
            let text = f.traceback.join("\n");
            eprintln!(
                "error in cell {number}:\n{}",
                if gflow::script::colours(std::io::stderr().is_terminal()) {
                    text
                } else {
                    gflow::script::plain(&text)
                }
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
