//! `sweep(|p| …)`: what a closure takes along into other processes, what comes back, and what is refused.
use crate::common::session_in;
use gflow::study::{Outcome, Plan};
use std::path::Path;

/// What a script says that runs below a folder.
fn said(folder: &Path, script: &str) -> String {
    let (mut s, r) = session_in(Some(folder.into()), &[]);
    let _ = s.eval("t", script);
    r.text()
}

fn says(script: &str, expected: &str) {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(said(folder.path(), script), expected, "{script}");
}

#[test]
fn closures_take_along_what_they_name() {
    for (script, expected) in [
        ("sweep(|p| p.x**2, #{ grid: #{ x: [1, 2, 3] } }).value", "[1.0, 4.0, 9.0]"),
        // variables, also those that a function reads, as they are when it begins
        ("let k = 1; fn f(x) { x*k } k = 3; sweep(|p| f(p.x), #{ grid: #{ x: [1, 2] } }).value", "[3.0, 6.0]"),
        ("fn f(p) { 2*p.x } sweep(Fn(\"f\"), #{ grid: #{ x: 1.5 } }).value", "[3.0]"),
        ("let make = |a| |p| a*p.x; let f = make.call(5); sweep(f, #{ grid: #{ x: [1, 2] } }).value", "[5.0, 10.0]"),
        ("let fs = [|x| x + 1, |x| x**2]; sweep(|p| fs[p.k].call(3), #{ grid: #{ k: [0, 1] } }).value", "[4.0, 9.0]"),
        (
            "let m = #{ a: [1.5, \"ü\\\"\", ()], b: true }; sweep(|p| m.a.len() + 10*m.a[1].len() + (if m.b { 100 } else { 0 }), #{}).value",
            "[123.0]",
        ),
        // numbers to the last digit, points and tables as files
        (
            "let x = 1.0/3.0; let q = points([[x, 1e-300]]); sweep(|p| q[0][0] - 1.0/3.0 + q[0][1]/1e-300, #{}).value",
            "[1.0]",
        ),
        (
            "let t = table(#{ g: [\"a\", \"b\"], v: [1, 2] }); sweep(|p| t.filter(|r| r.g == p.g).v[0], #{ grid: #{ g: [\"b\", \"a\"] } }).value",
            "[2.0, 1.0]",
        ),
        // what options make, by its statement
        (
            "let l = 2.0; let d = kl().regularized(lipschitz(l)); sweep(|p| d.name().len(), #{}).value[0] == d.name().len()",
            "true",
        ),
        (
            "sweep(|p| (if p.b { 1 } else { 0 }) + (if p.s == \"x\" { 2 } else { 0 }), #{ grid: #{ b: [true, false], s: [\"x\"] } }).value",
            "[3.0, 2.0]",
        ),
        ("sweep(|p| { record(\"own\", p.x); }, #{ grid: #{ x: [7] } }).own", "[7.0]"),
        // the seed is that of the job
        ("let v = sweep(|p| random::uniform(1)[0], #{ seeds: 3 }).value; unique(v).len()", "3"),
        ("let v = sweep(|p| p.x, #{ random: #{ x: \"int:1..3\" }, samples: 9 }).value; v.sort(); v", "[1.0, 2.0, 3.0]"),
    ] {
        says(script, expected);
    }
}

