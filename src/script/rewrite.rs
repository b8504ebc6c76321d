//! Three readings of a script that mathematicians expect and Rhai does not have, as insertions that keep columns.
//!
//! `-x**2` is −(x²): Rhai's unary minus binds first, so the power gets parentheses. `a[n/2]` works for whole floats:
//! an index that is not a literal goes through `__index`. `f(2)` calls a closure held by a variable or a parameter f.
//! Positions in errors are mapped back to the text as typed.
use super::keywords::is_syntax;
use super::lex::{Kind, Token, lex};
use std::collections::HashSet;

/// The rewritten text and how to find one's way back.
pub struct Rewritten {
    /// what the interpreter reads
    pub text: String,
    /// per line (from 0): (column in the rewritten line, characters inserted there), ascending
    inserted: Vec<Vec<(usize, usize)>>,
}

impl Rewritten {
    /// The column (from 1) in the original line of a column in the rewritten one.
    pub fn column(&self, line: usize, column: usize) -> usize {
        let Some(list) = line.checked_sub(1).and_then(|l| self.inserted.get(l)) else { return column };
        let mut removed = 0;
        for (at, n) in list {
            if *at >= column {
                break;
            }
            removed += (*n).min(column - at);
        }
        column.saturating_sub(removed).max(1)
    }
}

/// The function that indices pass through.
pub const INDEX: &str = "__index";

struct Walk<'a> {
    c: &'a [char],
    t: &'a [Token],
}

impl Walk<'_> {
    fn is(&self, i: usize, s: &str) -> bool {
        self.t
            .get(i)
            .is_some_and(|t| t.to - t.from == s.chars().count() && self.c[t.from..t.to].iter().copied().eq(s.chars()))
    }
    fn word(&self, i: usize) -> String {
        self.c[self.t[i].from..self.t[i].to].iter().collect()
    }
    /// Whether the token before i ends a value, so that what follows is a binary operator or a postfix.
    fn after_value(&self, i: usize) -> bool {
        let Some(p) = i.checked_sub(1) else { return false };
        match self.t[p].kind {
            Kind::Number | Kind::Text => true,
            Kind::Word => !is_syntax(&self.word(p)),
            Kind::Close => !self.is(p, "}"),
            _ => false,
        }
    }
    /// The index after the group that opens at i.
    fn group(&self, i: usize) -> usize {
        let mut depth = 0;
        for k in i..self.t.len() {
            match self.t[k].kind {
                Kind::Open => depth += 1,
                Kind::Close => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return k + 1;
            }
        }
        self.t.len()
    }
    /// The index of the token that closes the group around i, or the end.
    fn enclosing_end(&self, i: usize) -> usize {
        let mut depth = 0;
        for k in i..self.t.len() {
            match self.t[k].kind {
                Kind::Open => depth += 1,
                Kind::Close if depth == 0 => return k,
                Kind::Close => depth -= 1,
                _ => {}
            }
        }
        self.t.len()
    }
    /// The index after a primary expression with its postfixes, or None if none starts at i.
    fn primary(&self, mut i: usize) -> Option<usize> {
        i = match self.t.get(i)?.kind {
            Kind::Open => self.group(i),
            Kind::Word if is_syntax(&self.word(i)) => return None,
            Kind::Word | Kind::Number | Kind::Text => i + 1,
            _ => return None,
        };
        loop {
            let postfix = self.is(i, "(") || self.is(i, "[");
            let path = self.is(i, ".") || self.is(i, "?.") || self.is(i, "::");
            if postfix {
                i = self.group(i);
            } else if path && self.t.get(i + 1).is_some_and(|t| t.kind == Kind::Word) {
                i += 2;
            } else {
                return Some(i);
            }
        }
    }
    fn signed_primary(&self, mut i: usize) -> Option<usize> {
        while self.is(i, "-") || self.is(i, "+") {
            i += 1;
        }
        self.primary(i)
    }
    /// The index after `a ** b ** …` starting at i, or None if there is no power.
    fn power(&self, i: usize) -> Option<usize> {
        let mut end = self.primary(i)?;
        let mut found = false;
        while self.is(end, "**") {
            end = self.signed_primary(end + 1)?;
            found = true;
        }
        found.then_some(end)
    }
}

