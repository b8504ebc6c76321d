//! `gflow sweep` and `gflow collect`: what is done stays done, what was broken off goes on, what is wrong is said.
use gflow::study::{Outcome, Plan, jobs_of};
use gflow::table::Cell;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// Quick, and known by what it writes: the loss has its least at lr = 0.1.
const SCRIPT: &str = "let lr = param(\"lr\", 1.0); let f = param(\"f\", \"kl\");
if f == \"broken\" && param(\"mend\", 0) == 0 { throw \"f is broken\" }
record(\"loss\", (ln(lr) - ln(0.1)) ** 2 + (if f == \"kl\" { 0.0 } else { 1.0 }) + 0.01 * random::uniform(1)[0]);
claim(\"small\", lr, #{ at_most: 0.5 });";

/// A flow that takes long enough to be stopped on its way.
const FLOW: &str = "let n = param(\"n\", 60);
let run = gpa(kl().regularized(lipschitz(1.0))).run(data::gaussian(n, 2), data::moons(n), #{ steps: param(\"steps\", 120), live: false });
record(\"sum\", run.particles.col(0).sum());";

struct Lab(tempfile::TempDir);

impl Lab {
    fn new(script: &str) -> Lab {
        let lab = Lab(tempfile::tempdir().unwrap());
        lab.write("s.rhai", script);
        lab
    }
    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.0.path().join(name), text).unwrap();
    }
    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
    fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gflow"));
        command.args(line.split(' ')).current_dir(self.0.path()).env("NO_COLOR", "1").stdin(Stdio::null());
        command
    }
    fn run(&self, line: &str) -> (Option<i32>, String) {
        let Output { status, stdout, stderr } = self.command(line).output().unwrap();
        (status.code(), String::from_utf8_lossy(&stdout).into_owned() + String::from_utf8_lossy(&stderr).as_ref())
    }
    /// What runs, and is expected to say.
    fn says(&self, line: &str, code: i32, words: &[&str]) -> String {
        let (status, said) = self.run(line);
        assert_eq!(status, Some(code), "{line}: {said}");
        words.iter().for_each(|w| assert!(said.contains(w), "{line}: no `{w}` in\n{said}"));
        said
    }
    /// Outcomes by job, with the moments at which they began.
    fn outcomes(&self, study: &str) -> Vec<(String, Outcome)> {
        let plan = Plan::read(&self.path(study)).unwrap();
        let read = |place: &Path| Outcome::read(place).unwrap();
        let jobs = plan.jobs().unwrap().into_iter();
        jobs.filter_map(|j| read(&j.place(&self.path(study))).map(|o| (j.folder, o))).collect()
    }
}

#[test]
fn what_is_done_is_not_done_again() {
    let lab = Lab::new(SCRIPT);
    let sweep = "sweep s.rhai --grid lr=1e-2,0.1 --grid f=kl,js --seeds 2 --out study --device cpu";
    assert!(
        lab.says(&format!("{sweep} --dry-run"), 0, &["8 jobs: 8 waiting; 8 to run"]).contains("lr=1e-2 f=js, seed 1")
    );
    assert!(!lab.path("study").exists());
    lab.says(sweep, 0, &["8 jobs: 8 done", "[8/8]", "gflow collect study"]);
    let first: Vec<f64> = lab.outcomes("study").iter().map(|o| o.1.started).collect();
    lab.says(sweep, 0, &["8 jobs: 8 done"]);
    lab.says("sweep study", 0, &["8 jobs: 8 done"]);
    assert_eq!(lab.outcomes("study").iter().map(|o| o.1.started).collect::<Vec<_>>(), first);
    // more values: only these are run
    lab.says(&sweep.replace("0.1", "0.1,0.2"), 0, &["12 jobs: 12 done", "4 jobs to run"]);
    lab.says("sweep status study", 0, &["12 jobs: 12 done", "in the median"]);
    lab.says("sweep study --list", 0, &["0\tdone\tlr=1e-2 f=kl, seed 0", "11\tdone\tlr=0.2 f=js, seed 1"]);
    lab.says("sweep study --index 3", 0, &["done before"]);
    lab.says("sweep study --index 12", 2, &["numbers 0 to 11"]);
    // a changed script has other jobs
    lab.write("s.rhai", &format!("{SCRIPT}\nrecord(\"new\", 1);"));
    lab.says("sweep study", 2, &["has changed since this study was planned"]);
    lab.says(sweep, 0, &["note: 12 jobs in study are of the script as it was before it changed", "8 jobs: 8 done"]);
}

#[test]
fn numbers_are_collected() {
    let lab = Lab::new(SCRIPT);
    lab.says("sweep s.rhai --grid lr=1e-2,0.1,1 --grid f=kl,js --seeds 6 --out study --device cpu --quiet", 0, &[]);
    let text = lab.says(
        "collect study --metric loss --rows rows.parquet --figure f.png --by lr,f",
        0,
        &["least: lr=0.1 f=kl, loss 0.00"],
    );
    // six pairs of one sign: p = 2/64, times five comparisons
    assert!(text.contains("0.156"), "{text}");
    assert!(std::fs::read(lab.path("f.png")).unwrap().len() > 5000);
    let rows = gflow::io::load_table(&lab.path("rows.parquet"), &Default::default()).unwrap().table;
    assert_eq!(rows.rows(), 36);
    for name in ["lr", "f", "loss", "small", "seed", "seconds", "machine", "state"] {
        assert!(rows.column(name).is_some(), "{name} of {:?}", rows.names().collect::<Vec<_>>());
    }
    let loss = rows.column("loss").unwrap().cell(2);
    assert!(matches!(loss, Cell::Number(v) if (0.0..0.01).contains(&v)), "{loss:?}");
    lab.says("collect study --metric loss --mean --format latex", 0, &["\\begin{tabular}{rlrrrr}"]);
    lab.says(
        "collect study --metric loss --format csv",
        0,
        &["lr,f,runs,median,lower quarter,upper quarter,p against the best"],
    );
    lab.says("collect study --metric los", 2, &["it has no column `los`", "did you mean `loss`?"]);
    lab.says("collect study --metric loss --by f --figure g.svg", 2, &["none is a number"]);
    lab.says("collect none", 2, &["is no study", "gflow sweep SCRIPT --out none"]);
    lab.write("t.rhai", "let t = study(\"study\"); print(t.group(\"lr\").median(\"loss\").sort(\"loss\").lr[0]);");
    lab.says("run t.rhai --device cpu", 0, &["0.1"]);
}

#[test]
fn failures_are_listed_and_run_again_alone() {
    let lab = Lab::new(SCRIPT);
    let sweep = "sweep s.rhai --grid f=broken,kl --seeds 3 --out study --device cpu --jobs 1";
    lab.says(sweep, 1, &["failed: f is broken", "5 were not begun: --keep-going", "6 jobs: 1 failed, 5 waiting"]);
    lab.says(&format!("{sweep} --keep-going"), 1, &["6 jobs: 3 done, 3 failed", "log.txt", "--failed runs them again"]);
    lab.says("sweep status study", 0, &["0 f=broken, seed 0: f is broken"]);
    lab.says("collect study --metric loss --by f", 0, &["3 jobs failed", "without"]);
    let began = |f: &str| {
        let all = lab.outcomes("study").into_iter().filter(|o| o.0.contains(f));
        all.map(|o| o.1.started).fold(0.0, f64::max)
    };
    let before = (began("f=kl"), began("f=broken"));
    lab.says("sweep study --failed", 1, &["3 jobs to run", "3 failed"]);
    assert_eq!(began("f=kl"), before.0);
    assert!(began("f=broken") > before.1);
}

#[test]
fn what_is_wrong_is_said_before_anything_runs() {
    let lab = Lab::new(SCRIPT);
    for (line, words) in [
        ("sweep s.rhai --grid lt=1,2", "s.rhai has no param(\"lt\", …): it reads f, lr, mend; did you mean `lr`?"),
        ("sweep s.rhai --grid lr=", "a value is empty"),
        ("sweep s.rhai --grid lr=1,1.0", "is there twice"),
        ("sweep s.rhai --grid lr", "expected NAME=VALUE"),
        ("sweep s.rhai --random lr=log:0..1 --samples 3", "above 0"),
        ("sweep s.rhai --random lr=log:1..2", "--random needs --samples N"),
        ("sweep s.rhai --set lr=1 --grid lr=1,2", "`lr` is given twice"),
        ("sweep none.rhai --grid lr=1,2", "none.rhai"),
        ("sweep . --seeds 2", "the folder of no study"),
        ("sweep s.rhai --seeds 0", "0 is not in 1.."),
        ("sweep s.rhai --slurm --wrap", "--wrap is set by gflow"),
        ("sweep status .", "is no study"),
    ] {
        lab.says(line, 2, &[words]);
    }
    assert!(!lab.path("s").exists());
    // letters that no file name has, and a script that reads what it names itself
    lab.write("s.rhai", "let name = \"a b\"; record(\"length\", param(name, \"\").len());");
    let mut odd = lab.command("sweep s.rhai --out st --device cpu");
    let out = odd.args(["--grid", "a b=../x,/y z,ü"]).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    assert_eq!(std::fs::read_dir(jobs_of(&lab.path("st"))).unwrap().count(), 3);
    lab.says("collect st", 0, &["../x", "/y z"]);
    let later = std::fs::read_to_string(lab.path("st/study.json")).unwrap().replace("\"form\": 1", "\"form\": 7");
    std::fs::write(lab.path("st/study.json"), later).unwrap();
    lab.says("sweep st", 2, &["has form 7, this program reads 1"]);
    lab.says("sweep s.rhai --out st", 2, &["later gflow"]);
}

#[test]
fn files_that_changed_are_read_again() {
    let lab = Lab::new("record(\"n\", io::load(\"x.csv\").len() + param(\"k\", 0));");
    lab.write("x.csv", "1,2\n3,4\n");
    let sweep = "sweep s.rhai --grid k=0,1 --out study --device cpu";
    lab.says(sweep, 0, &["2 done"]);
    lab.write("x.csv", "1,2\n3,4\n");
    assert!(!lab.says(sweep, 0, &["2 done"]).contains("run again"));
    lab.write("x.csv", "1,2\n3,4\n5,6\n");
    lab.says(sweep, 0, &["x.csv changed since it was read: 2 jobs run again", "2 done"]);
    assert_eq!(lab.outcomes("study")[0].1.values[0].value, 3.0);
    // a file that is gone says nothing against what was made of it
    std::fs::remove_file(lab.path("x.csv")).unwrap();
    lab.says(sweep, 0, &["2 done"]);
}

#[test]
fn what_takes_too_long_has_failed() {
    let lab = Lab::new("if param(\"k\", 0) == 1 { loop { } } record(\"x\", 1);");
    let sweep = "sweep s.rhai --grid k=0,1 --out study --device cpu --timeout 1s --keep-going";
    lab.says(sweep, 1, &["failed: it took longer than 1 s", "2 jobs: 1 done, 1 failed"]);
    lab.says("sweep status study", 0, &["k=1, seed 0: it took longer than 1 s"]);
}

/// A study killed at once, again and again, with all that it had begun: in the end every job is done, none twice, and the numbers are those
/// of an undisturbed study.
#[cfg(unix)]
#[test]
fn a_study_that_is_killed_loses_and_repeats_nothing() {
    use std::os::unix::process::CommandExt;
    let lab = Lab::new(FLOW);
    lab.says("sweep s.rhai --grid n=60,80 --seeds 3 --out calm --device cpu --quiet", 0, &["6 done"]);
    let line = "sweep s.rhai --grid n=60,80 --seeds 3 --out study --device cpu --checkpoint 50ms --quiet";
    let mut began: std::collections::HashMap<String, f64> = std::collections::HashMap::new();
    let begun = Instant::now();
    for round in 0.. {
        let mut command = lab.command(line);
        let mut process = command.process_group(0).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(250 + 130 * (round % 5)));
        let over = process.try_wait().unwrap().is_some();
        // the whole group, as a machine that loses power
        Command::new("kill").args(["-9", "--", &format!("-{}", process.id())]).stderr(Stdio::null()).status().unwrap();
        process.wait().unwrap();
        for (name, o) in lab.outcomes("study").into_iter().filter(|o| o.1.exit == 0) {
            assert_eq!(*began.entry(name).or_insert(o.started), o.started, "a finished job was repeated");
        }
        if over && began.len() == 6 {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(240), "{} of 6 done after {round} rounds", began.len());
    }
    let values =
        |study: &str| -> Vec<u64> { lab.outcomes(study).iter().map(|o| o.1.values[0].value.to_bits()).collect() };
    assert_eq!(values("study"), values("calm"));
}

