//! Closures, functions and definitions in the texts of a session.
use crate::script::lex::{Token, lex};
use crate::script::walk::Walk;
use std::collections::BTreeSet;

/// Words behind which a name is defined.
const DEFINING: [&str; 4] = ["let", "const", "for", "fn"];
/// Assignments to a name in front of them.
const ASSIGNING: [&str; 7] = ["=", "+=", "-=", "*=", "/=", "%=", "**="];

/// A part of a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Piece {
    /// as it is written
    pub text: String,
    /// names in it that may be variables and functions, in order
    pub names: BTreeSet<String>,
    /// those it defines itself
    pub own: BTreeSet<String>,
    /// names before `::`
    pub modules: BTreeSet<String>,
}

/// Characters of a text with their tokens: those of templates, and those of the text itself.
struct Read {
    c: Vec<char>,
    templates: Vec<Vec<Token>>,
    whole: Vec<Token>,
}

fn read(text: &str) -> Read {
    let c: Vec<char> = text.chars().collect();
    let mut templates = lex(&c).lists;
    let whole = templates.pop().unwrap_or_default();
    Read { c, templates, whole }
}

impl Read {
    /// The characters from..to, with what they name.
    fn piece(&self, from: usize, to: usize) -> Piece {
        let text: String = self.c[from..to].iter().collect();
        let mut out = Piece { text, names: BTreeSet::new(), own: BTreeSet::new(), modules: BTreeSet::new() };
        for list in self.templates.iter().chain([&self.whole]) {
            let within: Vec<Token> = list.iter().filter(|t| t.from >= from && t.to <= to).copied().collect();
            let w = Walk::new(&self.c, &within);
            for i in 0..w.len() {
                out.note(&w, i);
            }
        }
        out
    }
}

impl Piece {
    fn note(&mut self, w: &Walk, i: usize) {
        // names between the bars of a closure, and in the parentheses of a function
        if let Some(end) = bars(w, i).or_else(|| parameters(w, i)) {
            self.own.extend((i + 1..end).filter(|k| w.is_word(*k)).map(|k| w.word(k)));
        }
        if !w.is_word(i) {
            return;
        }
        let before = |s: &str| i > 0 && w.is(i - 1, s);
        if before(".") || before("?.") || before("::") {
            return;
        }
        let word = w.word(i);
        if w.is(i + 1, "::") {
            self.modules.insert(word);
        } else if i > 0 && DEFINING.iter().any(|d| w.is(i - 1, d)) {
            self.own.insert(word);
        } else {
            self.names.insert(word);
        }
    }
}

/// Behind the bars of a closure that open at a token.
fn bars(w: &Walk, i: usize) -> Option<usize> {
    if !w.is(i, "|") || w.after_value(i) {
        return None;
    }
    (i + 1..w.len()).find(|k| !w.is_word(*k) && !w.is(*k, ",")).filter(|k| w.is(*k, "|"))
}

fn parameters(w: &Walk, i: usize) -> Option<usize> {
    (i > 1 && w.is(i, "(") && w.is(i - 2, "fn")).then(|| w.group(i))
}

/// The closure whose body is at a place (both counted from 1), and whose arguments have these names; the innermost one.
pub fn closure_at(text: &str, (line, column): (usize, usize), arguments: &[String]) -> Option<Piece> {
    let read = read(text);
    let at = offset(&read.c, line, column)?;
    for list in read.templates.iter().chain([&read.whole]) {
        let w = Walk::new(&read.c, list);
        let within = |(i, body): (usize, usize)| {
            let to = end_of(&w, body);
            let holds = w.token(body).from <= at && at < w.token(to - 1).to;
            (holds && (i + 1..body).filter(|k| w.is_word(*k)).map(|k| w.word(k)).eq(arguments.iter().cloned()))
                .then_some((i, to))
        };
        let opens = (0..w.len()).rev().filter_map(|i| Some((i, body_of(&w, i).filter(|b| *b < w.len())?)));
        if let Some((from, to)) = opens.filter_map(within).next() {
            return Some(read.piece(w.token(from).from, w.token(to - 1).to));
        }
    }
    None
}

/// Where the body of a closure begins whose bars open at a token.
fn body_of(w: &Walk, i: usize) -> Option<usize> {
    if w.is(i, "||") && !w.after_value(i) { Some(i + 1) } else { bars(w, i).map(|close| close + 1) }
}

/// Behind the body of a closure.
fn end_of(w: &Walk, body: usize) -> usize {
    if w.is(body, "{") {
        return w.group(body);
    }
    let mut k = body;
    while k < w.len() && ![",", ";", ")", "]", "}"].iter().any(|s| w.is(k, s)) {
        k = w.group(k);
    }
    k.max(body + 1)
}

/// The character at a line and a column.
fn offset(c: &[char], line: usize, column: usize) -> Option<usize> {
    let begins =
        if line <= 1 { 0 } else { c.iter().enumerate().filter(|(_, c)| **c == '\n').nth(line.checked_sub(2)?)?.0 + 1 };
    Some(begins + column.checked_sub(1)?)
}

/// The function of a name, as it is defined in a text; the last one where there are several.
pub fn function_named(text: &str, name: &str) -> Option<Piece> {
    let read = read(text);
    let w = Walk::new(&read.c, &read.whole);
    let at = (0..w.len()).rev().find(|k| w.is(*k, "fn") && w.is(k + 1, name) && w.is(k + 2, "("))?;
    let body = w.group(at + 2);
    let end = w.group(body).checked_sub(1)?;
    (w.is(body, "{") && w.is(end, "}")).then(|| read.piece(w.token(at).from, w.token(end).to))
}

