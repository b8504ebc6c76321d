//! The rules of the house, checked on the source itself.
mod references;
mod scan;
mod shape;
use std::collections::BTreeSet;
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

#[test]
fn each_dependency_has_its_place() {
    type Allowed = fn(&str) -> bool;
    let places: &[(&str, Allowed)] = &[
        ("rhai::", |n| n.starts_with("script/")),
        ("plotters::", |n| n == "plot/render.rs"),
        ("tiny_skia::", |n| n == "plot/page/pixels.rs"),
        ("krilla::", |n| n == "plot/page/document.rs"),
        ("ratex_", |n| n == "plot/text/maths.rs"),
        ("skrifa::", |n| n == "plot/text/faces.rs"),
        ("Device::flex", |n| n == "device.rs" || n.starts_with("device/")),
        ("wgpu_options", |n| n == "device.rs" || n.starts_with("device/")),
        ("clap::", |n| n.starts_with("cli/") || n == "main.rs"),
        ("indicatif::", |n| n == "cli/terminal.rs" || n == "cli/sweep/told.rs"),
        ("reedline::", |n| n.starts_with("cli/repl/") || n == "cli/terminal.rs"),
        ("ariadne::", |n| n == "script/diagnostic.rs"),
        ("ureq::", |n| n == "fetch/transfer.rs"),
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
    }
}

/// Statics of the program, with the reason why none of them changes a result: memory that is used again, what is found out
/// once, tables that never change, and in the kernel what compiled cells, which know no session, reach it by.
const STATICS: &[(&str, &str)] = &[
    ("ALLOCATOR", "the allocator of the program"),
    ("SHELF", "memory that passes use again; its contents are written before they are read"),
    ("ADAPTER", "the GPU, opened once a process"),
    ("WAITS", "counts waits for the device, for a test"),
    ("REGISTER", "the hook for panics, set once"),
    ("NAMES", "the commands of mathematics, by name"),
    ("KEPT", "the fonts of the program, read once"),
    ("OTHERS", "faces of the system that texts needed"),
    ("FOUND", "which face of the system has a character"),
    ("SYSTEM", "what fonts the system has, looked up once"),
    ("WANTED", "what the page that started the process wants of figures"),
    ("FLOOR", "where the stack of a thread ends, so that recursion stops before it"),
    ("LIBRARY", "the table of the language, put together once"),
    ("ASKED", "whether the sample that this thread is about to draw is split among ranks: its rows are the same"),
    ("TEAM", "the ranks that share the work of this thread: any number of them computes the same bits"),
    ("SESSION", "the session whose cell runs on this thread"),
    ("VARIABLES", "the variables of compiled cells"),
    ("FLUSH", "flushes what compiled cells printed"),
    ("INTERRUPT", "the interrupt of the session whose cell runs on this thread, and for compiled cells"),
    ("OUTPUT", "the session's output, for compiled cells"),
    ("HELD", "values of the session on this thread for which another program has names"),
    ("NEXT", "counts those values"),
    ("PANIC", "the text of a panic, for the message about it"),
    ("TABLE", "the functions that compiled cells call"),
];

/// No state outside of sessions changes what a script computes; the list has no row of what is gone.
#[test]
fn global_state_is_listed() {
    let mut found = BTreeSet::new();
    for (path, text) in sources("src").into_iter().chain(sources("kernel/src")) {
        for line in code(&text).lines() {
            assert!(!line.contains("static mut"), "{} has a `static mut`", path.display());
            let words = line.trim_start().trim_start_matches("pub(crate) ").trim_start_matches("pub ");
            let Some((name, _)) = words.strip_prefix("static ").and_then(|w| w.split_once(':')) else { continue };
            let listed = STATICS.iter().any(|(n, _)| *n == name);
            assert!(listed, "{}: the static {name} is not in the list of this test, with a reason", path.display());
            found.insert(name.to_string());
        }
    }
    for (name, _) in STATICS {
        assert!(found.contains(*name), "the list of this test has {name}, which no file declares");
    }
}

#[test]
fn the_kernel_keeps_the_same_rules() {
    for (path, text) in sources("kernel/src").into_iter().chain(sources("kernel/cell")) {
        let (name, code) = (path.display().to_string(), code(&text));
        for forbidden in [".unwrap()", ".expect(", "panic!(", "todo!(", "dbg!(", "rhai::"] {
            assert!(!code.contains(forbidden), "{name} contains {forbidden}");
        }
    }
    for (path, text) in sources("src") {
        for only_there in ["tokio::", "zeromq::", "evcxr::CommandContext", "jupyter_protocol::"] {
            assert!(!code(&text).contains(only_there), "{} names {only_there}", relative(&path));
        }
    }
}

#[test]
fn every_file_says_what_it_is_for() {
    for (path, text) in sources("src").into_iter().chain(sources("kernel/src")).chain(sources("kernel/cell")) {
        assert!(text.starts_with("//!"), "{} does not say what it is for", path.display());
    }
}

#[test]
fn citations_exist() {
    let keys = references::keys();
    let known = |key: &str| keys.iter().any(|k| k == key);
    for e in gflow::script::names::all() {
        assert!(e.cite.is_empty() || known(e.cite), "{} cites [{}], which references.bib lacks", e.name, e.cite);
    }
    for (path, text) in sources("src") {
        for c in text.lines().filter(|l| l.trim_start().starts_with("//")) {
            for key in c.split('[').skip(1).filter_map(|r| r.split(']').next()) {
                let looks_like_key = key.len() > 5
                    && key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
                    && key.contains(|c: char| c.is_ascii_digit());
                assert!(!looks_like_key || known(key), "{} cites [{key}], which references.bib lacks", relative(&path));
            }
        }
    }
}

/// Files that the documents name between backticks are there, and so are those that they link to.
#[test]
fn documents_name_files_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders =
        ["src/", "kernel/", "tests/", "docs/", "scripts/", "benches/", "examples/", "vendor/", "notebooks/", ".ci/"];
    let mut seen = 0;
    let pages = std::fs::read_dir(root.join("docs")).unwrap().map(|e| e.unwrap().path());
    let pages = pages.filter(|p| p.extension().is_some_and(|e| e == "md"));
    for document in pages.chain(["README.md", "CONTRIBUTING.md", "editors/README.md"].map(|p| root.join(p))) {
        let text = std::fs::read_to_string(&document).unwrap();
        let (document, beside) = (document.display(), document.parent().unwrap());
        // code has brackets of its own
        let prose: String = text.split("```").step_by(2).flat_map(|t| t.split('`').step_by(2)).collect();
        for link in prose.split("](").skip(1).filter_map(|rest| rest.split_once([')', '#'])).map(|(link, _)| link) {
            let there = link.is_empty() || link.contains("://") || beside.join(link).exists();
            assert!(there, "{document} links to {link}, which is not there");
        }
        for word in text.split('`').skip(1).step_by(2) {
            let plain = word.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c));
            if plain && folders.iter().any(|f| word.starts_with(f)) {
                seen += 1;
                assert!(root.join(word).exists(), "{document} names {word}, which is not there");
            }
        }
    }
    assert!(seen > 30, "only {seen} files were found in the documents");
}
