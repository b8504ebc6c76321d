//! The rules of the house, checked on the source itself.
use std::path::{Path, PathBuf};

fn sources(dir: &str) -> Vec<(PathBuf, String)> {
    fn walk(dir: &Path, out: &mut Vec<(PathBuf, String)>) {
        let mut entries: Vec<_> = std::fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()).collect();
        entries.sort();
        for p in entries {
            if p.is_dir() {
                walk(&p, out);
            } else if p.extension().is_some_and(|e| e == "rs") {
                let text = std::fs::read_to_string(&p).unwrap();
                out.push((p, text));
            }
        }
    }
    let mut out = vec![];
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join(dir), &mut out);
    out
}

fn relative(p: &Path) -> String {
    p.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap().display().to_string().replace('\\', "/")
}

/// The part of a file that ships: unit tests and comments left out.
fn code(text: &str) -> String {
    let shipped = text.split("#[cfg(test)]").next().unwrap_or(text);
    shipped.lines().map(|l| l.split("//").next().unwrap_or(l)).collect::<Vec<_>>().join("\n")
}

/// Rooms from the bottom up; a file may use rooms to the left of its own, and shared ground.
const ORDER: &[(&str, &[&str])] = &[
    ("generator", &[]),
    ("space", &[]),
    ("dataset", &[]),
    ("io", &["dataset"]),
    ("transport", &["generator", "space"]),
    ("divergence", &["generator", "space", "transport"]),
    ("network", &[]),
    ("critic", &["divergence", "generator", "network", "space", "transport"]),
    ("metric", &["space", "transport"]),
    ("observer", &["flow", "metric"]),
    ("flow", &["critic", "network", "divergence", "generator", "space", "observer", "metric", "io"]),
    ("plot", &["io"]),
];
const SHARED: &[&str] =
    &["error", "device", "interrupt", "random", "catalogue", "simd", "matrix", "scratch", "threads"];

#[test]
fn imports_go_one_way() {
    let rooms: Vec<&str> = ORDER.iter().map(|o| o.0).chain(["script", "cli"]).collect();
    for (path, text) in sources("src") {
        let name = relative(&path);
        let Some((room, allowed)) = ORDER.iter().find(|(r, _)| name.starts_with(&format!("{r}/"))) else { continue };
        for other in &rooms {
            let used = code(&text).contains(&format!("crate::{other}::"));
            let fine = other == room || allowed.contains(other) || SHARED.contains(other);
            assert!(!used || fine, "{name} uses crate::{other}, which is not below {room}");
        }
    }
}

#[test]
fn each_dependency_has_its_place() {
    let places: &[(&str, fn(&str) -> bool)] = &[
        ("rhai::", |n| n.starts_with("script/")),
        ("plotters::", |n| n == "plot/render.rs"),
        ("Device::flex", |n| n == "device.rs" || n.starts_with("device/")),
        ("wgpu_options", |n| n == "device.rs" || n.starts_with("device/")),
        ("clap::", |n| n.starts_with("cli/") || n == "main.rs"),
        ("indicatif::", |n| n == "cli/terminal.rs"),
        ("reedline::", |n| n.starts_with("cli/repl/") || n == "cli/terminal.rs"),
        ("ariadne::", |n| n == "script/diagnostic.rs"),
    ];
    for (path, text) in sources("src") {
        let name = relative(&path);
        for (what, allowed) in places {
            assert!(!code(&text).contains(what) || allowed(&name), "{name} names {what}");
        }
    }
}

#[test]
fn nothing_a_user_does_can_reach_an_unwrap_or_print_past_the_front_end() {
    for (path, text) in sources("src") {
        let name = relative(&path);
        let code = code(&text);
        for forbidden in [".unwrap()", ".expect(", "panic!(", "todo!(", "unimplemented!(", "dbg!("] {
            assert!(!code.contains(forbidden), "{name} contains {forbidden}");
        }
        let front = name.starts_with("cli/") || name == "main.rs";
        for forbidden in ["println!(", "eprintln!(", "print!("] {
            assert!(front || !code.contains(forbidden), "{name} prints by {forbidden}");
        }
        assert!(!code.contains("static mut"), "{name} has global mutable state");
    }
}

#[test]
fn the_kernel_keeps_the_same_rules() {
    for (path, text) in sources("kernel/src").into_iter().chain(sources("kernel/cell")) {
        let (name, code) = (path.display().to_string(), code(&text));
        for forbidden in [".unwrap()", ".expect(", "panic!(", "todo!(", "dbg!(", "static mut", "rhai::"] {
            assert!(!code.contains(forbidden), "{name} contains {forbidden}");
        }
        assert!(text.lines().count() <= 500, "{name} is too long");
        assert!(text.starts_with("//!"), "{name} does not say what it is for");
    }
    for (path, text) in sources("src") {
        for only_there in ["tokio::", "zeromq::", "evcxr::CommandContext", "jupyter_protocol::"] {
            assert!(!code(&text).contains(only_there), "{} names {only_there}", relative(&path));
        }
    }
}

#[test]
fn files_stay_small() {
    for (path, text) in sources("src") {
        let lines = text.lines().count();
        assert!(lines <= 500, "{} has {lines} lines; the limit is 500", relative(&path));
        assert!(text.starts_with("//!"), "{} does not say what it is for", relative(&path));
    }
}

#[test]
fn citations_exist() {
    let bib = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("references.bib")).unwrap();
    let keys: Vec<&str> = bib
        .lines()
        .filter_map(|l| l.strip_prefix('@'))
        .filter_map(|l| l.split('{').nth(1))
        .map(|k| k.trim_end_matches(','))
        .collect();
    for e in gflow::script::names::all() {
        assert!(
            e.cite.is_empty() || keys.contains(&e.cite),
            "{} cites [{}], which references.bib lacks",
            e.name,
            e.cite
        );
    }
    for (path, text) in sources("src") {
        for c in text.lines().filter(|l| l.trim_start().starts_with("//")) {
            for key in c.split('[').skip(1).filter_map(|r| r.split(']').next()) {
                let looks_like_key = key.len() > 5
                    && key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
                    && key.contains(|c: char| c.is_ascii_digit());
                assert!(
                    !looks_like_key || keys.contains(&key),
                    "{} cites [{key}], which references.bib lacks",
                    relative(&path)
                );
            }
        }
    }
}