/// Ctrl-C stops jobs, which keep what they have; the same command goes on.
#[cfg(unix)]
#[test]
fn a_study_is_interrupted_and_goes_on() {
    let lab = Lab::new(FLOW);
    let line = "sweep s.rhai --grid n=60 --set steps=100000 --seeds 2 --out study --device cpu";
    let process = lab.command(line).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(2500));
    Command::new("kill").args(["-INT", &process.id().to_string()]).status().unwrap();
    let begun = Instant::now();
    let out = process.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&out.stderr);
    assert_eq!(out.status.code(), Some(130), "{said}");
    assert!(said.contains("stopped with 2 jobs left: the same command goes on"), "{said}");
    assert!(begun.elapsed() < Duration::from_secs(10));
    lab.says("sweep status study", 0, &["2 broken off"]);
    let kept = std::fs::read_dir(jobs_of(&lab.path("study"))).unwrap().filter_map(|e| e.ok());
    assert_eq!(kept.filter(|e| e.path().join("run/run.json").is_file()).count(), 2);
}

/// Several programs on one study: every job runs once, and all of them see it done.
#[test]
fn programs_share_a_study() {
    let lab = Lab::new("print(\"RAN\"); record(\"k\", param(\"k\", 0));");
    let line = "sweep s.rhai --grid k=1,2,3,4,5 --seeds 6 --out study --device cpu --quiet";
    let start = |_| lab.command(line).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    for process in (0..3).map(start).collect::<Vec<_>>() {
        let out = process.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&out.stdout);
        assert!(out.status.success() && said.contains("30 jobs: 30 done"), "{said}");
    }
    let logs = std::fs::read_dir(jobs_of(&lab.path("study"))).unwrap().map(|e| e.unwrap().path().join("log.txt"));
    let ran = |log: PathBuf| std::fs::read_to_string(log).unwrap().matches("RAN").count();
    assert_eq!(logs.map(ran).collect::<Vec<_>>(), [1; 30]);
}

