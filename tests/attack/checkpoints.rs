//! Runs that are kept on their way: killed at any moment they go on bit for bit, and what cannot be kept is said.
#![cfg(unix)]
use crate::common::cpu;
use gflow::flow::Run;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

fn command(folder: &Path, args: &[&str]) -> Command {
    every(folder, "20ms", args)
}

fn every(folder: &Path, time: &str, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gflow"));
    let base = ["run", "s.rhai", "--device", "cpu", "--out", "o", "--checkpoint", time];
    command.args(base).args(args).current_dir(folder).stderr(Stdio::piped());
    command
}

fn spawn(folder: &Path, args: &[&str]) -> Child {
    command(folder, args).spawn().unwrap()
}

fn said(out: &Output) -> String {
    String::from_utf8_lossy(&out.stderr).into_owned()
}

fn wait_for(what: &str, mut there: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !there() {
        assert!(begun.elapsed() < Duration::from_secs(60), "{what}: not after a minute");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// What must not depend on when a run was killed: everything but the seconds it took.
fn identity(folder: &Path) -> (Vec<u8>, serde_json::Value) {
    let run = Run::load(folder, &cpu().device).unwrap();
    let arrays = std::fs::read(folder.join("arrays.npz")).unwrap();
    let mut json: serde_json::Value = serde_json::from_slice(&std::fs::read(folder.join("run.json")).unwrap()).unwrap();
    json["seconds"] = 0.into();
    let columns = json["history"]["columns"].as_array_mut().into_iter().flatten();
    columns.filter(|c| c[0] == "seconds").for_each(|c| c[1] = 0.into());
    assert_eq!(run.ending, "finished");
    (arrays, json)
}

/// Where two values differ, and in what: the first five of the places.
fn differences(found: &serde_json::Value, expected: &serde_json::Value) -> Vec<String> {
    use serde_json::Value::{Array, Object};
    let inside = |at: &str, more: Vec<String>| more.into_iter().map(|d| format!("{at}.{d}")).collect::<Vec<_>>();
    let all: Vec<String> = match (found, expected) {
        (Object(a), Object(b)) if a.keys().eq(b.keys()) => {
            a.iter().flat_map(|(k, v)| inside(k, differences(v, &b[k]))).collect()
        }
        (Array(a), Array(b)) if a.len() == b.len() => {
            let each = a.iter().zip(b).enumerate();
            each.flat_map(|(i, (a, b))| inside(&i.to_string(), differences(a, b))).collect()
        }
        _ if found == expected => vec![],
        _ => vec![format!(" {found} is not {expected}")],
    };
    all.into_iter().take(5).collect()
}

const SAMPLES: &str = "let p = data::gaussian(200, 2, #{ std: 0.5 }); let q = data::ring(200);";

/// Ten kinds of flow, each of about a second.
const FLOWS: [(&str, &str); 10] = [
    ("a critic", "gpa(kl().regularized(lipschitz(1.0))).run(p, q, #{ steps: 250, snapshots: 5 })"),
    (
        "minibatches",
        "gpa(alpha(2.0).regularized(lipschitz(1.0)), #{ batch: 64, dt: 0.1 }).run(p, q, #{ steps: 900, snapshots: 3 })",
    ),
    (
        "an adaptive scheme",
        "gpa(kl().regularized(lipschitz(1.0)), #{ integrator: \"adaptive\" }).run(p, q, #{ steps: 120 })",
    ),
    ("a kernel", "mmd_flow(gaussian_kernel(1.0), #{ noise: 0.1 }).run(p, q, #{ steps: 1500, record_every: 7 })"),
    ("kale", "kale_flow(gaussian_kernel(1.0)).run(p, q, #{ steps: 600 })"),
    ("a generator", "w2_fe(#{ generator: mlp([32, 32]) }).run(p, q, #{ steps: 150, snapshots: 4 })"),
    ("a gan", "gan(js().regularized(lipschitz(1.0))).run(p, q, #{ steps: 150 })"),
    ("langevin", "langevin(|x| -(x[0]^2 + x[1]^2)/2).run(p, q, #{ steps: 3000 })"),
    ("transport", "gradient_flow(sinkhorn(0.1)).run(p, q, #{ steps: 60 })"),
    ("two parts", "let a = gpa(kl().regularized(lipschitz(1.0))).run(p, q, #{ steps: 120 }); a.resume(120)"),
];

/// Starts a script again and again and kills it after a time that grows, until it comes to its end by itself.
fn killed_often(folder: &Path, mut time: Duration, growth: f64) -> usize {
    let mut kills = 0;
    loop {
        let resume: &[&str] =
            if folder.join("o/run/manifest.txt").exists() || folder.join("o/.run.before/manifest.txt").exists() {
                &["--resume", "--quiet"]
            } else {
                &["--quiet"]
            };
        let mut child = spawn(folder, resume);
        let begun = Instant::now();
        let ended = loop {
            match child.try_wait().unwrap() {
                Some(status) => break Some(status),
                None if begun.elapsed() > time => break None,
                None => std::thread::sleep(Duration::from_millis(1)),
            }
        };
        match ended {
            Some(status) => {
                let out = child.wait_with_output().unwrap();
                assert!(status.success(), "{}", said(&out));
                return kills;
            }
            None => {
                child.kill().unwrap();
                child.wait().unwrap();
                kills += 1;
            }
        }
        time = time.mul_f64(growth);
        assert!(kills < 100, "it never ends");
    }
}

/// Kill −9 at any moment: what goes on ends where an undisturbed run ends, with its history, its snapshots and its critics. With
/// GFLOW_KILLS=200 as often as that.
#[test]
fn killed_runs_go_on_bit_for_bit() {
    let wanted = std::env::var("GFLOW_KILLS").ok().and_then(|n| n.parse::<usize>().ok()).unwrap_or(0);
    for (i, (name, script)) in FLOWS.iter().enumerate() {
        let whole = tempfile::tempdir().unwrap();
        std::fs::write(whole.path().join("s.rhai"), format!("{SAMPLES}{script}")).unwrap();
        let out = every(whole.path(), "off", &["--quiet"]).output().unwrap();
        assert!(out.status.success(), "{name}: {}", said(&out));
        let expected = identity(&whole.path().join("o/run"));
        let (mut kills, mut sooner) = (0, 1.0);
        loop {
            let dir = tempfile::tempdir().unwrap();
            std::fs::write(dir.path().join("s.rhai"), format!("{SAMPLES}{script}")).unwrap();
            // other moments at each attempt
            let first = Duration::from_millis(150 + (37 * (i + kills) as u64) % 200).mul_f64(sooner);
            let here = killed_often(dir.path(), first, 1.3);
            kills += here;
            // a fast machine has come to the end by then
            sooner *= if here == 0 { 0.7 } else { 1.0 };
            let found = identity(&dir.path().join("o/run"));
            assert!(found.0 == expected.0, "{name}: other arrays after {kills} kills");
            let other: Vec<String> = differences(&found.1, &expected.1);
            assert!(other.is_empty(), "{name} after {kills} kills: {}", other.join(", "));
            if kills * FLOWS.len() >= wanted {
                break;
            }
        }
    }
}

/// A run that never ends.
const ENDLESS: &str =
    "gpa(kl().regularized(lipschitz(1.0))).run(data::gaussian(200, 2), data::ring(200), #{ steps: 1000000 })";

fn killed_once(dir: &Path) {
    std::fs::write(dir.join("s.rhai"), ENDLESS).unwrap();
    let mut child = spawn(dir, &["--quiet"]);
    wait_for("two checkpoints", || {
        dir.join("o/.run.before/manifest.txt").exists() && dir.join("o/run/manifest.txt").exists()
    });
    child.kill().unwrap();
    child.wait().unwrap();
}

fn interrupted(mut child: Child) -> Output {
    std::thread::sleep(Duration::from_millis(400));
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    let _ = child.wait();
    child.wait_with_output().unwrap()
}

/// The last two are kept; where the newest is damaged the one before it is taken, and both are said.
#[test]
fn a_damaged_checkpoint_leaves_the_one_before() {
    let dir = tempfile::tempdir().unwrap();
    killed_once(dir.path());
    let arrays = dir.path().join("o/run/arrays.npz");
    if arrays.exists() {
        let mut bytes = std::fs::read(&arrays).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(&arrays, bytes).unwrap();
    }
    let out = interrupted(spawn(dir.path(), &["--resume"]));
    let said = said(&out);
    assert!(said.contains("it is not what was saved") && said.contains("the one kept before it is taken"), "{said}");
    assert!(said.contains("resumed from o/run at step"), "{said}");
}

/// A run starts anew where one was broken off: it is said. What an earlier run said of the folder goes when another is kept there.
#[test]
fn what_is_broken_off_is_said() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("o")).unwrap();
    std::fs::write(dir.path().join("o/run.json"), "{}").unwrap();
    killed_once(dir.path());
    assert!(!dir.path().join("o/run.json").exists());
    let out = interrupted(spawn(dir.path(), &[]));
    let said = said(&out);
    assert!(
        said.contains("holds a run that was broken off after") && said.contains("--resume goes on with it"),
        "{said}"
    );
}

