//! `gflow bench`: one loop through gflow and through the PyTorch and JAX that are installed, as ratios from one run.
use super::Exit;
use super::args::BenchArgs;
use super::streams::{line, say};
use std::path::{Path, PathBuf};
use std::process::Command;

const SCRIPT: &str = include_str!("gpa.rhai");

/// A program of the same loop in another library.
struct Peer {
    name: &'static str,
    module: &'static str,
    program: &'static str,
}

const PEERS: &[Peer] = &[
    Peer { name: "PyTorch", module: "torch", program: include_str!("gpa_torch.py") },
    Peer { name: "JAX", module: "jax", program: include_str!("gpa_jax.py") },
];

/// Particles, steps and rounds.
const WORK: &[(usize, usize, usize)] = &[(200, 300, 5), (1000, 150, 5), (10_000, 25, 3)];

/// A command on as many processors as it has threads, where the system can pin it.
fn pinned(program: &Path, threads: usize) -> Command {
    let processors = format!("0-{}", threads - 1);
    // the first processors need not be those this process may use
    let can = Command::new("taskset").args(["-c", &processors, "true"]).output().is_ok_and(|o| o.status.success());
    let mut command = if can {
        let mut c = Command::new("taskset");
        c.args(["-c", &processors]).arg(program);
        c
    } else {
        Command::new(program)
    };
    let n = threads.to_string();
    command.env("RAYON_NUM_THREADS", &n).env("NT", &n).env("OMP_NUM_THREADS", &n);
    command
}

/// The number a program prints last: milliseconds per step.
fn time(mut command: Command) -> Result<f64, String> {
    let out = command.output().map_err(|e| e.to_string())?;
    let text = String::from_utf8_lossy(&out.stdout);
    let number = text.split_whitespace().last().and_then(|w| w.parse().ok());
    number.filter(|_| out.status.success()).ok_or_else(|| {
        let errors = String::from_utf8_lossy(&out.stderr);
        errors.lines().rfind(|l| !l.trim().is_empty()).unwrap_or("it printed no number").trim().to_string()
    })
}