/// Damage is said, and run anew; a run that was kept of another target is no beginning.
#[cfg(unix)]
#[test]
fn what_was_kept_and_does_not_fit_is_begun_anew() {
    let lab = Lab::new(
        "let q = io::load(\"q.csv\"); let run = gpa(kl().regularized(lipschitz(1.0))).run(data::gaussian(50, 2), q, #{ steps: param(\"steps\", 60), live: false }); record(\"n\", q.len());",
    );
    let points = |n: usize| (0..n).map(|i| format!("{},{}\n", i % 7, i % 5)).collect::<String>();
    lab.write("q.csv", &points(40));
    let sweep = "sweep s.rhai --out study --device cpu --checkpoint 20ms --set steps=100000";
    let mut process = lab.command(sweep).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let job = || std::fs::read_dir(jobs_of(&lab.path("study"))).ok()?.next().map(|e| e.unwrap().path());
    let begun = Instant::now();
    while !job().is_some_and(|j| j.join("run/run.json").is_file()) {
        assert!(begun.elapsed() < Duration::from_secs(60));
        std::thread::sleep(Duration::from_millis(20));
    }
    process.kill().unwrap();
    process.wait().unwrap();
    lab.write("q.csv", &points(30));
    let line = "sweep study --timeout 2s";
    while lab.run("sweep status study").1.contains("running") {
        std::thread::sleep(Duration::from_millis(50));
    }
    lab.says(line, 1, &["took longer than 2 s"]);
    let log = std::fs::read_to_string(job().unwrap().join("log.txt")).unwrap();
    assert!(!log.contains("resumed from"), "{log}");
    std::fs::write(job().unwrap().join("run.json"), "{\"gfl").unwrap();
    lab.says("sweep status study", 0, &["run.json", "damaged"]);
    lab.says("sweep study --failed --timeout 1s", 1, &["took longer than 1 s"]);
}