/// Where it cannot be kept, a run goes on and says so once; kept again, it says that, too.
#[test]
fn a_run_that_cannot_be_kept_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("s.rhai"), ENDLESS).unwrap();
    std::fs::create_dir(dir.path().join("o")).unwrap();
    let in_the_way = dir.path().join("o/.run.new");
    std::fs::write(&in_the_way, "").unwrap();
    let child = spawn(dir.path(), &[]);
    std::thread::sleep(Duration::from_millis(700));
    std::fs::remove_file(&in_the_way).unwrap();
    wait_for("a checkpoint", || dir.path().join("o/run/manifest.txt").exists());
    let said = said(&interrupted(child));
    assert_eq!(said.matches("the run goes on, but it is not kept").count(), 1, "{said}");
    assert!(said.contains("move it") && said.contains("the run is kept again"), "{said}");
}

/// Two programs on one folder do not mix their runs: the second does not begin.
#[test]
fn one_folder_one_program() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("s.rhai"), ENDLESS).unwrap();
    let first = spawn(dir.path(), &["--quiet"]);
    wait_for("the first", || dir.path().join("o/run/manifest.txt").exists());
    let second = command(dir.path(), &["--quiet"]).output().unwrap();
    assert_eq!(second.status.code(), Some(2), "{}", said(&second));
    assert!(said(&second).contains("another gflow writes there right now"), "{}", said(&second));
    assert_eq!(interrupted(first).status.code(), Some(130));
    let third = interrupted(spawn(dir.path(), &["--quiet", "--resume"]));
    assert_eq!(third.status.code(), Some(130), "{}", said(&third));
}
