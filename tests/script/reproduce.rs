//! `gflow reproduce`: what --quick says of its numbers.
use std::process::{Command, Output};

const SCRIPT: &str = "// A claim that holds at full sizes.
let n = param(\"n\", 5000);
claim(\"size\", n, #{ at_least: 5000, paper: \"5000\" });
tabulate(\"SIZES\", \"of the script\", \"n\", n);";

#[test]
fn quick_sizes_are_not_passed_off_as_results() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("size.rhai"), SCRIPT).unwrap();
    let reproduce = |args: &[&str]| -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gflow"));
        command.args(["reproduce", "size.rhai", "--seeds", "1"]).args(args).current_dir(dir.path()).output().unwrap()
    };
    let quick = reproduce(&["--quick"]);
    let said = String::from_utf8_lossy(&quick.stdout).into_owned();
    assert!(quick.status.success(), "{said}");
    assert!(said.contains("they are no results") && said.contains("| not judged |"), "{said}");
    let job = std::fs::read_dir(dir.path().join("results-quick/jobs")).unwrap().next().unwrap().unwrap().path();
    let said_by_it = std::fs::read_to_string(job.join("log.txt")).unwrap();
    assert!(said_by_it.contains("size: 64 (quick sizes, not judged)"), "{said_by_it}");
    assert!(!said.contains('✓') && !said.contains('✗') && !said.contains("0/1"), "{said}");
    let table = std::fs::read_to_string(dir.path().join("results-quick/RESULTS.md")).unwrap();
    assert!(table.contains("they are no results") && table.contains("quick sizes, mean"), "{table}");
    let page = std::fs::read_to_string(dir.path().join("results-quick/SIZES.md")).unwrap();
    assert!(page.contains("they are no results") && page.contains("| of the script | 64 |"), "{page}");
    assert!(!dir.path().join("results-quick/RESULTS.tex").exists() && !dir.path().join("results").exists());
    // full sizes: judged, and nothing quick is written over them
    let full = reproduce(&[]);
    let page = std::fs::read_to_string(dir.path().join("results/SIZES.md")).unwrap();
    assert!(page.contains("## size") && page.contains("| of the script | 5000 |"), "{page}");
    assert!(String::from_utf8_lossy(&full.stdout).contains("| 1/1 |"));
    let before = std::fs::read(dir.path().join("results/RESULTS.md")).unwrap();
    let refused = reproduce(&["--quick", "--out", "results"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("of full sizes"));
    assert_eq!(std::fs::read(dir.path().join("results/RESULTS.md")).unwrap(), before);
    assert!(dir.path().join("results/RESULTS.tex").exists());
}