/// Tokens over which a name holds a value that may be a closure.
struct Binding {
    name: String,
    from: usize,
    to: usize,
}

/// Parameters over their bodies, and variables from their definition on. A parameter, or a variable that is defined as
/// a closure, hides a function of its name; any other variable leaves functions what they are.
fn bindings(w: &Walk, plain: &HashSet<String>) -> Vec<Binding> {
    let functions: HashSet<String> =
        (0..w.t.len()).filter(|i| w.is(*i, "fn") && w.is(i + 2, "(")).map(|i| w.word(i + 1)).collect();
    let words = |range: std::ops::Range<usize>| {
        range.filter(|k| w.t[*k].kind == Kind::Word).map(|k| w.word(k)).collect::<Vec<_>>()
    };
    let mut out = vec![];
    for i in 0..w.t.len() {
        if (w.is(i, "let") || w.is(i, "const")) && w.t.get(i + 1).is_some_and(|t| t.kind == Kind::Word) {
            let name = w.word(i + 1);
            let closure = w.is(i + 2, "=") && (w.is(i + 3, "|") || w.is(i + 3, "||"));
            if closure || !(plain.contains(&name) || functions.contains(&name)) {
                out.push(Binding { name, from: i + 2, to: w.enclosing_end(i) });
            }
        } else if w.is(i, "fn") && w.is(i + 2, "(") {
            let body = w.group(i + 2);
            for name in words(i + 3..body) {
                out.push(Binding { name, from: body, to: w.group(body) });
            }
        } else if w.is(i, "|") && !w.after_value(i) {
            let Some(end) = (i + 1..w.t.len()).find(|k| w.is(*k, "|")) else { continue };
            for name in words(i + 1..end) {
                out.push(Binding { name, from: end, to: w.enclosing_end(end) });
            }
        }
    }
    out
}

/// Insertions (character offset, text) for one list of tokens.
fn insertions(w: &Walk, outer: &[Binding], plain: &HashSet<String>, out: &mut Vec<(usize, String)>) {
    let own = bindings(w, plain);
    for i in 0..w.t.len() {
        let defined = i > 0 && (w.is(i - 1, "fn") || w.is(i - 1, ".") || w.is(i - 1, "::") || w.is(i - 1, "?."));
        if w.t[i].kind == Kind::Word && w.is(i + 1, "(") && !defined {
            let name = w.word(i);
            // inside a template the names of the whole text hold
            let held = own.iter().any(|b| b.name == name && (b.from..b.to).contains(&i))
                || outer.iter().any(|b| b.name == name);
            if held {
                out.push((w.t[i].to, ".call".into()));
            }
        }
        if w.is(i, "-") && !w.after_value(i) {
            // of several signs in a row the innermost takes the power
            if let Some(end) = w.power(i + 1) {
                out.push((w.t[i + 1].from, "(".into()));
                out.push((w.t[end - 1].to, ")".into()));
            }
        }
        if w.is(i, "[") && w.after_value(i) {
            let end = w.group(i);
            let literal = end == i + 3 && matches!(w.t[i + 1].kind, Kind::Number | Kind::Text);
            let closed = end > i + 2 && w.is(end - 1, "]");
            if closed && !literal {
                out.push((w.t[i].to, format!("{INDEX}(")));
                out.push((w.t[end - 1].from, ")".into()));
            }
        }
    }
}