/// The statement that imports a file under a name; the last one.
pub fn import_of<'t>(texts: impl Iterator<Item = &'t str>, alias: &str) -> Option<String> {
    texts
        .filter_map(|text| {
            let read = read(text);
            let w = Walk::new(&read.c, &read.whole);
            let at = (0..w.len()).rev().find(|k| w.is(*k, "import") && w.is(k + 2, "as") && w.is(k + 3, alias))?;
            Some(format!("import {} as {alias};", w.word(at + 1)))
        })
        .last()
}

/// The statement that made a variable, where one alone did: texts in the order in which they ran.
pub fn statement_of<'t>(texts: impl Iterator<Item = &'t str>, name: &str) -> Option<Piece> {
    let mut found = None;
    for text in texts {
        let read = read(text);
        let w = Walk::new(&read.c, &read.whole);
        for i in 0..w.len() {
            if !w.is_word(i) || !w.is(i, name) || !ASSIGNING.iter().any(|a| w.is(i + 1, a)) {
                continue;
            }
            let defines = i > 0 && (w.is(i - 1, "let") || w.is(i - 1, "const"));
            // within a block it belongs to that; what is set later is no longer what was made
            let outside = w.opening(i).is_none();
            let end = (i..w.len()).find(|k| w.is(*k, ";") && w.opening(*k).is_none()).unwrap_or(w.len());
            found = if defines && outside {
                let mut piece = read.piece(w.token(i - 1).from, w.token(end - 1).to);
                if !piece.text.ends_with(';') {
                    piece.text.push(';');
                }
                Some(piece)
            } else if defines || i > 0 && w.is(i - 1, ".") {
                found
            } else {
                None
            };
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(set: &BTreeSet<String>) -> Vec<&str> {
        set.iter().map(String::as_str).collect()
    }

    #[test]
    fn closures_are_found_by_their_bodies() {
        for (text, line, column, arguments, found) in [
            ("sweep(|p| p.lr*x, #{ seeds: 2 })", 1, 15, &["p"][..], "|p| p.lr*x"),
            ("let f = |a, b| {\n  a + b;\n  [1, 2]\n};\nf", 1, 16, &["a", "b"], "|a, b| {\n  a + b;\n  [1, 2]\n}"),
            ("let f = |a, b| {\n  a + b\n};", 2, 5, &["a", "b"], "|a, b| {\n  a + b\n}"),
            ("x;\nlet f = || y(1, 2)", 2, 12, &[], "|| y(1, 2)"),
            ("[|x| x, |x| x**2]", 1, 14, &["x"], "|x| x**2"),
            ("|x| |y| x + y", 1, 5, &["x"], "|x| |y| x + y"),
            ("|x| |y| x + y", 1, 11, &["y"], "|y| x + y"),
            ("|x| if x > 0 { [x, 1] } else { 2 }, 3", 1, 5, &["x"], "|x| if x > 0 { [x, 1] } else { 2 }"),
            ("`${v.map(|x| x + `${y}`)}`", 1, 14, &["x"], "|x| x + `${y}`"),
        ] {
            let arguments: Vec<String> = arguments.iter().map(|a| a.to_string()).collect();
            let piece = closure_at(text, (line, column), &arguments);
            assert_eq!(piece.map(|p| p.text).as_deref(), Some(found), "{text}");
        }
        let p = closure_at(
            "f(|p| { let a = data::ring(n); for k in a { g(k, `${z.q}`, #{ m: b }) } h = |u| u })",
            (1, 7),
            &["p".into()],
        )
        .unwrap();
        assert_eq!(names(&p.own), ["a", "k", "p", "u"]);
        assert_eq!(names(&p.modules), ["data"]);
        for name in ["n", "g", "z", "b", "h"] {
            assert!(p.names.contains(name), "{name}");
        }
        assert!(!p.names.contains("q") && !p.names.contains("ring"));
    }

    #[test]
    fn functions_and_statements_are_found_by_name() {
        let text = "fn f(x) { x } fn g(y) { if y { f(y) } else { z } }";
        let g = function_named(text, "g").unwrap();
        assert_eq!((g.text.as_str(), names(&g.own)), ("fn g(y) { if y { f(y) } else { z } }", vec!["g", "y"]));
        let of = |texts: &[&'static str]| statement_of(texts.iter().copied(), "d").map(|p| p.text);
        assert_eq!(
            of(&["let d = kl().regularized(\n  lipschitz(a));\nx"]).as_deref(),
            Some("let d = kl().regularized(\n  lipschitz(a));")
        );
        assert_eq!(of(&["let d = kl()", "let d = chi2()"]).as_deref(), Some("let d = chi2();"));
        assert_eq!(of(&["let d = kl();", "d = chi2();"]), None);
        assert_eq!(of(&["let d = kl();", "m.d = 1; if c { let d = 2; }"]).as_deref(), Some("let d = kl();"));
        assert_eq!(of(&["if c { let d = 2; }"]), None);
        let import = import_of(["import \"a/b\" as c; import \"d\" as e;"].into_iter(), "c");
        assert_eq!(import.as_deref(), Some("import \"a/b\" as c;"));
    }
}
