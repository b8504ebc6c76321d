//! What `gflow run --out` keeps when it is stopped, killed, out of space, or asked to resume something else.
#![cfg(unix)]
use super::long;
use crate::common::cpu;
use gflow::flow::Run;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gflow"));
    command.args(["run", "s.rhai", "--device", "cpu", "--out", "o"]).args(args).current_dir(folder);
    command
}

fn gflow(folder: &Path, script: &str, args: &[&str]) -> Output {
    std::fs::write(folder.join("s.rhai"), script).unwrap();
    command(folder, args).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn load(folder: &Path) -> gflow::error::Result<Run> {
    Run::load(folder, &cpu().device)
}

fn signal(child: &Child, name: &str) {
    Command::new("kill").args([name, &child.id().to_string()]).status().unwrap();
}

fn wait_for(what: &str, mut there: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !there() {
        assert!(begun.elapsed() < Duration::from_secs(60), "{what}: not after a minute");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// A short run with a note when it has begun, and a run that never ends.
const ENDLESS: &str = "io::save(data::ring(3), \"begun.csv\");
gpa(kl().regularized(lipschitz(1.0))).run(data::gaussian(2000, 20), data::gaussian(300, 20), #{ steps: 1000000 })";

/// Two signals at once, or 0.3 s apart: somebody impatient, or a wrapper that passes on what all have heard.
#[test]
fn a_signal_that_comes_twice_is_one() {
    for pause in [0, 300] {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("s.rhai"), ENDLESS).unwrap();
        let mut child = command(dir.path(), &["--quiet"]).spawn().unwrap();
        wait_for("the run begins", || dir.path().join("o/begun.csv").exists());
        std::thread::sleep(Duration::from_millis(300));
        signal(&child, "-INT");
        std::thread::sleep(Duration::from_millis(pause));
        signal(&child, "-INT");
        assert_eq!(child.wait().unwrap().code(), Some(130));
        let run = load(&dir.path().join("o/run")).unwrap();
        assert_eq!(run.ending, "interrupted");
    }
}

/// A call that waits for the reader of its output is the last of its script: it comes to its end, but the answer is 130.
#[test]
fn an_interrupt_in_the_last_call_is_an_interrupt() {
    let dir = tempfile::tempdir().unwrap();
    let script = "io::save(data::ring(3), \"begun.csv\"); let s = \"x\"; for i in 0..18 { s += s; } print(s)";
    std::fs::write(dir.path().join("s.rhai"), script).unwrap();
    let child = command(dir.path(), &["--quiet"]).stdout(Stdio::piped()).spawn().unwrap();
    wait_for("the call begins", || dir.path().join("o/begun.csv").exists());
    std::thread::sleep(Duration::from_millis(300));
    signal(&child, "-INT");
    std::thread::sleep(Duration::from_millis(300));
    let out = child.wait_with_output().unwrap();
    assert_eq!((out.status.code(), out.stdout.len()), (Some(130), (1 << 18) + 1));
}

const TWO: &str = "let warm = mmd_flow(gaussian_kernel(1.0)).run(data::gaussian(20, 2), data::ring(20), #{ steps: 2 });
let run = mmd_flow(gaussian_kernel(1.0)).run(data::gaussian(20, 2), data::ring(20), #{ steps: param(\"steps\", 5) });";

/// The script has fewer runs than it had: the kept one stays, and what ran instead is kept beside it.
#[test]
fn an_unused_resume_overwrites_nothing() {
    let dir = tempfile::tempdir().unwrap();
    assert!(gflow(dir.path(), TWO, &[]).status.success());
    let files = ["run.json", "run/run.json", "run/arrays.npz", "run/manifest.txt"];
    let kept = || files.map(|f| std::fs::read(dir.path().join("o").join(f)).unwrap());
    let before = kept();
    let (_, shorter) = TWO.split_once('\n').unwrap();
    let out = gflow(dir.path(), shorter, &["--resume", "--set", "steps=3"]);
    let said = text(&out.stderr);
    assert_eq!(out.status.code(), Some(2), "{said}");
    assert!(said.contains("run 2 of its script, and this script came to 1") && said.contains("o/run-anew"), "{said}");
    assert!(said.contains("run 1 of the script starts anew"), "{said}");
    assert_eq!(kept(), before);
    assert_eq!(load(&dir.path().join("o/run-anew")).unwrap().state.step, 3);
    // a script that fails before it comes to the run, likewise
    let out = gflow(dir.path(), "let a = [1]; a[3]", &["--resume"]);
    assert_eq!(out.status.code(), Some(1), "{}", text(&out.stderr));
    assert_eq!(kept(), before);
    // so does one whose second run is another than the kept one: the first is not written over it
    for other in
        [TWO.replacen("let run = mmd_flow(gaussian", "let run = mmd_flow(laplace", 1), format!("seed(4); {TWO}")]
    {
        let out = gflow(dir.path(), &other, &["--resume"]);
        let said = text(&out.stderr);
        assert!(out.status.code() == Some(1) && said.contains("the run kept in o/run"), "{said}");
        assert_eq!(kept(), before);
    }
    // as it was, it goes on: its number is in the run itself, whatever became of the file beside it
    for garbled in ["{", "{ \"run_number\": 1 }"] {
        std::fs::write(dir.path().join("o/run.json"), garbled).unwrap();
        let out = gflow(dir.path(), TWO, &["--resume", "--set", "steps=9"]);
        let said = text(&out.stderr);
        assert!(out.status.success() && said.contains("resumed from o/run at step"), "{said}");
        assert_eq!(load(&dir.path().join("o/run")).unwrap().state.step, 9);
    }
}

/// Formulas are put together anew when they are read: the flow is the same, also the second time.
#[test]
fn a_formula_is_resumed() {
    let dir = tempfile::tempdir().unwrap();
    let script = "langevin(|x| logsumexp([-dot(x - 1.0, x - 1.0), -norm(x)]), #{ dt: 0.1 }).run(data::gaussian(20, 2), data::ring(20), #{ steps: param(\"steps\", 3) });";
    assert!(gflow(dir.path(), script, &[]).status.success());
    for steps in [5, 7, 9] {
        let out = gflow(dir.path(), script, &["--resume", "--set", &format!("steps={steps}")]);
        assert!(out.status.success(), "{}", text(&out.stderr));
        assert_eq!(load(&dir.path().join("o/run")).unwrap().state.step, steps);
    }
    let out = gflow(dir.path(), &script.replace("norm(x)", "2*norm(x)"), &["--resume"]);
    assert!(text(&out.stderr).contains("made by another flow"), "{}", text(&out.stderr));
}

/// A kept run that is damaged, or of which nobody knows which run it was, is refused before the script begins.
#[test]
fn a_damaged_kept_run_is_refused_at_once() {
    let dir = tempfile::tempdir().unwrap();
    assert!(gflow(dir.path(), TWO, &[]).status.success());
    let path = dir.path().join("o/run/arrays.npz");
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[300] ^= 1;
    std::fs::write(&path, &bytes).unwrap();
    let out = gflow(dir.path(), "print(\"begun\")", &["--resume"]);
    let said = text(&out.stderr);
    assert_eq!((out.status.code(), text(&out.stdout)), (Some(2), String::new()), "{said}");
    assert!(said.contains("o/run/arrays.npz") && said.contains("not what was saved"), "{said}");
    // form 4 had the number beside the run
    let form4 = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/form4/kale");
    std::fs::remove_file(dir.path().join("o/run/manifest.txt")).unwrap();
    for name in ["run.json", "arrays.npz"] {
        std::fs::copy(form4.join(name), dir.path().join("o/run").join(name)).unwrap();
    }
    for (beside, expected) in [("{", "o/run.json is damaged"), ("{}", "no `run_number`")] {
        std::fs::write(dir.path().join("o/run.json"), beside).unwrap();
        let out = gflow(dir.path(), "print(\"begun\")", &["--resume"]);
        let said = text(&out.stderr);
        assert!(out.status.code() == Some(2) && said.contains(expected), "{said}");
    }
    std::fs::write(dir.path().join("o/run.json"), "{ \"run_number\": 1 }").unwrap();
    let out = gflow(dir.path(), "print(\"begun\")", &["--resume"]);
    assert_eq!(text(&out.stdout), "begun\n", "{}", text(&out.stderr));
}

/// Runs of two lengths with many snapshots, so that saving takes a while.
const LARGE: &str = "let steps = param(\"steps\", 20);
mmd_flow(gaussian_kernel(1.0), #{ dt: 0.1 }).run(data::gaussian(400, 20), data::gaussian(20, 20), #{ steps: steps, snapshots: steps, record_every: 1 });";

/// kill -9 while the new save takes the place of the old one: one of them is there, and `--resume` goes on with it.
#[test]
fn killed_while_saving() {
    let dir = tempfile::tempdir().unwrap();
    assert!(gflow(dir.path(), LARGE, &["--quiet", "--set", "steps=20"]).status.success());
    let (mut old, mut new) = (0, 0);
    let tries: u64 = if long() { 100 } else { 6 };
    for k in 0..tries {
        let steps = if k % 2 == 0 { "60" } else { "20" };
        let expected = load(&dir.path().join("o/run")).unwrap().state.step;
        let begun = |p: &Path| std::fs::metadata(p).and_then(|m| m.modified()).ok();
        // what the kill before left there is not this save
        let left = begun(&dir.path().join("o/.run.new"));
        let mut child = command(dir.path(), &["--quiet", "--set", &format!("steps={steps}")]).spawn().unwrap();
        // at the latest when the new one has its name: the manifest changes
        let manifest = std::fs::read(dir.path().join("o/run/manifest.txt")).unwrap_or_default();
        let saving = dir.path().join("o/.run.new");
        wait_for("it saves", || {
            (saving.exists() && begun(&saving) != left)
                || std::fs::read(dir.path().join("o/run/manifest.txt")).is_ok_and(|m| m != manifest)
                || child.try_wait().unwrap().is_some()
        });
        std::thread::sleep(Duration::from_millis(5 * (k % 12)));
        signal(&child, "-KILL");
        child.wait().unwrap();
        let step = load(&dir.path().join("o/run")).unwrap_or_else(|e| panic!("kill {k}: {e}")).state.step;
        assert!(step == expected || step.to_string() == steps, "kill {k}: step {step}");
        if step == expected { old += 1 } else { new += 1 }
    }
    println!("{tries} kills: {old} times the old run, {new} times the new one");
    let out = gflow(dir.path(), LARGE, &["--resume", "--set", "steps=70"]);
    assert!(out.status.success(), "{}", text(&out.stderr));
    assert!(old > 0 && new > 0 || !long(), "the kills came all before or all after");
    let left: Vec<_> = std::fs::read_dir(dir.path().join("o")).unwrap().map(|e| e.unwrap().file_name()).collect();
    // a kill in the middle of run.json leaves the small file that was to take its place
    let known = |n: &std::ffi::OsString| {
        n == "run"
            || n == "run.json"
            || n == "run-history.csv"
            || n == ".lock"
            || n.to_string_lossy().ends_with(".gflow-new")
    };
    assert!(left.iter().all(known), "{left:?}");
}

/// No room for the new save: the error says so, and the old one is as it was.
#[test]
fn a_full_disk_keeps_the_old_run() {
    let dir = tempfile::tempdir().unwrap();
    assert!(gflow(dir.path(), LARGE, &["--quiet", "--set", "steps=4"]).status.success());
    let before = std::fs::read(dir.path().join("o/run/manifest.txt")).unwrap();
    let program = env!("CARGO_BIN_EXE_gflow");
    // files of at most so many blocks: the save of 30 steps is larger, and the signal that comes with it is not heard
    let script =
        format!("trap '' XFSZ; ulimit -f 500; exec {program} run s.rhai --device cpu --quiet --out o --set steps=30");
    let out = Command::new("bash").args(["-c", &script]).current_dir(dir.path()).output().unwrap();
    let said = text(&out.stderr);
    assert!(!out.status.success() && said.contains("`o/run/arrays.npz`: File too large"), "{said}");
    assert_eq!(std::fs::read(dir.path().join("o/run/manifest.txt")).unwrap(), before);
    assert_eq!(load(&dir.path().join("o/run")).unwrap().state.step, 4);
    assert!(!dir.path().join("o/.run.new").exists(), "half a save was left");
}
