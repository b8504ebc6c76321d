//! Readings of a script that mathematicians expect and Rhai does not have, as insertions that keep columns.
//!
//! `-x**2` is −(x²): Rhai's unary minus binds first, so the power gets parentheses. `x^2` is x². `0 < x < 1` is one
//! comparison. `a[n/2]` works for whole floats: an index that is not a literal goes through `__index`. `f(2)` calls a
//! closure held by a variable or a parameter f. `${x:.3f}` is written as it says, `catch (e)` gives an error as people
//! know it. Positions in errors are mapped back to the text as typed.
//!
//! All of it takes a time in proportion to the length of the text: the thread that hears interrupts asks here whether an
//! input is whole.
use super::copies;
use super::lex::{Kind, Lexed, lex};
use super::readings::{self, Edits, Refusal};
use super::results;
use super::walk::Walk;
use std::collections::{HashMap, HashSet};

/// The rewritten text and how to find one's way back.
pub struct Rewritten {
    /// what the interpreter reads
    pub text: String,
    /// what cannot be run as it stands
    pub refused: Option<Refusal>,
    /// whether `^` is written somewhere
    pub powers: bool,
    /// a name that a text between quotes holds as if it were a template
    pub bare: Option<String>,
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

/// Tokens over which a name holds a value that may be a closure.
struct Binding {
    name: String,
    from: usize,
    to: usize,
}

/// Where the bindings of every name hold: asked in the time of a search, however many there are.
struct Bindings(HashMap<String, Vec<(usize, usize)>>);

impl Bindings {
    /// Of one list of tokens; spans of a name are sorted by where they begin, each with the farthest end so far.
    fn new(all: Vec<Binding>) -> Bindings {
        let mut spans: HashMap<String, Vec<(usize, usize)>> = HashMap::new();
        for b in all {
            spans.entry(b.name).or_default().push((b.from, b.to));
        }
        for list in spans.values_mut() {
            list.sort_unstable();
            let mut farthest = 0;
            for (_, to) in list {
                farthest = farthest.max(*to);
                *to = farthest;
            }
        }
        Bindings(spans)
    }
    /// Whether a name is bound at a token.
    fn holds(&self, name: &str, at: usize) -> bool {
        let Some(list) = self.0.get(name) else { return false };
        let before = list.partition_point(|(from, _)| *from <= at);
        before > 0 && list[before - 1].1 > at
    }
    /// Whether a name is bound anywhere.
    fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }
}

/// Parameters over their bodies, and variables from their definition on. A parameter, or a variable that is defined as
/// a closure, hides a function of its name; any other variable leaves functions what they are.
fn bindings(w: &Walk, plain: &HashSet<String>) -> Bindings {
    let functions = defined(w);
    let mut out = vec![];
    for i in 0..w.len() {
        if (w.is(i, "let") || w.is(i, "const")) && w.is_word(i + 1) {
            let name = w.word(i + 1);
            let closure = w.is(i + 2, "=") && (w.is(i + 3, "|") || w.is(i + 3, "||"));
            if closure || !(plain.contains(&name) || functions.contains(&name)) {
                out.push(Binding { name, from: i + 2, to: w.enclosing_end(i) });
            }
        } else if w.is(i, "fn") && w.is(i + 2, "(") {
            let body = w.group(i + 2);
            for k in (i + 3..body).take_while(|k| w.is_word(*k) || w.is(*k, ",")).filter(|k| w.is_word(*k)) {
                out.push(Binding { name: w.word(k), from: body, to: w.group(body) });
            }
        } else if w.is(i, "|") && !w.after_value(i) {
            let Some(end) = (i + 1..w.len()).find(|k| w.is(*k, "|")) else { continue };
            for k in (i + 1..end).filter(|k| w.is_word(*k)) {
                out.push(Binding { name: w.word(k), from: end, to: w.enclosing_end(end) });
            }
        }
    }
    Bindings::new(out)
}

/// Insertions (character offset, text) for one list of tokens.
fn insertions(w: &Walk, outer: &Bindings, plain: &HashSet<String>, out: &mut Edits) {
    let own = bindings(w, plain);
    for i in 0..w.len() {
        let defined = i > 0 && (w.is(i - 1, "fn") || w.is(i - 1, ".") || w.is(i - 1, "::") || w.is(i - 1, "?."));
        if w.is_word(i) && w.is(i + 1, "(") && !defined {
            let name = w.word(i);
            // inside a template the names of the whole text hold
            if own.holds(&name, i) || outer.has(&name) {
                out.insert(w.token(i).to, ".call");
            }
        }
        if w.is(i, "-") && !w.after_value(i) {
            // of several signs in a row the innermost takes the power
            if let Some(end) = w.power(i + 1) {
                out.insert(w.token(i + 1).from, "(");
                out.insert(w.token(end - 1).to, ")");
            }
        }
        if w.is(i, "[") && w.after_value(i) {
            let end = w.group(i);
            // 1.0 is an index, too, but not for the interpreter
            let pointed = || w.word(i + 1).contains('.');
            let literal = end == i + 3 && matches!(w.token(i + 1).kind, Kind::Number | Kind::Text) && !pointed();
            let closed = end > i + 2 && w.is(end - 1, "]");
            if closed && !literal {
                out.insert(w.token(i).to, format!("{INDEX}("));
                out.insert(w.token(end - 1).from, ")");
            }
        }
    }
}

