//! What becomes of the results of calls: `s = s.trim()`, whose call gives nothing because it changes s, and `t.sort("x");`, whose table
//! nobody takes. Both would go on in silence. In the text such calls are put into functions that look at what was given.
use super::builtin;
use super::keywords::is_syntax;
use super::readings::Edits;
use super::walk::Walk;
use std::collections::HashSet;

/// The function that passes on what is taken, where it is something.
pub const TAKEN: &str = "__taken";
/// The function that passes on what nobody takes.
pub const LEFT: &str = "__left";

/// Functions that call a closure for what it gives.
const ASKING: [&str; 9] = ["map", "filter", "find_map", "reduce", "reduce_rev", "some", "all", "find", "add"];
/// Methods that give a table or points and leave what they were called for as it was.
const PURE: [&str; 16] = [
    "sort",
    "add",
    "select",
    "drop",
    "rename",
    "concat",
    "filter",
    "drop_missing",
    "fill_missing",
    "distinct",
    "join",
    "shuffle",
    "standardized",
    "standardised",
    "whitened",
    "head",
];
/// Operators behind a call that take what it gives.
const OPERATORS: [&str; 16] = ["+", "-", "*", "/", "%", "**", "^", "==", "!=", "<", "<=", ">", ">=", "&&", "||", "in"];

/// Branches within branches, and tokens of a condition, that are looked through: what costs a text of half a megabyte no time.
const DEEP: usize = 64;

/// What names stand for in a text.
pub struct Names {
    /// methods of lists, texts, maps and bytes that change them and give nothing
    changing: HashSet<&'static str>,
    /// the functions that the text defines
    own: HashSet<String>,
}

impl Names {
    /// Those of a text that defines these functions.
    pub fn new(own: HashSet<String>) -> Names {
        let kinds = builtin::TYPES.iter().filter(|t| matches!(t.name, "list" | "text" | "character" | "map" | "blob"));
        let rows: Vec<_> = kinds.flat_map(|t| t.rows).collect();
        let named = |nothing: bool| {
            let rows = rows.iter().filter(move |r| (r.gives == "nothing") == nothing);
            rows.filter_map(|r| r.signature.split('(').next()).collect::<HashSet<&str>>()
        };
        // what a name gives of another type may be nothing, too: m.remove("x")
        let changing = named(true).difference(&named(false)).copied().filter(|n| *n != "for_each").collect();
        Names { changing, own }
    }
    /// Whether a method changes its value and gives nothing.
    pub fn changes(&self, name: &str) -> bool {
        self.changing.contains(name) && !self.own.contains(name)
    }
}

/// A call of a function by its name: the tokens from the value before the dot to behind its parenthesis.
struct Called {
    from: usize,
    to: usize,
    method: bool,
}

fn called(w: &Walk, i: usize) -> Option<Called> {
    if !w.is_word(i) || !w.is(i + 1, "(") || w.word(i).starts_with("__") {
        return None;
    }
    let to = w.group(i + 1);
    // what is asked on belongs to the call behind it
    if !w.is(to - 1, ")") || [".", "?.", "[", "("].iter().any(|s| w.is(to, s)) {
        return None;
    }
    let method = i > 1 && (w.is(i - 1, ".") || w.is(i - 1, "?."));
    if !method {
        let other = i > 0 && (w.is(i - 1, "::") || w.is(i - 1, "fn"));
        return (!other).then_some(Called { from: i, to, method });
    }
    beginning(w, i - 2).map(|from| Called { from, to, method })
}

/// Where the value begins that a token ends.
fn beginning(w: &Walk, mut i: usize) -> Option<usize> {
    loop {
        // behind its group a value that is called, or whose entry is asked for
        while w.is(i, ")") || w.is(i, "]") {
            let open = w.opening(i)?;
            if !w.after_value(open) {
                return Some(open);
            }
            i = open - 1;
        }
        let value = w.is_number(i) || w.is_text(i) || w.is_word(i) && !is_syntax(&w.word(i));
        if !value {
            return None;
        }
        if i < 2 || ![".", "?.", "::"].iter().any(|s| w.is(i - 1, s)) {
            return Some(i);
        }
        i -= 2;
    }
}

