//! Help pages: what they hold, and how terminals and notebooks show them.
use crate::catalogue::Opt;
use crate::generator::unicode::unicode;
use std::fmt::Write;

/// `?name` or `name?`, as in IPython: the name asked about. None for anything that can be run.
pub fn question(cell: &str) -> Option<&str> {
    let cell = cell.trim();
    let name = cell.strip_prefix('?').or_else(|| cell.strip_suffix('?'))?.trim_matches('?').trim();
    let good = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == ':' || c == '.');
    good.then_some(name)
}

/// Names with a line about each.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Section {
    /// "arguments", "methods"
    pub title: &'static str,
    /// what is typed, and what is said about it
    pub rows: Vec<(String, String)>,
}

/// What is said about one thing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// how it is written
    pub head: String,
    /// what it is or does
    pub doc: String,
    /// LaTeX, empty where there is none
    pub equation: &'static str,
    /// key of the literature, empty where there is none
    pub cite: &'static str,
    /// arguments, properties, methods
    pub sections: Vec<Section>,
    /// the options of its map
    pub options: Vec<Described>,
    /// a script that runs as it stands
    pub example: String,
    /// names to read next
    pub see: Vec<String>,
}

/// An option with its default.
#[derive(Clone, Debug, PartialEq)]
pub struct Described {
    /// the key
    pub name: &'static str,
    /// one line
    pub doc: &'static str,
    /// "a number > 0"
    pub takes: String,
    /// as JSON; empty where there is none
    pub default: String,
}

impl Described {
    /// An option of an entry with such defaults.
    pub fn new(o: &Opt, defaults: &serde_json::Value) -> Described {
        let default = defaults.get(o.name).filter(|v| !v.is_null()).map_or(String::new(), |v| v.to_string());
        Described { name: o.name, doc: o.doc, takes: o.kind.describe(), default }
    }
    /// "how far a step goes (a number > 0, default 0.2)"
    pub fn line(&self) -> String {
        let default = if self.default.is_empty() { String::new() } else { format!(", default {}", self.default) };
        format!("{} ({}{default})", self.doc, self.takes)
    }
}

/// Columns of a page in a terminal.
const WIDTH: usize = 100;

/// A text in lines of a page, all but the first behind so many blanks.
fn wrapped(text: &str, indent: usize, used: usize) -> String {
    let (mut out, mut at) = (String::new(), used);
    for (i, word) in text.split_whitespace().enumerate() {
        let n = word.chars().count();
        if i > 0 && at + 1 + n > WIDTH {
            let _ = write!(out, "\n{:indent$}", "");
            at = indent;
        } else if i > 0 {
            out.push(' ');
            at += 1;
        }
        out.push_str(word);
        at += n;
    }
    out
}

impl Page {
    /// As `help("name")` and `gflow help NAME` show it.
    pub fn text(&self) -> String {
        let mut out = format!("{}\n  {}\n", self.head, wrapped(&self.doc, 2, 2));
        if !self.equation.is_empty() {
            let _ = write!(out, "\n  equation   {}\n", unicode(self.equation));
        }
        if !self.cite.is_empty() {
            let _ = writeln!(out, "  source     [{}]", self.cite);
        }
        for s in &self.sections {
            let _ = write!(out, "\n  {}\n", s.title);
            let width = s.rows.iter().map(|r| r.0.chars().count()).filter(|n| *n <= 28).max().unwrap_or(0).max(10);
            for (name, line) in &s.rows {
                // what is longer than its column has a line of its own
                let gap = if name.chars().count() > width { format!("\n{:1$}", "", 6 + width) } else { "  ".into() };
                let _ = writeln!(out, "    {name:<width$}{gap}{}", wrapped(line, 6 + width, 6 + width));
            }
        }
        if !self.options.is_empty() {
            out += "\n  options\n";
            for o in &self.options {
                let _ = writeln!(out, "    {:<16} {}", o.name, wrapped(&o.line(), 21, 21));
            }
        }
        if !self.example.is_empty() {
            out += "\n  example\n";
            self.example.lines().for_each(|line| {
                let _ = writeln!(out, "    {line}");
            });
        }
        if !self.see.is_empty() {
            let _ = write!(out, "\n  see also   {}\n", wrapped(&self.see.join(", "), 13, 13));
        }
        out
    }

    /// The same for a notebook, its formula typeset.
    pub fn markdown(&self) -> String {
        let cell = |s: &str| s.replace('|', "\\|");
        let mut out = format!("```\n{}\n```\n{}\n", self.head, self.doc);
        if !self.equation.is_empty() {
            let _ = write!(out, "\n$${}$$\n", self.equation);
        }
        if !self.cite.is_empty() {
            let _ = write!(out, "\nSource: [{}]\n", self.cite);
        }
        for s in &self.sections {
            let _ = write!(out, "\n| {} | |\n|:--|:--|\n", s.title);
            for (name, line) in &s.rows {
                let _ = writeln!(out, "| `{}` | {} |", cell(name), cell(line));
            }
        }
        if !self.options.is_empty() {
            out += "\n| option | meaning | default |\n|:--|:--|:--|\n";
            for o in &self.options {
                let default = if o.default.is_empty() { String::new() } else { format!("`{}`", cell(&o.default)) };
                let _ = writeln!(out, "| `{}` | {} ({}) | {default} |", o.name, cell(o.doc), cell(&o.takes));
            }
        }
        if !self.example.is_empty() {
            let _ = write!(out, "\n```rhai\n{}\n```\n", self.example);
        }
        if !self.see.is_empty() {
            let see: Vec<String> = self.see.iter().map(|n| format!("`{n}`")).collect();
            let _ = write!(out, "\nSee also {}\n", see.join(", "));
        }
        out
    }
}