/// Rewrites a script. `natives` are the functions of the language: they keep their names.
pub fn rewrite(text: &str, natives: &HashSet<String>) -> Rewritten {
    let mut c: Vec<char> = text.chars().collect();
    let lexed = lex(&c);
    lexed.instead.iter().for_each(|(i, ch)| c[*i] = *ch);
    let mut edits = Edits::default();
    readings::of_text(&c, &lexed, &mut edits);
    all(&c, &lexed, natives, &mut edits);
    edits.inserted.sort_by_key(|(at, s)| (*at, !s.starts_with([')', '"'])));
    edits.instead.iter().for_each(|(i, ch)| c[*i] = *ch);
    applied(&c, edits, text.len())
}

/// The readings of every list of tokens.
fn all(c: &[char], lexed: &Lexed, natives: &HashSet<String>, edits: &mut Edits) {
    // the text itself is the last list; those before it stand in its templates
    let (templates, whole) = lexed.lists.split_at(lexed.lists.len().saturating_sub(1));
    let nothing = Bindings::new(vec![]);
    let outer = whole.first().map_or(Bindings::new(vec![]), |t| bindings(&Walk::new(c, t), natives));
    let names = results::Names::new(whole.first().map_or(HashSet::new(), |t| defined(&Walk::new(c, t))));
    for (lists, outer, is_whole) in [(templates, &outer, false), (whole, &nothing, true)] {
        for t in lists {
            let walk = Walk::new(c, t);
            insertions(&walk, outer, natives, edits);
            readings::of_tokens(&walk, edits);
            for i in 0..walk.len() {
                results::looked_at(&walk, i, is_whole, &names, edits);
                copies::looked_at(&walk, i, &names, edits);
            }
        }
    }
}

/// The functions that a text defines.
fn defined(w: &Walk) -> HashSet<String> {
    (0..w.len()).filter(|i| w.is(*i, "fn") && w.is(i + 2, "(")).map(|i| w.word(i + 1)).collect()
}

