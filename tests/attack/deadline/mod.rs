//! A deadline for every native function: at sizes that take seconds, an interrupt ends the program at once, with the code of
//! its signal and with what was recorded.
//!
//! The short form gives every case one signal, SIGINT and SIGTERM by turns, and a second, which a machine that builds
//! something beside may need. The long form gives it three of each and holds them to 150 ms, the median to 50.
//! A signal that was answered too late, but within five seconds, is sent again at the same moment of another run: a virtual
//! machine that first has to ask for its memory takes a second for half a gigabyte, and longer beside other tests. What is
//! deaf for longer is a fault at once: another run would be elsewhere at that moment.
#![cfg(unix)]
mod cases;

use super::long;
use cases::{AT_ONCE, CASES, Case};
use gflow::script::names;
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// How often a signal that was answered too late is tried again, unless it was later than the machine can be blamed for.
const AGAIN: usize = 3;
/// How often a signal comes later, three times as late, to a run that had not begun.
const LATER: usize = 3;
const HOPELESS: Duration = Duration::from_secs(5);

/// The last part of a name.
fn short(name: &str) -> &str {
    name.rsplit("::").next().unwrap_or(name)
}

/// A native function without a case is listed with a reason, and nothing is listed that there is not.
#[test]
fn every_native_function_has_a_deadline_or_a_reason() {
    let known: BTreeSet<String> = names::functions().into_iter().map(|n| short(&n).to_string()).collect();
    let tried: BTreeSet<&str> = CASES.iter().flat_map(|c| c.names).map(|n| short(n)).collect();
    let listed: BTreeSet<&str> = AT_ONCE.iter().flat_map(|(_, names)| *names).map(|n| short(n)).collect();
    let missing: Vec<&String> =
        known.iter().filter(|n| !tried.contains(n.as_str()) && !listed.contains(n.as_str())).collect();
    assert!(
        missing.is_empty(),
        "a case of tests/attack/deadline/cases.rs, or a reason there, is missing for {missing:?}"
    );
    for name in listed {
        assert!(known.contains(name), "{name} is listed, but there is no such function");
    }
}

/// Files that readers are busy with: zeros that take no room on the disk, and rows.
fn files(folder: &Path) {
    let sparse = |name: &str, head: &[u8], len: u64| {
        let mut file = std::fs::File::create(folder.join(name)).unwrap();
        file.write_all(head).unwrap();
        file.set_len(head.len() as u64 + len).unwrap();
    };
    let (n, d) = (40_000u32, 784u32);
    let mut head = vec![0, 0, 8, 2];
    head.extend([n, d].iter().flat_map(|v| v.to_be_bytes()));
    sparse("zeros.idx", &head, u64::from(n) * u64::from(d));
    let mut text = "{'descr': '<f8', 'fortran_order': True, 'shape': (2000000, 20), }".to_string();
    text += &" ".repeat(63 - (10 + text.len()) % 64);
    text.push('\n');
    let mut head = b"\x93NUMPY\x01\x00".to_vec();
    head.extend((text.len() as u16).to_le_bytes());
    head.extend(text.as_bytes());
    sparse("zeros.npy", &head, 8 * 2_000_000 * 20);
    sparse("zeros.bin", &[], 3073 * 20_000);
    sparse("hundred.bin", &[], 3074 * 20_000);
    let header = r#"{"x":{"dtype":"F64","shape":[2000000,20],"data_offsets":[0,320000000]}}"#;
    let head = [&(header.len() as u64).to_le_bytes()[..], header.as_bytes()].concat();
    sparse("zeros.safetensors", &head, 8 * 2_000_000 * 20);
    std::fs::create_dir(folder.join("pictures")).unwrap();
    let png = crate::truth::formats::file("rgb.png");
    (0..2000).for_each(|i| {
        std::fs::copy(&png, folder.join(format!("pictures/{i}.png"))).unwrap();
    });
    std::fs::write(folder.join("rows.csv"), "0.5,1.25,-3.0e-2\n".repeat(1_000_000)).unwrap();
}

/// What became of one signal.
struct Outcome {
    /// from the signal to the end
    took: Duration,
    code: Option<i32>,
    kept: bool,
    said: String,
}