/// Rewrites a script. `natives` are the functions of the language: they keep their names.
pub fn rewrite(text: &str, natives: &HashSet<String>) -> Rewritten {
    let c: Vec<char> = text.chars().collect();
    let mut lists = vec![];
    lex(&c, 0, &mut lists);
    let mut all = vec![];
    // the text itself is the last list; those before it stand in its templates
    let (templates, whole) = lists.split_at(lists.len().saturating_sub(1));
    let outer = whole.first().map_or(vec![], |t| bindings(&Walk { c: &c, t }, natives));
    for t in templates {
        insertions(&Walk { c: &c, t }, &outer, natives, &mut all);
    }
    for t in whole {
        insertions(&Walk { c: &c, t }, &[], natives, &mut all);
    }
    // at one place, what closes comes before what opens; stable for the rest
    all.sort_by_key(|(at, s)| (*at, s != ")"));
    let mut out = String::with_capacity(text.len() + 16 * all.len());
    let mut inserted: Vec<Vec<(usize, usize)>> = vec![vec![]];
    let (mut column, mut next) = (1, 0);
    for (i, ch) in c.iter().enumerate() {
        while let Some((_, s)) = all.get(next).filter(|(at, _)| *at == i) {
            out += s;
            if let Some(line) = inserted.last_mut() {
                line.push((column, s.chars().count()));
            }
            column += s.chars().count();
            next += 1;
        }
        out.push(*ch);
        column += 1;
        if *ch == '\n' {
            inserted.push(vec![]);
            column = 1;
        }
    }
    for (_, s) in &all[next..] {
        out += s;
    }
    Rewritten { text: out, inserted }
}

#[cfg(test)]
mod tests {
    use super::{HashSet, Rewritten};

    fn rewrite(text: &str) -> Rewritten {
        super::rewrite(text, &HashSet::from(["max".to_string()]))
    }

    #[test]
    fn powers_bind_tighter_than_minus() {
        for (typed, read) in [
            ("-x**2", "-(x**2)"),
            ("a - x**2", "a - x**2"),
            ("f(-x.abs()**2, 1)", "f(-(x.abs()**2), 1)"),
            ("2**-1", "2**-1"),
            ("return -x**2;", "return -(x**2);"),
            ("|x| -(x - 1)**2", "|x| -((x - 1)**2)"),
            ("`${-x**2}`", "`${-(x**2)}`"),
            ("// -x**2\n-x ** 2", "// -x**2\n-(x ** 2)"),
        ] {
            assert_eq!(rewrite(typed).text, read, "{typed}");
        }
    }

    #[test]
    fn indices_pass_through_a_function_unless_literal() {
        for (typed, read) in [
            ("a[0]", "a[0]"),
            ("m[\"k\"]", "m[\"k\"]"),
            ("a[n/2] = 1", "a[__index(n/2)] = 1"),
            ("let a = [n/2]", "let a = [n/2]"),
            ("for i in [a, b] {}", "for i in [a, b] {}"),
            ("a[b[i]]", "a[__index(b[__index(i)])]"),
        ] {
            assert_eq!(rewrite(typed).text, read, "{typed}");
        }
    }

    #[test]
    fn variables_can_be_called() {
        for (typed, read) in [
            ("let f = |x| x; f(2)", "let f = |x| x; f.call(2)"),
            ("fn twice(f, x) { f(f(x)) }", "fn twice(f, x) { f.call(f.call(x)) }"),
            ("let max = 3; max(1, 2)", "let max = 3; max(1, 2)"),
            ("let g = |h| h(1); p.h(2)", "let g = |h| h.call(1); p.h(2)"),
            ("fn f(x) { x } f(2)", "fn f(x) { x } f(2)"),
            ("fn f(x) { x } fn g(f) { f(2) } f(3)", "fn f(x) { x } fn g(f) { f.call(2) } f(3)"),
            ("let max = |a, b| a; max(1, 2)", "let max = |a, b| a; max.call(1, 2)"),
            ("{ let h = |x| x; } h(1)", "{ let h = |x| x; } h(1)"),
            ("let f = |x| x; `${f(1)}`", "let f = |x| x; `${f.call(1)}`"),
        ] {
            assert_eq!(rewrite(typed).text, read, "{typed}");
        }
    }

    #[test]
    fn columns_map_back() {
        let r = rewrite("a[i] + nope");
        assert_eq!(r.text, "a[__index(i)] + nope");
        assert_eq!(r.column(1, 17), 8);
        assert_eq!(r.column(1, 1), 1);
    }
}