/// The text with its insertions, which are sorted by their places.
fn applied(c: &[char], edits: Edits, length: usize) -> Rewritten {
    let all = edits.inserted;
    let mut out = String::with_capacity(length + 16 * all.len());
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
    Rewritten { text: out, refused: edits.refused, powers: edits.powers, bare: edits.bare, inserted }
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
            ("`${-x**2}`", "__text(`${-(x**2)}`)"),
            ("// -x**2\n-x ** 2", "// -x**2\n-(x ** 2)"),
            ("3^2 + x .^ 2", "3**2 + x  ** 2"),
            ("-x^2", "-(x**2)"),
            ("x ^= 2", "x **= 2"),
            ("\u{feff}a\u{a0}− “b”", " a - \"b\""),
            ("#!/usr/bin/gflow\n1", "// usr/bin/gflow\n1"),
        ] {
            assert_eq!(rewrite(typed).text, read, "{typed}");
        }
    }

    #[test]
    fn comparisons_are_chained_and_formats_and_errors_read() {
        for (typed, read) in [
            ("0 < x < 1", "__chain(\"< <\", 0 , x , 1)"),
            ("if a[i] <= f(x) + 1 <= b && c { }", "if __chain(\"<= <=\", a[__index(i)] ,  f(x) + 1 ,  b) && c { }"),
            ("a == b == c", "__chain(\"== ==\", a ,  b ,  c)"),
            ("a < b && b < c", "a < b && b < c"),
            ("(a < b) == c", "(a < b) == c"),
            ("|x| 0 < -x^2 < 1", "|x| __chain(\"< <\", 0 , -(x**2) , 1)"),
            ("`${x:.3f} ${0 < x < 1}`", "__text(`${__format(x,\".3f\")} ${__chain(\"< <\", 0 , x , 1)}`)"),
            ("`${a::b(1)}`", "__text(`${a::b(1)}`)"),
            ("if a { throw \"b\" + c }", "if a { throw __throw(\"b\" + c) }"),
            ("throw f(1, [2]); d", "throw __throw(f(1, [2])); d"),
            ("try { 1 } catch (e) { e }", "try { 1 } catch (e) {let e = __caught(e); e }"),
        ] {
            assert_eq!(rewrite(typed).text, read, "{typed}");
        }
        for refused in ["a < b == c", "a != b != c", "/* a", "7 // 2", "x <- 5;"] {
            assert!(rewrite(refused).refused.is_some(), "{refused}");
        }
        for fine in ["a < -b", "7 // two", "let n = 3; // 2", "a /* b */", "x<y"] {
            assert!(rewrite(fine).refused.is_none(), "{fine}");
        }
    }

    #[test]
    fn indices_pass_through_a_function_unless_literal() {
        for (typed, read) in [
            ("a[0]", "a[0]"),
            ("a[1.0]", "a[__index(1.0)]"),
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
            ("let f = |x| x; `${f(1)}`", "let f = |x| x; __text(`${f.call(1)}`)"),
        ] {
            assert_eq!(rewrite(typed).text, read, "{typed}");
        }
    }

    #[test]
    fn calls_are_looked_at_whose_results_would_be_lost() {
        for (typed, read) in [
            ("s = s.trim()", "s = __taken(\"trim\", s.trim())"),
            ("v.map(|s| s.trim())", "v.map(|s| __taken(\"trim\", s.trim()))"),
            ("print(sort(x))", "print(__taken(\"sort\", sort(x)))"),
            ("`${s.trim()}`", "__text(`${__taken(\"trim\", s.trim())}`)"),
            ("if a.b[0].trim() == c { }", "if __taken(\"trim\", a.b[0].trim()) == c { }"),
            ("v.sort(); v", "__left(\"sort\", v.sort()); v"),
            ("v.push(1); v", "v.push(1); v"),
            ("t.sort(\"x\"); t", "__left(\"sort\", t.sort(\"x\")); t"),
            ("t.sort(\"x\");", "t.sort(\"x\");"),
            ("fn f(s) { s.trim() }", "fn f(s) { __taken(\"trim\", s.trim()) }"),
            ("fn f(s) { this.push(s) }", "fn f(s) { this.push(s) }"),
            ("r = if c { s.trim() } else { s }", "r = if c { __taken(\"trim\", s.trim()) } else { s }"),
            (
                "r = if f(c) { s } else if d[0] > 1 { 2 } else { t(); s.trim() };",
                "r = if f(c) { s } else if d[0] > 1 { 2 } else { t(); __taken(\"trim\", s.trim()) };",
            ),
            (
                "r = if c { if d { s.trim() } else { s } } else { s }",
                "r = if c { if d { __taken(\"trim\", s.trim()) } else { s } } else { s }",
            ),
            ("fn f(s) { if s { s.trim() } else { s } }", "fn f(s) { if s { __taken(\"trim\", s.trim()) } else { s } }"),
            ("if c { s.trim() } else { s }", "if c { s.trim() } else { s }"),
            ("if c { r = 1; v.push(1) }", "if c { r = 1; v.push(1) }"),
            ("v.map(|s| { s.trim() })", "v.map(|s| { __taken(\"trim\", s.trim()) })"),
            ("v.for_each(|x| w.push(x))", "v.for_each(|x| w.push(x))"),
            ("fn sort(x) { x } y = sort(x)", "fn sort(x) { x } y = sort(x)"),
            ("switch x { 1 => v.push(1), 2 => v.push(2) }", "switch x { 1 => v.push(1), 2 => v.push(2) }"),
        ] {
            assert_eq!(rewrite(typed).text, read, "{typed}");
        }
    }

    #[test]
    fn changes_of_what_properties_give_are_looked_at() {
        for (typed, read) in [
            ("r.h.x[0] = 1", "__kept(r, \"h.x\"); r.h.x[0] = 1"),
            ("x; r.h[0].y += 1", "x; __kept(r, \"h\"); r.h[0].y += 1"),
            ("if c { r.h.push(1) }", "if c { __kept(r, \"h\"); r.h.push(1) }"),
            ("r.h = 1; r.h.mean(); r[0].h.push(1); v.push(1)", "r.h = 1; r.h.mean(); r[0].h.push(1); v.push(1)"),
        ] {
            assert_eq!(rewrite(typed).text, read, "{typed}");
        }
    }

    /// Half a megabyte of what once took hours; a second is a hundred times what it takes.
    #[test]
    fn long_texts_take_a_time_in_proportion() {
        let begun = std::time::Instant::now();
        for part in [
            "-x**",
            "a[",
            "f(",
            "fn f(",
            "|x| x(",
            "let f = |x| x; f(f(1));",
            "`${",
            "`${f(1)}` + ",
            "-",
            "[",
            "throw ",
            "a.trim().",
            "a.b.",
            "if a { b.trim() } else ",
            "if a { ",
        ] {
            let text = part.repeat(500_000 / part.len());
            assert!(rewrite(&text).text.len() >= text.len(), "{part}");
        }
        assert!(begun.elapsed().as_secs() < 10, "{:?}", begun.elapsed());
    }

    #[test]
    fn columns_map_back() {
        let r = rewrite("a[i] + nope");
        assert_eq!(r.text, "a[__index(i)] + nope");
        assert_eq!(r.column(1, 17), 8);
        assert_eq!(r.column(1, 1), 1);
    }
}