fn attempt(case: &Case, files: &Path, signal: &str, lead: Duration) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    let script = format!("{}\nprint(\"busy\");\nloop {{ {} }}", case.setup, case.call);
    std::fs::write(folder.path().join("s.rhai"), script).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_gflow"))
        .arg("run")
        .arg(folder.path().join("s.rhai"))
        .args(["--device", "cpu", "--quiet", "--out"])
        .arg(folder.path().join("o"))
        .current_dir(files)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let keyboard = child.stdin.take();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    // what the script writes has to go somewhere
    let drain = std::thread::spawn(move || std::io::copy(&mut out, &mut std::io::sink()));
    std::thread::sleep(lead);
    let killed = Instant::now();
    assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
    let code = child.wait().unwrap().code();
    let took = killed.elapsed();
    drop(keyboard);
    let mut said = String::new();
    std::io::Read::read_to_string(&mut child.stderr.take().unwrap(), &mut said).unwrap();
    drain.join().unwrap().unwrap();
    let run = folder.path().join("o/run/run.json");
    let kept = !case.keeps || std::fs::read_to_string(run).is_ok_and(|t| t.contains("interrupted"));
    Outcome { took, code, kept, said }
}

/// The quickest answer of some tries, or the first wrong one.
fn answered(case: &Case, files: &Path, (signal, code, lead): (&str, i32, Duration), most: u64) -> Outcome {
    let mut lead = lead;
    let mut best = attempt(case, files, signal, lead);
    for _ in 0..LATER {
        // on a busy machine the signal may come before the run has begun, which then leaves none
        if best.code == Some(code) && !best.kept {
            lead *= 3;
            best = attempt(case, files, signal, lead);
        }
    }
    for _ in 0..AGAIN {
        let right = |o: &Outcome| o.code == Some(code) && o.kept;
        if !right(&best) || best.took <= Duration::from_millis(most) || best.took > HOPELESS {
            break;
        }
        let again = attempt(case, files, signal, lead);
        if !right(&again) || again.took < best.took || again.took > HOPELESS {
            best = again;
        }
    }
    best
}

/// Signals and their codes, and how long after the call began each comes.
fn shots(i: usize) -> Vec<(&'static str, i32, Duration)> {
    let by_turns = [("-INT", 130), ("-TERM", 143)];
    if long() {
        let leads = [120u64, 350, 800];
        return leads.iter().flat_map(|l| by_turns.map(|(s, c)| (s, c, Duration::from_millis(*l)))).collect();
    }
    let (signal, code) = by_turns[i % 2];
    vec![(signal, code, Duration::from_millis(200))]
}

#[test]
fn everything_native_hears_an_interrupt() {
    let folder = tempfile::tempdir().unwrap();
    files(folder.path());
    let only = std::env::var("GFLOW_DEADLINE").unwrap_or_default();
    let (most, middle) = if long() { (150, 50) } else { (1000, 250) };
    let (next, results) = (AtomicUsize::new(0), Mutex::new(vec![]));
    // one at a time where the time counts, two where only the answer does
    std::thread::scope(|s| {
        for _ in 0..if long() { 1 } else { 2 } {
            s.spawn(|| {
                while let Some((i, case)) = CASES.iter().enumerate().nth(next.fetch_add(1, Ordering::SeqCst)) {
                    if !case.names.iter().any(|n| n.contains(&only)) {
                        continue;
                    }
                    for (signal, code, lead) in shots(i) {
                        let o = answered(case, folder.path(), (signal, code, lead), most);
                        results.lock().unwrap().push((case, signal, code, o));
                    }
                }
            });
        }
    });
    let mut results = results.into_inner().unwrap();
    results.sort_by_key(|r| r.3.took);
    let (mut faults, mut worst) = (vec![], String::new());
    for (case, signal, code, o) in results.iter().rev() {
        let fault = if o.code != Some(*code) {
            format!("ended with {:?} instead of {code}: {}", o.code, o.said)
        } else if !o.kept {
            "kept no run".into()
        } else if o.took > Duration::from_millis(most) {
            format!("took {} ms", o.took.as_millis())
        } else {
            String::new()
        };
        worst += &format!("{:>6} ms {signal} {:?} {}\n", o.took.as_millis(), case.names, case.call);
        if !fault.is_empty() {
            faults.push(format!("{signal} {:?}: {fault}\n    {}", case.names, case.call));
        }
    }
    let median = results.get(results.len() / 2).map_or(0, |r| r.3.took.as_millis() as u64);
    if long() || !only.is_empty() {
        println!("{worst}{} signals, median {median} ms, {} faults", results.len(), faults.len());
    }
    assert!(faults.is_empty(), "{} of {} signals:\n{}", faults.len(), results.len(), faults.join("\n"));
    assert!(median <= middle, "the median is {median} ms");
}
