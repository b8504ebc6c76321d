//! Damaged files through the program: `io::load` and `data::idx` in scripts that catch their errors, a hundred files a run.
use super::engine::Target;
use super::files::{Csv, File, Idx, Npy, Npz};
use super::mutate::Mutator;
use crate::attack::long;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const FILES: usize = 100;
/// A run reads its hundred files in a second; what takes this long does not end.
const DEADLINE: Duration = Duration::from_secs(120);

/// A script that loads every file, and says what happened.
const SCRIPT: &str = r#"
for i in 0..100 {
    try {
        let name = `f${i}.` + ["npy", "npz", "csv", "idx"][i % 4];
        let p = if i % 4 == 3 { data::idx(name).points } else { io::load(name) };
        print(`${i} points ${p.len()} ${p.dim()}`);
    } catch (e) { print(`${i} error ${e}`); }
}
"#;

fn fill(folder: &Path, m: &mut Mutator) {
    let targets: [&dyn Target; 4] =
        [&Npy(File::new("npy")), &Npz(File::new("npz")), &Csv(File::new("csv")), &Idx(File::new("idx"))];
    for i in 0..FILES {
        let target = targets[i % 4];
        let input = m.mutate(&target.seeds(), target.words());
        std::fs::write(folder.join(format!("f{i}.{}", target.name())), target.mend(m, input)).unwrap();
    }
    std::fs::write(folder.join("load.rhai"), SCRIPT).unwrap();
}

/// Runs the script; its output.
fn load(folder: &Path) -> String {
    let (out, err) = (folder.join("stdout"), folder.join("stderr"));
    let mut child = Command::new(env!("CARGO_BIN_EXE_gflow"))
        .args(["run", "load.rhai", "--device", "cpu", "--quiet"])
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(std::fs::File::create(&out).unwrap())
        .stderr(std::fs::File::create(&err).unwrap())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if begun.elapsed() > DEADLINE {
            child.kill().unwrap();
            panic!("the files of {} are not read after {DEADLINE:?}", folder.display());
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    let (out, err) = [out, err].map(|p| String::from_utf8_lossy(&std::fs::read(p).unwrap()).into_owned()).into();
    assert!(status.success() && err.is_empty(), "{status} in {}: {err}\n{out}", folder.display());
    out
}

#[test]
fn damaged_files_through_the_program() {
    let runs = if long() { 100 } else { 3 };
    let (mut m, mut points) = (Mutator::new(13), 0);
    for _ in 0..runs {
        let folder = tempfile::tempdir().unwrap();
        fill(folder.path(), &mut m);
        // kept where something is wrong
        let folder = folder.keep();
        let out = load(&folder);
        let lines: Vec<&str> = out.lines().collect();
        assert_eq!(lines.len(), FILES, "{out}");
        for (i, line) in lines.iter().enumerate() {
            let loaded = line.starts_with(&format!("{i} points "));
            points += usize::from(loaded);
            let refused = line.starts_with(&format!("{i} error cannot read `f{i}.")) && line.chars().count() < 700;
            assert!(loaded || refused, "{}: {line}", folder.display());
        }
        std::fs::remove_dir_all(&folder).unwrap();
    }
    println!("{} damaged files, {points} of them still points", runs * FILES);
    // were all of them refused, nothing of what is behind the first check would have been tried
    assert!(points > 0);
}
