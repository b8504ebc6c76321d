//! Streams that are full and terminals that are gone: results that are lost are an error, remarks that are lost are not.
#![cfg(target_os = "linux")]
use std::fs::OpenOptions;
use std::io::{Read, Write};
use std::process::{Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

/// A stream on which no room is left.
fn full() -> Stdio {
    OpenOptions::new().write(true).open("/dev/full").unwrap().into()
}

fn gflow(args: &[&str], script: &str, streams: impl FnOnce(&mut Command)) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gflow"));
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    streams(&mut command);
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

/// `gflow run -` with more arguments.
fn run(more: &[&'static str]) -> Vec<&'static str> {
    [&["run", "-", "--device", "cpu"], more].concat()
}

/// What was meant for standard output is lost: every command says so, once, and ends with 2.
#[test]
fn results_that_are_lost_are_an_error() {
    let script = "print(\"result\"); print(\"another\"); 7";
    for (args, script) in [
        (run(&["--quiet"]), script),
        (run(&["--json"]), script),
        (run(&[]), script),
        (vec!["repl", "--device", "cpu"], "print(1)\n2\n"),
        (vec!["list"], ""),
        (vec!["help"], ""),
        (vec!["help", "kl"], ""),
        (vec!["info"], ""),
        (vec!["completions", "bash"], ""),
        (vec!["man", "run"], ""),
        (vec!["--help"], ""),
        (vec!["--version"], ""),
    ] {
        let out = gflow(&args, script, |c| {
            c.stdout(full());
        });
        let said = String::from_utf8_lossy(&out.stderr);
        assert_eq!(out.status.code(), Some(2), "{args:?}: {said}");
        assert_eq!(said.matches("standard output cannot be written: No space left").count(), 1, "{args:?}: {said}");
        assert!(!said.contains("panicked"), "{args:?}: {said}");
    }
    // an error of the script comes first
    let out = gflow(&run(&["--quiet"]), "print(1); nope", |c| {
        c.stdout(full());
    });
    assert_eq!(out.status.code(), Some(1));
}

/// A reader that has had enough is no error.
#[test]
fn a_closed_pipe_is_no_error() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_gflow")).arg("list").stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert!(child.wait().unwrap().success());
}

/// A full standard error changes no code and panics nowhere.
#[test]
fn remarks_that_are_lost_are_not_missed() {
    for (args, script, code) in [
        (run(&[]), "print(1); io::save(data::ring(3), \"/dev/null/x.csv\")", 1),
        (run(&["--quiet"]), "foo", 1),
        (run(&["--json"]), "foo", 1),
        (run(&["--set", "unread=1"]), "1", 0),
        (run(&["--set", "x"]), "1", 2),
        (run(&[]), "let b = progress(3, \"p\"); for i in 0..3 { b.tick(); }", 0),
        (run(&[]), "input(\"? \")", 0),
        (vec!["repl", "--device", "cpu"], "foo\n1\n", 0),
        (vec!["list", "nowhere"], "", 2),
        (vec!["help", "unheard_of"], "", 2),
        (vec!["nonsense"], "", 2),
        (vec!["run", "absent.ipynb", "--resume"], "", 2),
        (vec!["reproduce", "absent"], "", 2),
    ] {
        let out = gflow(&args, script, |c| {
            c.stderr(full());
        });
        // input() without an answer is an error of the script
        let code = if script.starts_with("input") { 1 } else { code };
        assert_eq!(out.status.code(), Some(code), "{args:?} {script}: {}", String::from_utf8_lossy(&out.stdout));
    }
}

fn kill(signal: &str, process: u32) {
    assert!(Command::new("kill").args([signal, &process.to_string()]).status().unwrap().success());
}

fn ends_within(child: &mut std::process::Child, limit: Duration) -> ExitStatus {
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        if begun.elapsed() > limit {
            child.kill().unwrap();
            panic!("it goes on after {limit:?}");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn session_of_cells() -> std::process::Child {
    Command::new(env!("CARGO_BIN_EXE_gflow"))
        .args(["repl", "--device", "cpu"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// A session of cells ends on TERM and HUP, whether a cell runs or not, and goes on after INT. Ten seconds are for a busy
/// machine: alone it takes a quarter of one.
#[test]
fn a_session_of_cells_ends_when_told() {
    // below nohup, which means it, HUP is ignored by whatever the test starts
    let mask = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = mask.lines().find_map(|l| l.strip_prefix("SigIgn:")).map(|m| u64::from_str_radix(m.trim(), 16).unwrap());
    let ignored = mask.is_some_and(|m| m & 1 == 1);
    for (cell, signal, code) in
        [("", "-TERM", 143), ("", "-HUP", 129), ("sleep(100)\n", "-TERM", 143), ("loop {}\n", "-HUP", 129)]
    {
        if ignored && signal == "-HUP" {
            continue;
        }
        let mut child = session_of_cells();
        let mut keys = child.stdin.take().unwrap();
        keys.write_all(format!("print(\"ready\")\n{cell}").as_bytes()).unwrap();
        let mut ready = [0; 6];
        child.stdout.as_mut().unwrap().read_exact(&mut ready).unwrap();
        std::thread::sleep(Duration::from_millis(100));
        kill(signal, child.id());
        assert_eq!(ends_within(&mut child, Duration::from_secs(10)).code(), Some(code), "{cell:?} {signal}");
    }
    let mut child = session_of_cells();
    let mut keys = child.stdin.take().unwrap();
    keys.write_all(b"print(\"ready\")\nsleep(100)\nprint(\"still here\")\n").unwrap();
    let mut ready = [0; 6];
    child.stdout.as_mut().unwrap().read_exact(&mut ready).unwrap();
    std::thread::sleep(Duration::from_millis(100));
    kill("-INT", child.id());
    drop(keys);
    let mut rest = String::new();
    child.stdout.take().unwrap().read_to_string(&mut rest).unwrap();
    assert_eq!((rest.as_str(), child.wait().unwrap().code()), ("still here\n", Some(0)));
}

/// Python that opens a terminal, starts a program in it, and takes the terminal away: `at` says whether at the prompt
/// or while a cell runs. It prints how the program ended and its seconds of processor time.
const TERMINAL: &str = r#"
import os, pty, resource, signal, sys, time
program, at, hang_up = sys.argv[1], sys.argv[2], sys.argv[3] == "heard"
child, master = pty.fork()
if child == 0:
    if not hang_up:
        # as a job that lost its terminal without being told
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    os.execv(program, [program, "repl", "--device", "cpu"])
time.sleep(1.0)
if at == "cell":
    os.write(master, b"sleep(100)\r")
    time.sleep(0.5)
os.close(master)
end = time.time() + 5
while time.time() < end:
    done, status = os.waitpid(child, os.WNOHANG)
    if done:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        print("ended", os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime < 1.5)
        break
    time.sleep(0.02)
else:
    os.kill(child, signal.SIGKILL)
    print("goes on")
"#;

/// The line editor would wait for the keys of a terminal that is gone, busily.
#[test]
fn a_session_without_its_terminal_ends() {
    let python = std::env::var("GFLOW_PYTHON").unwrap_or("python3".into());
    for at in ["prompt", "cell"] {
        for hang_up in ["heard", "ignored"] {
            let out = Command::new(&python)
                .args(["-c", TERMINAL, env!("CARGO_BIN_EXE_gflow"), at, hang_up])
                .env("XDG_DATA_HOME", std::env::temp_dir())
                .output()
                .unwrap();
            let said = String::from_utf8_lossy(&out.stdout);
            assert_eq!(
                said.trim(),
                "ended 129 True",
                "{at}, hang-up {hang_up}: {}",
                String::from_utf8_lossy(&out.stderr)
            );
        }
    }
}

/// In front of `| head` a script ends, quietly and as other programs do; one that keeps what it does comes to its end.
#[test]
fn a_script_that_nobody_reads_ends() {
    let spawn = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gflow"));
        command.args(["run", "-", "--device", "cpu", "--quiet"]).args(args);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let mut child = spawn(&[]);
    child.stdin.take().unwrap().write_all(b"let i = 0; loop { print(i); i += 1; }").unwrap();
    let mut first = [0; 2];
    child.stdout.as_mut().unwrap().read_exact(&mut first).unwrap();
    drop(child.stdout.take());
    let status = ends_within(&mut child, Duration::from_secs(20));
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!((status.code(), said.as_str()), (Some(141), ""), "{first:?}");

    let folder = tempfile::tempdir().unwrap();
    let mut child = spawn(&["--out", folder.path().to_str().unwrap()]);
    drop(child.stdout.take());
    child.stdin.take().unwrap().write_all(b"print(1); print(2); io::save(data::ring(3), \"p.csv\");").unwrap();
    assert_eq!(ends_within(&mut child, Duration::from_secs(20)).code(), Some(0));
    assert!(folder.path().join("p.csv").is_file());
}

/// A script that says something in every way there is.
const TALKATIVE: &str = "let bar = progress(3, \"loop\"); for i in 0..3 { sleep(0.01); bar.tick(); }
print(kl().report()); display(data::ring(3)); gpa(kl().regularized(lipschitz(1.0))).run(data::gaussian(9, 2), data::ring(9), #{ steps: 3 });
nowhere + 1";

/// Where no terminal is behind a stream, no control codes go to it, whatever the environment says.
#[test]
fn pipes_get_no_control_codes() {
    for (args, code) in [(run(&[]), 1), (run(&["--quiet"]), 1), (run(&["--json"]), 1)] {
        let out = gflow(&args, TALKATIVE, |c| {
            c.envs([
                ("TERM", "xterm-256color"),
                ("COLORTERM", "truecolor"),
                ("TMUX", "/tmp/tmux,1,0"),
                ("CLICOLOR_FORCE", "1"),
            ]);
        });
        assert_eq!(out.status.code(), Some(code));
        for stream in [&out.stdout, &out.stderr] {
            let text = String::from_utf8_lossy(stream);
            assert!(!text.contains(['\u{1b}', '\r']), "{args:?}: {text:?}");
        }
    }
}

/// What leaves a prompt elsewhere leaves this one, too.
#[test]
fn a_session_of_cells_is_left_by_what_people_type() {
    for word in ["exit", "quit", ":q", "exit()", "quit();", ""] {
        let out = gflow(&["repl", "--device", "cpu"], &format!("print(1)\n{word}\n"), |_| ());
        let said = String::from_utf8_lossy(&out.stderr);
        assert_eq!((out.status.code(), String::from_utf8_lossy(&out.stdout).trim()), (Some(0), "1"), "{word}: {said}");
        assert!(!said.contains("error"), "{word}: {said}");
    }
    // in a script it ends the script, wherever it stands
    for script in ["print(1); exit(); print(2)", "fn f() { exit() }\nprint(1); try { f(); } catch { } print(2)"] {
        let out = gflow(&run(&["--quiet"]), script, |_| ());
        assert_eq!((out.status.code(), String::from_utf8_lossy(&out.stdout).trim()), (Some(0), "1"), "{script}");
    }
    let out = gflow(&["repl", "--device", "cpu"], "let exit = 3;\nexit\nprint(7)\nquit\nprint(8)\n", |_| ());
    assert_eq!(String::from_utf8_lossy(&out.stdout), "3\n7\n");
}

/// What a terminal gets from a script, by the program that makes one of a pipe; none where it is not there.
fn in_terminal(script: &str, environment: &[(&str, &str)]) -> Option<(Option<i32>, String)> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.rhai");
    std::fs::write(&path, script).unwrap();
    let typed = format!("'{}' run '{}' --device cpu", env!("CARGO_BIN_EXE_gflow"), path.display());
    let mut command = Command::new("script");
    command.args(["-qec", &typed, "/dev/null"]).env_remove("NO_COLOR").envs(environment.iter().copied());
    let out = command.stdin(Stdio::null()).output().ok()?;
    Some((out.status.code(), String::from_utf8_lossy(&out.stdout).into_owned()))
}

/// A terminal gets colours that are read on any ground, none where `NO_COLOR` is set, and no control codes if it knows none.
#[test]
fn terminals_get_what_they_can_show() {
    let Some((code, coloured)) = in_terminal(TALKATIVE, &[("TERM", "xterm-256color")]) else { return };
    assert_eq!(code, Some(1));
    assert!(coloured.contains("\u{1b}[31m"), "{coloured:?}");
    // light greys are not seen on white
    assert!(!["249", "246", "115"].iter().any(|n| coloured.contains(&format!("\u{1b}[38;5;{n}m"))), "{coloured:?}");
    let (_, plain) = in_terminal(TALKATIVE, &[("TERM", "xterm-256color"), ("NO_COLOR", "1")]).unwrap();
    let error = &plain[plain.find("not defined").expect("the error")..];
    assert!(!error.contains('\u{1b}'), "{error:?}");
    let (_, dumb) = in_terminal(TALKATIVE, &[("TERM", "dumb")]).unwrap();
    assert!(dumb.contains("not defined") && !dumb.contains('\u{1b}'), "{dumb:?}");
}