#[test]
fn what_cannot_be_run_elsewhere_is_refused() {
    let run = "let run = mmd_flow(gaussian_kernel(1.0)).run(data::ring(9), data::ring(9), #{ steps: 1, live: false });";
    for (script, expected) in [
        (
            format!("{run} sweep(|p| run.history.len(), #{{}})"),
            "`run`, of type Run, cannot be given to another process",
        ),
        ("let d = kl(); d = chi2(); sweep(|p| d.name().len(), #{})".into(), "`d`, of type Generator, cannot be given"),
        ("sweep(|p| p.f, #{ grid: #{ f: [kl()] } })".into(), "a Generator is no value of a parameter"),
        ("sweep(|p| p.x, #{ grid: #{ x: [] } })".into(), "the list is empty"),
        ("sweep(|p| p.x, #{ grid: #{ x: [1, \"a\"] } })".into(), "of several types"),
        ("sweep(|p| p.x, #{ grid: #{ x: [1, 1.0] } })".into(), "is there twice"),
        ("sweep(|p| p.x, #{ grid: #{ x: [0.0/0.0] } })".into(), "not finite"),
        ("sweep(|p| p.x, #{ grid: [1] })".into(), "expected a map of lists"),
        ("sweep(|p| p.x, #{ random: #{ x: \"log:1..2\" } })".into(), "belong together"),
        ("sweep(|p| p.x, #{ random: #{ x: \"lag:1..2\" }, samples: 2 })".into(), "no law `lag`"),
        ("sweep(|p| p.y, #{ grid: #{ x: [1] } })".into(), "job x=1, seed 0 failed: the map has no `y`"),
        ("sweep(|p| sweep(|q| 1, #{}), #{})".into(), "begins no other study"),
        ("sweep(|p| p.x, #{ grid: #{ x: [1] }, seeds: 0 })".into(), "seeds"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let text = said(folder.path(), &script);
        assert!(text.contains(expected), "{script}: {text}");
    }
}

#[test]
fn what_is_done_is_taken_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let study = folder.path().join("s");
    let script = |factor: &str, values: &str, more: &str| {
        let grid = format!("grid: #{{ x: [{values}] }}, name: \"s\"{more}");
        said(folder.path(), &format!("let k = {factor}; sweep(|p| k*p.x, #{{ {grid} }}).value"))
    };
    let began = || -> Vec<f64> {
        let jobs = Plan::read(&study).unwrap().jobs().unwrap();
        jobs.iter().map(|j| Outcome::read(&j.place(&study)).unwrap().unwrap().started).collect()
    };
    assert_eq!(script("2", "1, 2", ""), "[2.0, 4.0]");
    let first = began();
    assert_eq!(script("2", "1, 2, 3", ""), "[2.0, 4.0, 6.0]");
    assert_eq!(began()[..2], first[..]);
    // another value that it holds makes other jobs, and this is said
    assert_eq!(script("5", "1, 2", ""), "[5.0, 10.0]");
    assert!(began()[0] > first[0]);
    assert_eq!(script("5", "1, 2", ", again: true"), "[5.0, 10.0]");
    // one that failed is run again; others go on where they are asked to
    let fails = "sweep(|p| if p.x == 1 { throw \"one\" } else { p.x }, #{ grid: #{ x: [1, 2] }, name: \"s\", keep_going: true }).value";
    assert_eq!(said(folder.path(), fails), "[NaN, 2.0]");
    // somebody's files are not touched: what an earlier closure took along goes, nothing else does
    let own = folder.path().join("s/given/own.csv");
    let take = |x: &str| {
        said(folder.path(), &format!("let q = points([[{x}]]); sweep(|p| q[0][0], #{{ name: \"s\" }}).value"))
    };
    assert_eq!(take("1"), "[1.0]");
    std::fs::write(&own, "1,2").unwrap();
    assert_eq!(take("2"), "[2.0]");
    assert!(own.exists() && std::fs::read_dir(folder.path().join("s/given")).unwrap().count() == 2);
    std::fs::create_dir_all(folder.path().join("mine")).unwrap();
    std::fs::write(folder.path().join("mine/sweep.rhai"), "print(1)").unwrap();
    let text = said(folder.path(), "sweep(|p| 1, #{ name: \"mine\" })");
    assert!(text.contains("none of its own: another name"), "{text}");
    // the folder of another study is not written over
    let plan = folder.path().join("other");
    std::fs::create_dir_all(&plan).unwrap();
    std::fs::write(folder.path().join("a.rhai"), "record(\"a\", param(\"x\", 1));").unwrap();
    let script = gflow::study::Script::new(folder.path().join("a.rhai"), "", &[], None);
    Plan::new(vec![script], 1).write(&plan).unwrap();
    let text = said(folder.path(), "sweep(|p| p.x, #{ grid: #{ x: [1] }, name: \"other\" })");
    assert!(text.contains("other is a study of") && text.contains("a.rhai: another name"), "{text}");
}
