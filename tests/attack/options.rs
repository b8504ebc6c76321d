//! Every option of every entry at and beyond both ends of its range, and of every other kind, in the entry's example.
use super::long;
use super::trial::{attempts, judge};
use super::values::values;
use gflow::catalogue::Entry;
use gflow::random;
use gflow::script::names;
use rand::seq::SliceRandom;
use std::time::{Duration, Instant};

/// Where the bracket that opens at `from` is closed; texts are passed over.
pub fn closing(text: &str, from: usize) -> Option<usize> {
    let (mut depth, mut quoted) = (0, false);
    for (i, c) in text.char_indices().skip_while(|(i, _)| *i < from) {
        match c {
            '"' => quoted = !quoted,
            '(' | '[' | '{' if !quoted => depth += 1,
            ')' | ']' | '}' if !quoted => {
                depth -= 1;
                if depth == 0 {
                    return Some(i);
                }
            }
            _ => {}
        }
    }
    None
}

/// The example of an entry with `key: value` among the options of its last call.
fn with(entry: &Entry, key: &str, value: &str) -> Option<String> {
    let (text, name) = (entry.example, entry.name);
    let open = text.rfind(&format!("{name}("))? + name.len();
    let end = closing(text, open)?;
    let arguments = text[open + 1..end].trim_end();
    let given = arguments.rfind("#{").filter(|at| closing(arguments, at + 1) == Some(arguments.len() - 1));
    let arguments = match given {
        Some(at) => {
            // a key may be named once
            let kept: Vec<&str> = split(&arguments[at + 2..arguments.len() - 1])
                .into_iter()
                .filter(|pair| pair.split(':').next().map(str::trim) != Some(key))
                .collect();
            let kept = kept.join(",");
            let joint = if kept.trim().is_empty() { "" } else { "," };
            format!("{}#{{ {key}: {value}{joint}{kept} }}", &arguments[..at])
        }
        None if arguments.trim().is_empty() => format!("#{{ {key}: {value} }}"),
        None => format!("{arguments}, #{{ {key}: {value} }}"),
    };
    Some(format!("{}{arguments}{}", &text[..=open], &text[end..]))
}

/// What commas outside of brackets and texts separate.
pub fn split(text: &str) -> Vec<&str> {
    let (mut out, mut from, mut depth, mut quoted) = (vec![], 0, 0, false);
    for (i, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '(' | '[' | '{' if !quoted => depth += 1,
            ')' | ']' | '}' if !quoted => depth -= 1,
            ',' if !quoted && depth == 0 => {
                out.push(&text[from..i]);
                from = i + 1;
            }
            _ => {}
        }
    }
    if !text[from..].trim().is_empty() {
        out.push(&text[from..]);
    }
    out
}

#[test]
fn examples_take_options() {
    let run = names::find("run").unwrap();
    let script = with(run, "steps", "7").unwrap();
    assert!(
        script.contains(".run(data::gaussian(50, 2), data::ring(50), #{ steps: 7, record_every: 1  })"),
        "{script}"
    );
    let moons = names::find("data::moons").unwrap();
    assert_eq!(with(moons, "std", "[1, 2]").unwrap(), "data::moons(300, #{ std: [1, 2] })");
}

/// Every value of every option, all of them in the long form.
#[test]
fn options_at_both_ends() {
    let begun = Instant::now();
    let mut scripts = vec![];
    for entry in names::all() {
        for option in entry.options {
            let made: Vec<String> = values(&option.kind).iter().filter_map(|v| with(entry, option.name, v)).collect();
            assert!(!made.is_empty(), "the example of {} does not call it", entry.name);
            scripts.extend(made);
        }
    }
    let all = scripts.len();
    if !long() {
        scripts.shuffle(&mut random::rng(16, 1));
        scripts.truncate(700);
    }
    let trials = attempts(&scripts, Duration::from_millis(if long() { 1500 } else { 400 }));
    judge(&format!("options, of {all},"), &scripts, &trials, begun);
}
