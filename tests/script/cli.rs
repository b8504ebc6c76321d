//! The binary: exit codes, streams, files left behind.
use std::path::Path;
use std::process::{Command, Output};

fn gflow(args: &[&str], folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_gflow")).args(args).current_dir(folder).output().unwrap()
}

fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).unwrap();
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn exit_codes_and_streams() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "ok.rhai", "print(1/2); 7");
    write(dir.path(), "bad.rhai", "print(\"before\");\nlet a = [1];\na[3]");
    write(
        dir.path(),
        "diverge.rhai",
        "gpa(chi2().regularized(lipschitz(1.0)), #{ dt: 1e30, critic: mlp([8], #{ constraint: \"none\" }) }).run(data::gaussian(20, 2), data::ring(20), #{ steps: 50, record_every: 1 })",
    );
    let ok = gflow(&["run", "ok.rhai", "--device", "cpu"], dir.path());
    assert_eq!((ok.status.code(), text(&ok.stdout)), (Some(0), "0.5\n7\n".into()));
    assert!(text(&ok.stderr).contains("device: cpu"));
    let quiet = gflow(&["run", "ok.rhai", "--quiet"], dir.path());
    assert_eq!(text(&quiet.stderr), "");
    let bad = gflow(&["run", "bad.rhai", "--quiet"], dir.path());
    assert_eq!((bad.status.code(), text(&bad.stdout)), (Some(1), "before\n".into()));
    assert!(
        text(&bad.stderr).contains("bad.rhai:3:3") && text(&bad.stderr).contains("index 3"),
        "{}",
        text(&bad.stderr)
    );
    for (args, code) in [
        (vec!["run", "missing.rhai"], 2),
        (vec!["run", "ok.rhai", "--device", "gpu9"], 2),
        (vec!["run", "ok.rhai", "--set", "novalue"], 2),
        (vec!["run", "ok.rhai", "--frobnicate"], 2),
        (vec!["run", "ok.rhai", "--out", "/proc/nope"], 2),
        (vec!["run", "diverge.rhai", "--out", "kept"], 3),
        (vec!["list", "nothing"], 2),
        (vec!["help", "nothing_at_all"], 2),
        (vec!["list"], 0),
        (vec!["list", "plot"], 0),
        (vec!["help", "kl"], 0),
        (vec!["info"], 0),
        (vec!["completions", "bash"], 0),
        (vec!["man"], 0),
        (vec!["man", "sweep"], 0),
        (vec!["man", "swep"], 2),
    ] {
        let out = gflow(&args, dir.path());
        assert_eq!(out.status.code(), Some(code), "{args:?}: {}", text(&out.stderr));
    }
    // the diverged run left its records
    let kept: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(dir.path().join("kept/run.json")).unwrap()).unwrap();
    assert_eq!(kept["exit"], 3);
    assert!(dir.path().join("kept/run/arrays.npz").is_file());
}

#[test]
fn standard_input_json_and_parameters() {
    let dir = tempfile::tempdir().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_gflow"))
        .args(["run", "-", "--json", "--set", "n=5", "--set", "typo=1"])
        .current_dir(dir.path())
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(
        child.stdin.as_mut().unwrap(),
        b"print(param(\"n\", 1) + 1); plot::scatter(data::ring(9))",
    )
    .unwrap();
    let out = child.wait_with_output().unwrap();
    let events: Vec<serde_json::Value> = text(&out.stdout).lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(events[0], serde_json::json!({ "event": "text", "value": "6" }));
    assert_eq!(events[1]["event"], "figure");
    assert!(dir.path().join(events[1]["value"].as_str().unwrap()).is_file());
    assert!(text(&out.stderr).contains("--set typo was not read"));
}

#[test]
fn out_and_resume() {
    let dir = tempfile::tempdir().unwrap();
    write(
        dir.path(),
        "s.rhai",
        "let q = data::ring(30); let run = gpa(kl().regularized(lipschitz(1.0))).run(data::gaussian(30, 2), q, #{ steps: param(\"steps\", 4), record_every: 1 }); run.steps",
    );
    for args in [
        vec!["run", "s.rhai", "--out", "a", "--set", "steps=9"],
        vec!["run", "s.rhai", "--out", "b"],
        vec!["run", "s.rhai", "--out", "b", "--resume", "--set", "steps=9"],
    ] {
        let out = gflow(&args, dir.path());
        assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
    }
    let arrays = |f: &str| {
        gflow::io::numpy::load_npz(&dir.path().join(f).join("run/arrays.npz"))
            .unwrap()
            .into_iter()
            .find(|a| a.0 == "particles")
            .unwrap()
    };
    assert_eq!(arrays("a"), arrays("b"));
    let json: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(dir.path().join("b/run.json")).unwrap()).unwrap();
    assert_eq!(json["parameters"]["steps"], "9");
    assert_eq!(json["device"]["name"], "cpu");
    assert_eq!(json["metrics"]["step"], 9.0);
}

#[cfg(unix)]
#[test]
fn ctrl_c_keeps_the_run() {
    let dir = tempfile::tempdir().unwrap();
    write(
        dir.path(),
        "long.rhai",
        "gpa(kl().regularized(lipschitz(1.0))).run(data::gaussian(200, 2), data::ring(200), #{ steps: 1000000 })",
    );
    let mut child = Command::new(env!("CARGO_BIN_EXE_gflow"))
        .args(["run", "long.rhai", "--out", "o", "--device", "cpu", "--quiet"])
        .current_dir(dir.path())
        .spawn()
        .unwrap();
    std::thread::sleep(std::time::Duration::from_millis(1500));
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let run = gflow::flow::Run::load(&dir.path().join("o/run"), &crate::common::cpu().device).unwrap();
    assert!(run.state.step > 0 && !run.history.is_empty() && run.ending == "interrupted");
}

/// Files that are not what they say: an error with the reason, never a panic.
#[test]
fn broken_files() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("empty.npy"), b"").unwrap();
    std::fs::write(dir.path().join("text.npy"), b"hello").unwrap();
    gflow::io::save(&gflow::dataset::Rows { data: vec![1.0; 200], n: 100, d: 2 }, &dir.path().join("cut.npy")).unwrap();
    let whole = std::fs::read(dir.path().join("cut.npy")).unwrap();
    std::fs::write(dir.path().join("cut.npy"), &whole[..whole.len() - 100]).unwrap();
    std::fs::write(dir.path().join("not.npz"), b"PK\x03\x04nonsense").unwrap();
    std::fs::write(dir.path().join("bad.csv"), "a,b\n1,2\n3,x\n").unwrap();
    std::fs::write(dir.path().join("ragged.csv"), "1,2\n3\n").unwrap();
    std::fs::write(dir.path().join("empty.csv"), "").unwrap();
    for name in ["empty.npy", "text.npy", "cut.npy", "not.npz", "bad.csv", "ragged.csv", "empty.csv"] {
        let e = gflow::io::load(&dir.path().join(name)).unwrap_err().to_string();
        assert!(e.contains(name), "{e}");
    }
    assert!(gflow::io::load(&dir.path().join("bad.csv")).unwrap_err().to_string().contains("line 3, column 2: `x`"));
    for name in ["a.npy", "a.npz", "a.csv"] {
        let rows = gflow::dataset::Rows { data: vec![1.5, -2.0, 3e-8, 4.0, 5.0, 6.0], n: 3, d: 2 };
        gflow::io::save(&rows, &dir.path().join(name)).unwrap();
        assert_eq!(gflow::io::load(&dir.path().join(name)).unwrap(), rows);
    }
}
