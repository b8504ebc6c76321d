//! `gflow run`: a script from a file or standard input, headless, with everything it leaves behind.
use super::Exit;
use super::args::RunArgs;
use super::terminal::Terminal;
use crate::device;
use crate::input;
use crate::script::{Session, SessionOptions};
use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

fn usage(message: &str) -> Exit {
    eprintln!("error: {message}");
    Exit::Usage
}

/// name=value pairs of --set.
fn params(set: &[String]) -> Result<BTreeMap<String, String>, String> {
    set.iter()
        .map(|s| match s.split_once('=') {
            Some((name, value)) if !name.trim().is_empty() => Ok((name.trim().to_string(), value.trim().to_string())),
            _ => Err(format!("--set {s}: expected NAME=VALUE")),
        })
        .collect()
}

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

/// Runs the command; the script itself on a thread with a large stack.
pub fn run(args: &RunArgs) -> Exit {
    let params = match params(&args.set) {
        Ok(p) => p,
        Err(e) => return usage(&e),
    };
    let choice = match args.device.parse::<device::Choice>() {
        Ok(c) => c,
        Err(e) => return usage(&e.to_string()),
    };
    let (name, text, folder) = match read(&args.file) {
        Ok(r) => r,
        Err(e) => return usage(&e),
    };
    if let Some(dir) = &args.out
        && let Err(e) = writable(dir)
    {
        return usage(&format!("--out {}: {e}", dir.display()));
    }
    let compute = match device::open(choice) {
        Ok(c) => c,
        Err(e) => {
            eprintln!("error: {e}\n  help: run `gflow info` for the devices of this machine, or use --device cpu");
            return Exit::Device;
        }
    };
    let resume = args.out.as_ref().filter(|_| args.resume).map(|d| (d.join("run"), kept_number(d)));
    if let Some(r) = resume.as_ref().map(|r| &r.0).filter(|r| !r.join("run.json").is_file()) {
        return usage(&format!("--resume: {} holds no saved run", r.display()));
    }
    if !args.quiet && !args.json {
        eprintln!("device: {} ({})", compute.name, compute.description);
    }
    let stem = Path::new(&name).file_stem().and_then(|s| s.to_str()).unwrap_or("figure").to_string();
    let terminal = Terminal::new(args.quiet, args.json, args.out.clone().unwrap_or_default(), stem);
    let job = Job { args: args.clone(), name, text, folder, params, compute, resume };
    match crate::threads::spawn("session", move || job.run(terminal)) {
        Ok(thread) => thread.join().unwrap_or(Exit::Script),
        Err(e) => usage(&format!("cannot start a thread: {e}")),
    }
}

/// Which `flow.run` of the script the kept run was: the first unless run.json says otherwise.
fn kept_number(dir: &Path) -> usize {
    let text = std::fs::read_to_string(dir.join("run.json")).unwrap_or_default();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    json["run_number"].as_u64().map_or(1, |n| n as usize)
}

/// Makes the folder and tries to write into it, before hours of work.
fn writable(dir: &Path) -> Result<(), String> {
    std::fs::create_dir_all(dir).map_err(|e| e.to_string())?;
    tempfile::NamedTempFile::new_in(dir).map(|_| ()).map_err(|e| format!("not writable: {e}"))
}

struct Job {
    args: RunArgs,
    name: String,
    text: String,
    folder: Option<PathBuf>,
    params: BTreeMap<String, String>,
    compute: device::Compute,
    resume: Option<(PathBuf, usize)>,
}

impl Job {
    fn run(self, terminal: Terminal) -> Exit {
        let device = self.compute.description.clone();
        let mut session = Session::new(SessionOptions {
            compute: self.compute.clone(),
            seed: self.args.seed,
            params: self.params.clone(),
            out: self.args.out.clone(),
            folder: self.folder.clone(),
            front: Box::new(terminal),
        });
        *crate::script::context::lock(&session.context().resume) = self.resume.clone();
        let interrupt = session.interrupt();
        let mut asked = 0;
        // the second Ctrl-C does not wait
        let handler = ctrlc::set_handler(move || {
            asked += 1;
            interrupt.request();
            if asked > 1 {
                std::process::exit(Exit::Interrupted as i32);
            }
        });
        if handler.is_err() && !self.args.quiet {
            eprintln!("note: Ctrl-C cannot be caught here and will stop at once");
        }
        let result = session.eval(&self.name, &self.text);
        let exit = match &result {
            Ok(_) => Exit::Ok,
            Err(d) => {
                if !self.args.json {
                    eprint!("{}", session.render(d, std::io::stderr().is_terminal()));
                }
                d.class.into()
            }
        };
        self.unused(&session);
        match self.leave(&session, &device, exit) {
            Ok(()) => exit,
            Err(e) => {
                eprintln!("error: {e}");
                if exit == Exit::Ok { Exit::Usage } else { exit }
            }
        }
    }

    /// A --set that no param() read is a typing error.
    fn unused(&self, session: &Session) {
        let read = crate::script::context::lock(&session.context().params_read);
        for name in self.params.keys().filter(|n| !read.contains_key(*n)) {
            let hint = crate::catalogue::nearest(name, read.keys().map(String::as_str))
                .map_or(String::new(), |n| format!("; did you mean `{n}`?"));
            eprintln!("warning: --set {name} was not read by the script{hint}");
        }
    }

    /// run.json, and the last run with its arrays, below --out.
    fn leave(&self, session: &Session, device: &str, exit: Exit) -> crate::error::Result<()> {
        let Some(dir) = &self.args.out else { return Ok(()) };
        let context = session.context();
        let last = crate::script::context::lock(&context.last_run).clone();
        let mut metrics = serde_json::Map::new();
        if let Some(run) = &last {
            run.save(&dir.join("run"))?;
            for (name, values) in run.history.columns() {
                let value = values.iter().rev().find(|v| v.is_finite());
                metrics.insert(name.clone(), serde_json::json!(value));
            }
        }
        let json = serde_json::json!({
            "gflow": env!("CARGO_PKG_VERSION"),
            "script": self.name,
            "source": self.text,
            "seed": self.args.seed,
            "parameters": *crate::script::context::lock(&context.params_read),
            "device": { "name": self.compute.name, "description": device },
            "exit": exit as i32,
            "ending": last.as_ref().map(|r| r.ending.clone()),
            "metrics": metrics,
            "run": last.as_ref().map(|_| "run"),
            "run_number": *crate::script::context::lock(&context.runs),
        });
        let text = serde_json::to_string_pretty(&json).map_err(|e| crate::error::Error::io("write", dir, e))?;
        crate::io::write_atomically(&dir.join("run.json"), text.as_bytes())
    }
}