/// Whether something takes what a call gives.
fn is_taken(w: &Walk, call: &Called, whole: bool) -> bool {
    let is = |i: usize, all: &[&str]| all.iter().any(|s| w.is(i, s));
    if is(call.to, &OPERATORS) {
        return true;
    }
    let Some(before) = call.from.checked_sub(1) else { return !whole && call.to == w.len() };
    match () {
        () if is(before, &["=", "in", "return", "if", "while", "switch", "(", "[", ":"]) => true,
        () if w.is(before, ",") => w.opening(before).is_some_and(|o| is(o, &["(", "["])),
        () if is(before, &["|", "||"]) => asked(w, before),
        () => call.method && is(before, &["{", "}", ";"]) && is_given(w, call),
    }
}

/// Whether a call ends the body of a closure that is called for what it gives, that of a function, for one of its arguments (a function
/// changes none of them), or a branch of an `if` that stands where a value is taken.
fn is_given(w: &Walk, call: &Called) -> bool {
    let (mut from, mut to) = (call.from, call.to);
    for _ in 0..DEEP {
        let body = if w.is(to, "}") {
            w.opening(to).filter(|b| from > 0 && (*b == from - 1 || w.is(from - 1, ";") || w.is(from - 1, "}")))
        } else {
            None
        };
        let Some((body, before)) = body.and_then(|b| Some((b, b.checked_sub(1)?))) else { return false };
        if w.is(before, "|") || w.is(before, "||") {
            return asked(w, before);
        }
        let Some(first) = branching(w, body) else {
            let open = if w.is(before, ")") { w.opening(before) } else { None };
            let Some(open) = open.filter(|o| *o > 1 && w.is(o - 2, "fn")) else { return false };
            let name = w.word(call.from);
            return (open + 1..body).any(|k| w.is(k, &name));
        };
        let takes = ["=", "return", "(", "[", ":"].iter().any(|s| first > 0 && w.is(first - 1, s));
        if takes {
            return true;
        }
        let Some(end) = chain_end(w, to + 1) else { return false };
        (from, to) = (first, end);
    }
    false
}

/// Behind the branches that follow one.
fn chain_end(w: &Walk, mut to: usize) -> Option<usize> {
    for _ in 0..DEEP {
        if !w.is(to, "else") {
            return Some(to);
        }
        // `else if c {`
        to = (to..w.len().min(to + DEEP)).find(|k| w.is(*k, "{"))?;
        to = w.group(to);
    }
    None
}

/// The `if` that begins the chain of branches a brace opens one of.
fn branching(w: &Walk, brace: usize) -> Option<usize> {
    let mut i = brace.checked_sub(1)?;
    for _ in 0..DEEP {
        if w.is(i, "else") {
            i = w.opening(i.checked_sub(1)?)?.checked_sub(1)?;
        } else if w.is(i, "if") {
            let Some(before) = i.checked_sub(1).filter(|b| w.is(*b, "else")) else { return Some(i) };
            i = before;
        } else if ["{", "}", ";"].iter().any(|s| w.is(i, s)) {
            return None;
        } else {
            i = if w.is(i, ")") || w.is(i, "]") { w.opening(i)? } else { i }.checked_sub(1)?;
        }
    }
    None
}

/// Whether the closure whose bars end at a token is called for what it gives.
fn asked(w: &Walk, bar: usize) -> bool {
    let call = w.opening(bar).filter(|o| w.is(*o, "(")).and_then(|o| o.checked_sub(1));
    call.is_some_and(|name| ASKING.iter().any(|f| w.is(name, f)))
}

/// Whether a call is a statement that another follows.
fn is_left(w: &Walk, call: &Called) -> bool {
    let begins = call.from == 0 || [";", "{", "}"].iter().any(|s| w.is(call.from - 1, s));
    begins && w.is(call.to, ";") && call.to + 1 < w.len()
}

/// The call of a name, where what it gives is to be looked at. `whole` says that the tokens are those of the text itself.
pub fn looked_at(w: &Walk, i: usize, whole: bool, names: &Names, out: &mut Edits) {
    let Some(call) = called(w, i) else { return };
    let name = w.word(i);
    let function = match () {
        () if names.own.contains(&name) => return,
        () if names.changes(&name) && is_taken(w, &call, whole) => TAKEN,
        () if call.method && PURE.contains(&name.as_str()) && is_left(w, &call) => LEFT,
        () => return,
    };
    out.insert(w.token(call.from).from, format!("{function}(\"{name}\", "));
    out.insert(w.token(call.to - 1).to, ")");
}
