//! `gflow doctor`: everything gflow does, once, small, with the outcome of each.
use super::Exit;
use super::jupyter::{self, Kernel};
use super::streams::answer;
use crate::device::{self, Choice};
use crate::script::{Recorder, Session, SessionOptions};

/// A script that goes through every room.
const SCRIPT: &str = "
let f = f_divergence(\"check\", |x| x*ln(x) - x + 1);
let p = data::gaussian(40, 2);
let q = data::ring(40);
let run = gpa(f.regularized(lipschitz(1.0)), #{ dt: 0.5 }).run(p, q, #{ steps: 3, record_every: 1 });
metric::w2(run.particles, q)
";

fn check(choice: Choice) -> Result<String, String> {
    let compute = device::open(choice).map_err(|e| e.to_string())?;
    let what = compute.description.clone();
    let recorder = Recorder::default();
    let mut session = Session::new(SessionOptions::new(compute, recorder));
    session.eval("doctor", SCRIPT).map_err(|d| d.message).map(|_| what)
}

fn figure() -> Result<String, String> {
    let cloud = crate::plot::Cloud { name: "a".into(), rows: vec![0.0, 0.0, 1.0, 1.0], d: 2 };
    let f = crate::plot::scatter::scatter(&[cloud], &Default::default()).map_err(|e| e.to_string())?;
    let bytes = crate::plot::render::png(&f).map_err(|e| e.to_string())?;
    Ok(format!("PNG of {} bytes", bytes.len()))
}

fn folder() -> Result<String, String> {
    tempfile::NamedTempFile::new_in(".")
        .map(|_| "the current folder is writable".into())
        .map_err(|e| format!("the current folder is not writable: {e}"))
}

/// `gflow doctor`
pub fn doctor(kernel: Kernel) -> Exit {
    let results = [
        ("cpu: a flow from end to end", check(Choice::Cpu), true),
        ("wgpu: the same", check(Choice::Wgpu), false),
        ("figures", figure(), true),
        ("files", folder(), true),
        ("notebook kernel", jupyter::check(kernel), false),
        ("toolchain for Rust cells", jupyter::toolchain(), false),
    ];
    let mut exit = Exit::Ok;
    let mut text = String::new();
    for (name, result, needed) in results {
        let (mark, what) = match &result {
            Ok(w) => ("ok", w.clone()),
            Err(e) if needed => {
                exit = Exit::Device;
                ("FAILED", e.clone())
            }
            Err(e) if name.starts_with("wgpu") => ("absent", format!("{e} (not needed: the CPU serves)")),
            Err(e) => ("absent", format!("{e} (not needed for scripts)")),
        };
        text += &format!("{mark:<8} {name:<30} {what}\n");
    }
    match answer(text.trim_end()) {
        Exit::Ok => exit,
        lost => lost,
    }
}
