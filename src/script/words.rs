//! The interpreter's words, and Rust's, in a user's: what its errors mean, and what its names stand for.
use super::copies::KEPT;
use super::diagnostic::{Diagnostic, friendly};
use super::readings::{CAUGHT, CHAIN, FORMAT, TEXT, THROW};
use super::results::{LEFT, TAKEN};
use super::rewrite::INDEX;
use rhai::{EvalAltResult, FnPtr};

/// What the interpreter calls closures, and how their names begin.
const CLOSURE: &str = "anon$";
/// Where types of Rust come from whose names could show.
const CRATES: [&str; 10] =
    ["gflow", "rhai", "core", "alloc", "std", "burn", "burn_tensor", "rand", "rand_chacha", "smartstring"];

/// Functions that nobody wrote, and what stands there in a script.
const INSERTED: [(&str, &str); 9] = [
    (INDEX, "an index"),
    (CHAIN, "a comparison"),
    (FORMAT, "a format"),
    (TEXT, "a text"),
    (CAUGHT, "`catch`"),
    (THROW, "`throw`"),
    (TAKEN, "a call"),
    (LEFT, "a call"),
    (KEPT, "a change"),
];

/// What ends a script whose calls fill the stack.
pub const TOO_DEEP: &str = "too deep";

/// What is said of an index that is not one value.
pub fn index_words() -> Diagnostic {
    Diagnostic::new("an index is one value").hinted("write a[i], and a[i][j] for an entry of a list in a list")
}

/// Whether a function is a closure, which has no name of its own.
pub fn is_closure(name: &str) -> bool {
    name.starts_with(CLOSURE)
}

/// A function as a value.
pub fn function(f: &FnPtr) -> String {
    if is_closure(f.fn_name()) { "a closure".into() } else { format!("the function {}", f.fn_name()) }
}

/// What went wrong, for errors that are about the language alone; none for the others.
pub fn words(e: &EvalAltResult) -> Option<Diagnostic> {
    let d = match e {
        EvalAltResult::ErrorIndexingType(types, _) if types.contains("] = ") => {
            let of = types.split(" [").next().unwrap_or(types);
            Diagnostic::new(format!("the entries of a {} cannot be set", friendly(of)))
        }
        EvalAltResult::ErrorDotExpr(text, _) if text.starts_with("No writable property") => {
            let mut quoted = text.split('\'').skip(1).step_by(2);
            let (name, kind) = (quoted.next().unwrap_or_default(), quoted.next().unwrap_or_default());
            let d = Diagnostic::new(format!("the property `{name}` of a {} cannot be set", friendly(kind)));
            let row = friendly(kind) == "Row";
            if row { d.hinted(format!("write t.{name}[0] = …, the column before the row")) } else { d }
        }
        EvalAltResult::ErrorIndexingType(types, _) => {
            let (of, by) = types.split_once(" [").unwrap_or((types, ""));
            let (of, by) = (friendly(of), friendly(by.trim_end_matches(']')));
            let d = Diagnostic::new(format!("a {of} has no entries that a {by} could name"));
            if of == "Groups" {
                d.hinted("write t.group(\"g\").mean(\"x\"), or .std, .median, .min, .max, .sum, .count, .summary(#{ x: [\"mean\", \"std\"] })")
            } else {
                d
            }
        }
        EvalAltResult::ErrorDataRace(what, _) => {
            let name = what.split('\'').nth(1).unwrap_or("the call");
            Diagnostic::new(format!("`{name}` would change a variable that it also reads"))
                .hinted("a closure holds its variables themselves, not copies; pass a copy of what changes")
        }
        EvalAltResult::ErrorStringBounds(len, at, _) => {
            Diagnostic::new(format!("index {at} is outside a text of {len} characters"))
        }
        EvalAltResult::ErrorBitFieldBounds(len, at, _) => {
            Diagnostic::new(format!("bit {at} is outside a number of {len} bits"))
        }
        EvalAltResult::ErrorUnboundThis(_) => Diagnostic::new("`this` stands for nothing here"),
        EvalAltResult::ErrorFor(_) => Diagnostic::new(
            "`for` goes through lists, texts, ranges and the rows of tables only",
        )
        .hinted(
            "of a map: for k in m.keys() { m[k] }, for x in m.values() { … }; of points: for row in p.to_array() { … }",
        ),
        EvalAltResult::ErrorMismatchOutputType(wanted, got, _) => {
            Diagnostic::new(format!("expected a {}, got a {}", friendly(wanted), friendly(got)))
        }
        EvalAltResult::ErrorNonPureMethodCallOnConstant(name, _) => {
            let name = name.rsplit('$').find(|n| !n.is_empty()).unwrap_or(name);
            let what = if name == KEPT { "this".into() } else { format!("`{name}`") };
            Diagnostic::new(format!("{what} would change a constant")).hinted("let makes a variable, which can change")
        }
        EvalAltResult::ErrorAssignmentToConstant(name, _) => {
            Diagnostic::new(format!("the constant {name} cannot change"))
                .hinted("let makes a variable, which can change")
        }
        EvalAltResult::ErrorDataTooLarge(what, _) => Diagnostic::new(too_large(what)),
        EvalAltResult::ErrorRuntime(value, _) if value.is_unit() => Diagnostic::new("the script threw nothing"),
        _ => return None,
    };
    Some(d)
}

