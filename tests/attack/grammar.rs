//! Random scripts out of the catalogue: values of every type built from each other, and from arguments of other types now
//! and then; examples with arguments exchanged; whatever the language has around them.
use super::options::{closing, split};
use super::values::values;
use super::ways::{KINDS, Kind, Kind::*, MEMBERS, STATEMENTS, WAYS};
use gflow::catalogue::Entry;
use gflow::random::{self, Rng};
use gflow::script::names;
use rand::Rng as _;
use rand::seq::IndexedRandom;

/// A writer of scripts.
pub struct Writer {
    rng: Rng,
}

impl Writer {
    /// The writer of the i-th script.
    pub fn new(i: usize) -> Writer {
        Writer { rng: random::rng(2_000, i as u64) }
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        all.choose(&mut self.rng).unwrap()
    }

    fn chance(&mut self, percent: u32) -> bool {
        self.rng.random_range(0..100) < percent
    }

    /// A whole script: an example with arguments exchanged, or some statements.
    pub fn script(&mut self) -> String {
        if self.chance(35) {
            return self.example();
        }
        let n = self.rng.random_range(1..4);
        (0..n).map(|_| self.statement()).collect::<Vec<_>>().join("\n")
    }

    fn statement(&mut self) -> String {
        let form = *self.of(STATEMENTS);
        let line = self.fill(form, 3);
        if line.ends_with(';') || line.ends_with('}') { line } else { line + ";" }
    }

    /// Expressions in place of what stands for them, at most so many levels deep.
    fn fill(&mut self, form: &str, depth: usize) -> String {
        let mut out = String::new();
        let mut rest = form;
        while let Some(at) = rest.find('{') {
            out += &rest[..at];
            let Some(end) = rest[at..].find('}').map(|e| at + e) else { break };
            let word = &rest[at + 1..end];
            let kind = KINDS.iter().find(|k| named(**k) == word);
            rest = &rest[end + 1..];
            match (word, kind) {
                ("Any", _) => out += &self.any(depth),
                ("member", _) => out += *self.of(MEMBERS),
                (_, Some(k)) => out += &self.expression(*k, depth),
                _ => match word.strip_prefix("options ") {
                    Some(entry) => {
                        let options = self.options(entry);
                        // behind other arguments, or alone
                        let alone = out.ends_with('(');
                        out += if alone { options.trim_start_matches(", ") } else { &options };
                    }
                    None => {
                        // a brace of the language: its inside may stand for something
                        out.push('{');
                        rest = &form[form.len() - rest.len() - word.len() - 1..];
                    }
                },
            }
        }
        out + rest
    }

    fn any(&mut self, depth: usize) -> String {
        let kind = *self.of(&KINDS);
        self.expression(kind, depth)
    }

    fn expression(&mut self, kind: Kind, depth: usize) -> String {
        // now and then something else
        let kind = if self.chance(3) { *self.of(&KINDS) } else { kind };
        let ways = WAYS.iter().find(|w| w.0 == kind).unwrap().1;
        // far down only what needs nothing, and before that as often: what has many parts rarely fits together
        let way = if depth == 0 || depth < 3 && self.chance(60) {
            let plain: Vec<&str> = ways.iter().copied().filter(|w| !w.contains('{')).collect();
            if plain.is_empty() { "()" } else { self.of(&plain) }
        } else {
            self.of(ways)
        };
        self.fill(way, depth.saturating_sub(1))
    }

    /// `, #{ … }` with some options of an entry, or nothing.
    fn options(&mut self, entry: &str) -> String {
        let Some(entry) = names::find(entry).filter(|e| !e.options.is_empty()) else { return String::new() };
        if self.chance(75) {
            return String::new();
        }
        let n = self.rng.random_range(1..4);
        let pairs: Vec<String> = (0..n)
            .map(|_| {
                let option = self.of(entry.options);
                format!("{}: {}", option.name, self.of(&values(&option.kind)))
            })
            .collect();
        format!(", #{{ {} }}", pairs.join(", "))
    }

    /// The example of an entry, some of its arguments exchanged.
    fn example(&mut self) -> String {
        let entry: &Entry = self.of(names::all());
        let mut text = entry.example.to_string();
        for _ in 0..self.rng.random_range(1..3) {
            let opens: Vec<usize> = text.match_indices('(').map(|m| m.0).collect();
            if opens.is_empty() {
                break;
            }
            let open = *self.of(&opens);
            let Some(end) = closing(&text, open) else { continue };
            let mut arguments: Vec<String> = split(&text[open + 1..end]).iter().map(|a| a.trim().to_string()).collect();
            let new = self.any(1);
            match self.rng.random_range(0..4) {
                0 => arguments.push(new),
                1 if !arguments.is_empty() => drop(arguments.pop()),
                _ if arguments.is_empty() => arguments.push(new),
                _ => {
                    let at = self.rng.random_range(0..arguments.len());
                    arguments[at] = new;
                }
            }
            text = format!("{}{}{}", &text[..=open], arguments.join(", "), &text[end..]);
        }
        text
    }
}

fn named(k: Kind) -> &'static str {
    match k {
        Number => "Number",
        Text => "Text",
        List => "List",
        Closure => "Closure",
        Points => "Points",
        Generator => "Generator",
        Space => "Space",
        Kernel => "Kernel",
        Divergence => "Divergence",
        Critic => "Critic",
        Estimate => "Estimate",
        Flow => "Flow",
        Run => "Run",
        Table => "Table",
        Figure => "Figure",
    }
}

#[test]
fn scripts_are_the_same_every_time_and_cover_the_catalogue() {
    let all: Vec<String> = (0..3000).map(|i| Writer::new(i).script()).collect();
    assert_eq!(all[17], Writer::new(17).script());
    let text = all.join("\n");
    assert!(!text.contains("{options") && !text.contains("{Any") && !text.contains("{member"), "a place is left open");
    let missing: Vec<&str> = names::all().iter().map(|e| e.name).filter(|n| !text.contains(&format!("{n}("))).collect();
    assert!(missing.is_empty(), "never written: {missing:?}");
}