/// A parameter that is called like a column, and a result like a parameter.
#[test]
fn names_that_are_taken_are_told_apart() {
    let lab = Lab::new(
        "let a = param(\"a\", 1); let s = param(\"seed\", 0); record(\"a\", 10 * a + 0.1 * random::uniform(1)[0]);",
    );
    lab.says("sweep s.rhai --grid a=1,2 --seeds 8 --out study --device cpu --quiet", 0, &[]);
    // eight pairs of one sign: 2/256
    lab.says("collect study --metric a", 0, &["least: a=1, a 10.", "0.007812"]);
}

/// What failed for a full disk is no fault of the job: the same command runs it again. What failed of itself waits for --failed.
#[test]
fn a_full_disk_is_no_fault_of_the_job() {
    let lab = Lab::new("throw param(\"why\", \"no reason\");");
    let full = "sweep s.rhai --set why=No_space_left_on_device_(os_error_28) --out full";
    for (line, again) in [(full.replace('_', "\u{a0}"), true), ("sweep s.rhai --out own".into(), false)] {
        let arguments: Vec<String> = line.split(' ').map(|a| a.replace('\u{a0}', " ")).collect();
        let run = || {
            let mut command = lab.command("sweep");
            let Output { status, stderr, .. } = command.args(&arguments[1..]).output().unwrap();
            (status.code(), String::from_utf8_lossy(&stderr).into_owned())
        };
        let (code, said) = run();
        assert!(code == Some(1) && said.contains("1 job to run"), "{said}");
        let (_, said) = run();
        assert_eq!(said.contains("1 job to run"), again, "{line}: {said}");
    }
}