/// What would be too large.
fn too_large(what: &str) -> &'static str {
    match what {
        "Size of array/BLOB" => "this list would be too long: 100,000,000 entries at most, and a quarter of the memory",
        "Length of string" => "this text would be longer than 100,000,000 bytes",
        _ => "this map would have more than 10,000,000 keys",
    }
}

/// A message without names that are not the user's: closures, the function of indices, types of Rust.
pub fn plain(message: &str) -> String {
    let mut out = String::with_capacity(message.len());
    let mut rest = message;
    while let Some(at) = rest.find(|c: char| is_word(c)) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let end = path_end(from);
        let (word, behind) = from.split_at(end);
        rest = behind;
        if is_closure(word) {
            out.push_str("a closure");
        } else if let Some((_, ours)) = INSERTED.iter().find(|i| i.0 == word) {
            out.push_str(ours);
        } else if word.split_once("::").is_some_and(|(first, _)| CRATES.contains(&first)) {
            rest = generics(behind);
            out.push_str(&friendly(&from[..from.len() - rest.len()]));
        } else {
            out.push_str(word);
        }
    }
    out.push_str(rest);
    for (theirs, ours) in [("Fn*(\"a closure\")", "a closure"), ("Fn(a closure)", "a closure")] {
        out = out.replace(theirs, ours);
    }
    out
}

/// A text that a script prints: its own, but for names of closures, which a caught error may hold.
pub fn printed(text: &str) -> String {
    if text.contains(CLOSURE) { plain(text) } else { text.to_string() }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

/// Behind the words that `::` joins at the start of a text.
fn path_end(text: &str) -> usize {
    let mut end = 0;
    loop {
        end += text[end..].find(|c: char| !is_word(c)).unwrap_or(text.len() - end);
        match text[end..].strip_prefix("::").map(|t| t.starts_with(is_word)) {
            Some(true) => end += 2,
            _ => return end,
        }
    }
}

/// What follows the parameters of a type, if it has some.
fn generics(text: &str) -> &str {
    if !text.starts_with('<') {
        return text;
    }
    let mut depth = 0;
    let end = text.char_indices().find_map(|(i, c)| {
        depth += i32::from(c == '<') - i32::from(c == '>');
        (depth == 0).then_some(i + 1)
    });
    &text[end.unwrap_or(text.len())..]
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn names_of_the_program_stay_inside_it() {
        for (said, told) in [
            ("data::ring: option `std` is 3", "data::ring: option `std` is 3"),
            ("[gflow::script::values::DivergenceValue, 1]", "[Divergence, 1]"),
            ("a alloc::sync::Arc<dyn gflow::critic::CriticBuilder>!", "a CriticBuilder!"),
            ("burn_tensor::tensor::api::base::Tensor<2>", "Points"),
            ("[Fn*(\"anon$62e887d416a59964\")] and Fn(anon$1f)", "[a closure] and a closure"),
            ("in `anon$00`, __index", "in `a closure`, an index"),
            ("f(x) ≤ 2 ∇φ :: a", "f(x) ≤ 2 ∇φ :: a"),
        ] {
            assert_eq!(plain(said), told);
        }
    }
}