fn median(mut v: Vec<f64>) -> f64 {
    v.sort_by(f64::total_cmp);
    v.get(v.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Whether Python has a module; if not, why.
fn missing(python: &Path, module: &str) -> Option<String> {
    match Command::new(python).args(["-c", &format!("import {module}")]).output() {
        Ok(out) if out.status.success() => None,
        Ok(_) => Some(format!("{} cannot import {module}", python.display())),
        Err(e) => Some(format!("{} does not start: {e}", python.display())),
    }
}

/// A line of the table.
fn out(text: impl std::fmt::Display) -> Result<(), String> {
    line(text).map_err(|e| format!("standard output cannot be written: {e}"))
}

/// The programs of one run, written where they can be started.
struct Bench {
    /// holds the programs until the end
    folder: tempfile::TempDir,
    own: PathBuf,
    python: PathBuf,
    threads: usize,
    peers: Vec<(&'static Peer, PathBuf)>,
    /// peers that are not compared, and why
    absent: Vec<String>,
}

impl Bench {
    fn new(args: &BenchArgs, threads: usize) -> Result<Bench, String> {
        let folder = tempfile::tempdir().map_err(|e| format!("cannot start: {e}"))?;
        let own = std::env::current_exe().map_err(|e| format!("cannot start: {e}"))?;
        let (mut peers, mut absent) = (vec![], vec![]);
        for peer in PEERS {
            match missing(&args.python, peer.module) {
                None => peers.push((peer, folder.path().join(format!("gpa_{}.py", peer.module)))),
                Some(why) => absent.push(format!(
                    "{}: {why}; pip install {} there, or name another Python with --python",
                    peer.name, peer.module
                )),
            }
        }
        let bench = Bench { folder, own, python: args.python.clone(), threads, peers, absent };
        let script = bench.script();
        let files = bench.peers.iter().map(|(p, path)| (path, p.program)).chain([(&script, SCRIPT)]);
        for (path, text) in files {
            std::fs::write(path, text).map_err(|e| format!("cannot write {}: {e}", path.display()))?;
        }
        Ok(bench)
    }

    fn script(&self) -> PathBuf {
        self.folder.path().join("gpa.rhai")
    }

    fn head(&self) -> Result<(), String> {
        out(
            "GPA on the ring of eight Gaussians, MLP 2-32-32-32-1 with ReLU under the spectral norm, five Adam updates a step;",
        )?;
        out(format_args!(
            "CPU, {} thread{}; programs take turns, medians of rounds; compilation and start-up do not count\n",
            self.threads,
            if self.threads == 1 { "" } else { "s" }
        ))?;
        let heads = self
            .peers
            .iter()
            .map(|(p, _)| format!(" {:>12} {:>14}", format!("{} ms", p.name), format!("{}/gflow", p.name)));
        out(format_args!("{:>9} {:>10}{}", "particles", "gflow ms", heads.collect::<String>()))
    }

    /// One round of every program: milliseconds per step of gflow and of each peer that answers.
    fn round(&mut self, n: usize, steps: usize, times: &mut [Vec<f64>]) -> Result<(), String> {
        let mut mine = pinned(&self.own, self.threads);
        let settings = [format!("n={n}"), format!("steps={steps}")];
        mine.arg("run").arg(self.script()).args(["--device", "cpu", "--quiet"]);
        mine.args(settings.iter().flat_map(|s| ["--set", s]));
        times[0].push(time(mine).map_err(|e| format!("gflow run failed: {e}"))?);
        for (k, (peer, path)) in self.peers.iter().enumerate() {
            if self.absent.iter().any(|a| a.starts_with(peer.name)) {
                continue;
            }
            let mut theirs = pinned(&self.python, self.threads);
            theirs.arg(path).args([n.to_string(), steps.to_string()]);
            match time(theirs) {
                Ok(t) => times[k + 1].push(t),
                Err(e) => self.absent.push(format!("{} at {n} particles: {e}", peer.name)),
            }
        }
        Ok(())
    }

    /// The medians of some rounds, and the ratios to gflow's.
    fn row(&mut self, n: usize, steps: usize, rounds: usize) -> Result<(), String> {
        let mut times = vec![vec![]; self.peers.len() + 1];
        for _ in 0..rounds {
            self.round(n, steps, &mut times)?;
        }
        let mut medians = times.into_iter().map(median);
        let mine = medians.next().unwrap_or(f64::NAN);
        let number = |v: f64, digits: usize| if v.is_finite() { format!("{v:.digits$}") } else { "-".into() };
        let rest: String = medians.map(|t| format!(" {:>12} {:>14}", number(t, 2), number(t / mine, 2))).collect();
        out(format_args!("{n:>9} {:>10}{rest}", number(mine, 2)))?;
        Ok(())
    }

    fn run(&mut self, quick: bool) -> Result<(), String> {
        self.head()?;
        for (n, steps, rounds) in WORK.iter().filter(|(n, ..)| !quick || *n <= 1000) {
            let (steps, rounds) = if quick { (steps / 5, 1) } else { (*steps, *rounds) };
            self.row(*n, steps, rounds)?;
        }
        self.absent.iter().try_for_each(|a| out(format_args!("\nnot compared with {a}")))
    }
}

/// `gflow bench`
pub fn bench(args: &BenchArgs) -> Exit {
    let most = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = args.threads.unwrap_or(most);
    let outcome = if threads > most {
        Err(format!(
            "this machine has {most} processors, so {threads} threads would wait for each other; use --threads {most} or fewer"
        ))
    } else {
        Bench::new(args, threads).and_then(|mut b| b.run(args.quick))
    };
    match outcome {
        Ok(()) => Exit::Ok,
        Err(e) => {
            say(format_args!("error: {e}"));
            Exit::Usage
        }
    }
}
