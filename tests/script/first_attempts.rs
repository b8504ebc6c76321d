//! What people write first who come from Python, Julia, R, MATLAB or Rust: right, or a message that says what to write.
//!
//! A file each: lines `//= ` say where it comes from and what it gives; what follows is run. After a deliberate change
//! `GFLOW_WRITE_ATTEMPTS=1 cargo test --release first_attempts` rewrites what they give: read the difference.
use crate::common::session;
use gflow::script::Event;
use std::path::Path;

/// What a front end would show, a line each.
fn shown(script: &str) -> String {
    let (mut s, r) = session();
    let _ = s.eval("script", script);
    let line = |e: Event| match e {
        Event::Text(t) => Some(t),
        Event::Result(r) | Event::Display(r) => Some(r.text),
        Event::Note(n) => Some(format!("note: {n}")),
        Event::Error(d) => {
            let at = d.place.map_or(String::new(), |p| format!(" ({}:{})", p.line, p.column));
            Some(format!("error{at}: {}{}", d.message, d.hint.map_or(String::new(), |h| format!("\nhelp: {h}"))))
        }
        _ => None,
    };
    r.take().into_iter().filter_map(line).collect::<Vec<_>>().join("\n")
}

/// The origin, what is expected, and the script itself.
fn parts(text: &str) -> (String, String, String) {
    let head: Vec<&str> = text.lines().take_while(|l| l.starts_with("//=")).collect();
    let body = text.split_inclusive('\n').skip(head.len()).collect();
    let said: Vec<&str> = head.iter().map(|l| l.trim_start_matches("//=").trim_start_matches(' ')).collect();
    (said[0].into(), said[1..].join("\n"), body)
}

#[test]
fn first_attempts() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/script/first_attempts");
    let (mut wrong, mut count) = (vec![], 0);
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|f| f.unwrap().path()).collect();
    files.sort();
    for path in files {
        let text = std::fs::read_to_string(&path).unwrap();
        let (origin, expected, body) = parts(&text);
        let got = shown(&body);
        count += 1;
        if got == expected {
            continue;
        }
        if std::env::var("GFLOW_WRITE_ATTEMPTS").is_ok() {
            let lines: String = got.lines().map(|l| format!("//= {l}\n")).collect();
            std::fs::write(&path, format!("//= {origin}\n{lines}{body}")).unwrap();
        } else {
            wrong.push(format!("{}:\n{got}\nexpected:\n{expected}", path.display()));
        }
    }
    assert!(count >= 60 && wrong.is_empty(), "{} of {count} give something else:\n{}", wrong.len(), wrong.join("\n\n"));
}
