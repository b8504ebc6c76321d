//! What people write who come from Python, Julia, R, MATLAB or Rust, where it means nothing here: what to write instead.
use super::letters::letters;
use super::lex::lex;
use super::walk::Walk;

/// A phrase of another language, and what to write.
pub struct Phrase {
    /// the first character, from 0
    pub at: usize,
    /// how many there are
    pub length: usize,
    /// what is wrong with it
    pub message: String,
    /// what to write
    pub hint: String,
}

/// Tokens that are looked back at.
const NEAR_TOKENS: usize = 20;

/// Lines between a phrase and where reading stopped because of it.
const NEAR: usize = 1;

/// In a text that cannot be read, the phrase nearest to the line (from 1) where reading stopped; none where that has
/// another reason.
pub fn phrase(text: &str, stopped: Option<usize>) -> Option<Phrase> {
    let mut c: Vec<char> = text.chars().collect();
    let lexed = lex(&c);
    lexed.instead.iter().for_each(|(i, ch)| c[*i] = *ch);
    let mut best: Option<(usize, Phrase)> = None;
    let mut seen = (0, 1);
    for tokens in lexed.lists.iter().rev().take(1) {
        let w = Walk::new(&c, tokens);
        for i in 0..w.len() {
            let Some(found) = at(&w, i) else { continue };
            let line = seen.1 + c[seen.0..found.at].iter().filter(|ch| **ch == '\n').count();
            seen = (found.at, line);
            let apart = stopped.map_or(0, |s| s.abs_diff(line));
            if apart <= NEAR && best.as_ref().is_none_or(|b| apart < b.0) {
                best = Some((apart, found));
            }
        }
    }
    best.map(|b| b.1)
}

/// The phrase that begins at a token.
fn at(w: &Walk, i: usize) -> Option<Phrase> {
    let found = word(w, i).or_else(|| symbol(w, i)).or_else(|| number(w, i)).or_else(|| assignment(w, i));
    found.map(|(tokens, message, hint)| {
        let (first, last) = (w.token(i), w.token((i + tokens - 1).min(w.len() - 1)));
        Phrase { at: first.from, length: last.to - first.from, message, hint }
    })
}

/// How many tokens, what is wrong, what to write.
type Found = Option<(usize, String, String)>;

fn say(tokens: usize, message: impl Into<String>, hint: impl Into<String>) -> Found {
    Some((tokens, message.into(), hint.into()))
}

/// Whether a statement begins at a token.
fn begins(w: &Walk, i: usize) -> bool {
    i == 0 || [";", "{", "}"].iter().any(|s| w.is(i - 1, s)) || w.apart(i - 1, i)
}

/// Words that are no names of ours where they stand, with what to write.
const WORDS: &[(&str, &str, &str)] = &[
    ("elif", "`elif` is not known", "write else if"),
    ("elseif", "`elseif` is not known", "write else if"),
    ("elsif", "`elsif` is not known", "write else if"),
    ("then", "`then` is not known", "blocks stand in braces: if c { a } else { b }"),
    ("lambda", "`lambda` is not known", "a closure is |x| x^2"),
    ("pass", "`pass` is not known", "an empty block is {}"),
    ("except", "`except` is not known", "write try { … } catch (e) { print(e.message) }"),
    ("finally", "`finally` is not known", "write try { … } catch (e) { … } and go on behind it"),
    ("raise", "`raise` is not known", "write throw \"what is wrong\""),
    ("assert", "`assert` is not known", "write if !(…) { throw \"what is wrong\" }"),
    ("class", "there are no classes", "a map holds what belongs together: let p = #{ x: 1, y: 2 }; p.x"),
    ("struct", "there are no structs", "a map holds what belongs together: let p = #{ x: 1, y: 2 }; p.x"),
    ("match", "`match` is not known", "write switch x { 1 => a, _ => b }"),
    ("case", "`case` is not known", "write switch x { 1 => a, _ => b }"),
    ("begin", "`begin` is not known", "blocks stand in braces: { … }"),
    ("using", "`using` is not known", "every function is there without it; help() says how to find them"),
    ("use", "`use` is not known", "every function is there without it; help() says how to find them"),
    ("library", "`library` is not known", "every function is there without it; help() says how to find them"),
    ("var", "`var` is not known", "a variable begins with let; the variance of a list is variance(v)"),
    ("del", "`del` is not known", "a variable goes with its block; m.remove(\"key\") takes a key out of a map"),
    ("global", "`global` is not known", "functions read the variables of the script as they are"),
    ("yield", "`yield` is not known", "write v.map(|x| …), or push into a list"),
    ("async", "`async` is not known", "everything runs in order; flows use all processors by themselves"),
];

fn word(w: &Walk, i: usize) -> Found {
    if !w.is_word(i) {
        return None;
    }
    let name = w.word(i);
    let next = |s: &str| w.is(i + 1, s);
    let value_before = w.after_value(i) && i > 0 && !w.apart(i - 1, i);
    let behind_point = i > 0 && (w.is(i - 1, ".") || w.is(i - 1, "::"));
    if behind_point {
        return None;
    }
    if let Some(bad) = name.chars().find(|c| !c.is_ascii() || *c == '$') {
        let (message, hint) = letters(&name, bad);
        return say(1, message, hint);
    }
    if let Some(found) = of_conditions(w, i, &name, value_before) {
        return Some(found);
    }
    match name.as_str() {
        "not" if w.is_word(i + 1) || next("(") => say(1, "`not` is not known", "write !x, and a != b"),
        "is" if value_before => say(1, "`is` is not known", "write a == b"),
        "as" if value_before && ["f64", "f32", "i64", "i32", "usize"].contains(&w.word(i + 1).as_str()) => {
            say(2, "`as` changes no types", "write x.to_float() or x.to_int(); integers serve as numbers anyway")
        }
        "def" | "function" if w.is_word(i + 1) || next("(") => {
            let name = if w.is_word(i + 1) { w.word(i + 1) } else { "f".into() };
            say(
                1,
                format!("`{}` is not known", w.word(i)),
                format!("a function is fn {name}(x) {{ … }}, a closure |x| …"),
            )
        }
        "end" if begins(w, i) => say(1, "`end` ends nothing", "blocks stand in braces: for i in 0..10 { … }"),
        "from" if w.is_word(i + 1) => say(1, "`from` is not known", "every function is there without an import"),
        "import" if w.is_word(i + 1) => say(
            2,
            "`import` reads other scripts, by a text",
            "every function is there without it; import \"part\" as part; reads part.rhai",
        ),
        "mut" if i > 0 && w.is(i - 1, "let") => say(1, "`mut` is not known", "every variable can change: let x = 1"),
        "print" | "echo" | "puts" if w.is_text(i + 1) || w.is_word(i + 1) && !w.apart(i, i + 1) => {
            say(1, format!("`{name}` needs parentheses"), "write print(x)")
        }
        "f" | "r" | "b" if w.is_text(i + 1) && w.joined(i) => say(
            2,
            format!("a text has no prefix `{name}`"),
            "values stand in a text between backticks: `x is ${x}`, `${x:.3f}`",
        ),
        _ if next("!") && (w.is(i + 2, "(") || w.is(i + 2, "[")) => called_by_mark(w, i, &name),
        _ if CALLED.contains(&name.as_str()) && !w.apart(i, i + 1) && (w.is_word(i + 1) || w.is_number(i + 1)) => {
            say(2, format!("`{name}` needs parentheses"), format!("write {name}({})", w.word(i + 1)))
        }
        _ => WORDS.iter().find(|known| known.0 == name).and_then(|known| say(1, known.1, known.2)),
    }
}

/// Conditions and loops.
fn of_conditions(w: &Walk, i: usize, name: &str, value_before: bool) -> Found {
    match name {
        "and" | "or" if value_before => {
            let sign = if name == "and" { "&" } else { "|" };
            if w.opening(i).is_some_and(|open| w.is(open, "[")) {
                let hint = format!(
                    "write a {sign} b of lists, entry by entry: t[t.x > 1 {sign} t.y < 2]; a {sign}{sign} b joins two truths"
                );
                return say(1, format!("`{name}` is not known"), hint);
            }
            say(1, format!("`{name}` is not known"), format!("write a {sign}{sign} b"))
        }
        "for" if w.is_word(i + 1) && w.is(i + 2, ",") => say(
            3,
            "two names of a loop stand in parentheses",
            "write for (x, i) in v { … }: the entry and its place; of a map for k in m.keys() { m[k] }",
        ),
        "if" | "while" | "for" if w.is(i + 1, "(") && braceless(w, i) => {
            say(1, format!("what `{name}` does stands in braces"), format!("write {name} … {{ print(1) }}"))
        }
        "for" if i > 0 && value_before => {
            say(1, "a list is not made by `for`", "write v.map(|x| x^2), v.filter(|x| x > 0)")
        }
        "if" if value_before => say(1, "`if` stands before what it chooses", "write if c { a } else { b }"),
        _ => None,
    }
}

/// Whether a statement stands behind the parentheses of an `if`, without braces.
fn braceless(w: &Walk, i: usize) -> bool {
    let end = w.group(i + 1);
    w.is_word(end) && !["in", "is", "and", "or", "else"].iter().any(|s| w.is(end, s))
}

/// `print!(…)` and `vec![…]` of Rust.
fn called_by_mark(w: &Walk, i: usize, name: &str) -> Found {
    let mend = if w.is(i + 2, "[") { "a list is [1, 2, 3]" } else { "write print(x), print(`x is ${x}`)" };
    say(2, format!("there is no macro `{name}!`"), mend)
}

/// Functions that textbooks write without parentheses.
const CALLED: [&str; 11] = ["sin", "cos", "tan", "exp", "ln", "log", "sqrt", "abs", "tanh", "sinh", "cosh"];

/// Signs that are no operators of ours.
const SIGNS: &[(&[&str], &str, &str)] = &[
    (&["#"], "`#` begins no comment", "write // before a comment"),
    (&["%", "*", "%"], "`%*%` is not known", "write p.matmul(m)"),
    (&["%", "/", "%"], "`%/%` is not known", "write idiv(a, b)"),
    (&["%", "%"], "`%%` is not known", "write a % b"),
    (&["<", "-"], "`<-` assigns nothing here", "write let x = … for a new variable, x = … for one that is there"),
    (&["-", ">"], "`->` is not known", "a closure is |x| x^2, a function fn f(x) { … }"),
    (&["=>"], "`=>` makes no function", "a closure is |x| x^2"),
    (&[":", "="], "`:=` is not known", "write let x = …"),
    (&["<", ">"], "`<>` is not known", "write a != b"),
    (&["~", "="], "`~=` is not known", "write a != b"),
    (&["~"], "`~` is not known", "not is !x, a closure |x| …"),
    (&["==="], "`===` is not known", "write a == b"),
    (&["!=="], "`!==` is not known", "write a != b"),
    (&["@"], "`@` is not known", "a closure is |x| x^2; a product of matrices p.matmul(m)"),
    (&["?"], "`? :` is not known", "write if c { a } else { b }"),
    (&["..."], "`...` is not needed", "a statement runs on over lines until its `;`"),
    (
        &["\\"],
        "`\\` is not known",
        "linalg::solve(a, b) solves equations; a statement runs on over lines until its `;`",
    ),
    (&["≤"], "`≤` is not on every keyboard", "write <="),
    (&["≥"], "`≥` is not on every keyboard", "write >="),
    (&["≠"], "`≠` is not on every keyboard", "write !="),
    (&["∞"], "`∞` is not known", "write 1.0/0.0"),
    (&["√"], "`√` is not known", "write sqrt(x)"),
    (&["∈"], "`∈` is not known", "write for x in v { … }, v.contains(x)"),
    (&["²"], "`²` is not known", "write x^2"),
    (&["³"], "`³` is not known", "write x^3"),
    (&["…"], "`…` is not known", "a range is 0..10; a statement runs on over lines until its `;`"),
];

fn symbol(w: &Walk, i: usize) -> Found {
    if let Some(found) = started(w, i).or_else(|| colon(w, i)).or_else(|| quotes(w, i)) {
        return Some(found);
    }
    if w.is(i, "::") && w.opening(i).is_some_and(|open| w.is(open, "[")) && !(w.is_word(i - 1) && w.is_word(i + 1)) {
        return say(
            1,
            "`::` makes no range",
            "v.extract(a..b) is a part of a list, v.reverse(); turns it round where it stands",
        );
    }
    if w.is(i, "...") && w.after_value(i) && w.joined(i) {
        return say(1, "`...` is no range", "0..n goes to n - 1, 0..=n to n");
    }
    if w.is(i, "!") && w.after_value(i) && w.joined(i - 1) && !w.begins_value(i + 1) {
        return say(1, "`!` is no factorial", "n! is exp(lgamma(n + 1))");
    }
    if let Some(found) = rows(w, i) {
        return Some(found);
    }
    let run = |n: usize| (1..n).all(|k| w.joined(i + k - 1));
    for (signs, message, hint) in SIGNS {
        if signs.iter().enumerate().all(|(k, s)| w.is(i + k, s)) && run(signs.len()) {
            return say(signs.len(), *message, *hint);
        }
    }
    for sign in ["+", "-"] {
        let ends =
            i + 2 >= w.len() || [";", ")", "}", "]", ","].iter().any(|s| w.is(i + 2, s)) || w.apart(i + 1, i + 2);
        if w.is(i, sign) && w.is(i + 1, sign) && w.joined(i) && w.after_value(i) && ends {
            return say(2, format!("`{sign}{sign}` is not known"), format!("write x {sign}= 1"));
        }
    }
    None
}

/// Lists and matrices as MATLAB writes them.
fn rows(w: &Walk, i: usize) -> Found {
    if !w.opening(i).is_some_and(|open| w.is(open, "[")) {
        return None;
    }
    if w.is(i, ";") {
        return say(1, "`;` makes no rows", "a matrix is points([[1, 2], [3, 4]])");
    }
    let beside = w.is_number(i) && w.is_number(i + 1);
    beside.then(|| (2, "entries of a list have commas between them".to_string(), "write [1, 2, 3]".to_string()))
}

/// What begins a statement only elsewhere: magics, commands of a shell or an editor.
fn started(w: &Walk, i: usize) -> Found {
    if !begins(w, i) || !w.joined(i) || !w.is_word(i + 1) {
        return None;
    }
    let name = w.word(i + 1);
    if w.is(i, "%") {
        return say(2, format!("there is no magic `%{name}`"), "scripts have none; timestamp().elapsed gives seconds");
    }
    if w.is(i, ":") {
        return say(
            2,
            format!("there is no command `:{name}`"),
            "a script ends by itself, or by exit(); exit and Ctrl-D leave the prompt, help() explains",
        );
    }
    w.is(i, "!").then(|| {
        (
            2,
            "a script runs no commands of the system".to_string(),
            "leave the line out; !x is the opposite of a truth".to_string(),
        )
    })
}

fn colon(w: &Walk, i: usize) -> Found {
    if !w.is(i, ":") || i == 0 {
        return None;
    }
    let range = w.after_value(i) && w.begins_value(i + 1);
    let joined = w.joined(i - 1) && w.joined(i);
    let outside = !(range && joined) && w.opening(i).is_none_or(|open| w.is(open, "{"));
    if outside && w.line_begins_with(i, &["if", "for", "while", "else", "def", "try", "fn", "elif", "with", "class"]) {
        return say(1, "a block does not begin with `:`", "blocks stand in braces: if c { … } else { … }");
    }
    if w.line_begins_with(i, &["let", "const", "fn"]) && w.is_word(i - 1) && w.is_word(i + 1) {
        return say(2, "variables have no types", "write let x = 1.0, fn f(x) { … }");
    }
    if let Some(open) = w.opening(i)
        && w.is(open, "{")
        && (w.is_text(i - 1) || w.is_word(i - 1))
    {
        return say(1, "a map begins with `#{`", "write #{ a: 1, b: 2 }");
    }
    if w.opening(i).is_some_and(|open| w.is(open, "[")) {
        return say(
            1,
            "`:` makes no range",
            "p[a..b] are rows, p.col(i) is a column, v.extract(a..b) a part of a list",
        );
    }
    if w.opening(i).is_some_and(|open| w.is(open, "#{")) {
        return None;
    }
    range.then(|| {
        (
            1,
            "`:` makes no range".to_string(),
            "1..10 goes to 9, 1..=10 to 10; linspace(a, b, n) has other steps".to_string(),
        )
    })
}

fn quotes(w: &Walk, i: usize) -> Found {
    if !w.is_text(i) {
        return None;
    }
    let text = w.word(i);
    let single = text.starts_with('\'') && text.chars().count() != 3;
    if text.starts_with('\'') && i > 0 && w.joined(i - 1) && w.after_value(i) {
        return say(1, "`'` does not transpose", "p.col(i) is a column; texts stand in double quotes");
    }
    single.then(|| (1, "a text does not stand in single quotes".to_string(), "write \"text\"".to_string()))
}

fn number(w: &Walk, i: usize) -> Found {
    if !w.is_number(i) {
        return None;
    }
    let text = w.word(i);
    if ["0x", "0o", "0b", "0X"].iter().any(|p| text.starts_with(p)) {
        return None;
    }
    let digits = text.chars().take_while(|c| c.is_ascii_digit() || matches!(c, '_' | '.')).count();
    let rest: String = text.chars().skip(digits).collect();
    let exponent = rest.trim_start_matches(['e', 'E']).trim_start_matches(['+', '-']);
    if rest.starts_with(['e', 'E']) && !exponent.is_empty() && exponent.chars().all(|c| c.is_ascii_digit() || c == '.')
    {
        return exponent.contains('.').then(|| {
            let power: String = text.split(['e', 'E']).next().unwrap_or_default().into();
            (1, "an exponent is a whole number".to_string(), format!("write {power}*10^{exponent}"))
        });
    }
    if !rest.is_empty() {
        let number: String = text.chars().take(digits).collect();
        return match rest.as_str() {
            "j" | "i" | "im" => say(1, "there are no complex numbers", format!("a product is written {number}*{rest}")),
            "f" | "f32" | "f64" | "L" | "i64" => {
                say(1, format!("`{rest}` belongs to no number"), format!("write {number}"))
            }
            _ => say(1, format!("`{text}` is no number and no name"), format!("a product is written {number}*{rest}")),
        };
    }
    let product = w.joined(i) && w.is(i + 1, "(");
    product.then(|| (2, "a number is not called".to_string(), format!("a product is written {text}*(…)")))
}

/// `=` where a comparison, an option or one new variable was meant.
fn assignment(w: &Walk, i: usize) -> Found {
    if !w.is(i, "=") {
        return None;
    }
    let mut before =
        (i.saturating_sub(NEAR_TOKENS)..i).rev().take_while(|k| !["{", "}", ";"].iter().any(|s| w.is(*k, s)));
    if before.any(|k| w.is(k, "if") || w.is(k, "while")) {
        return say(1, "`=` sets a variable, it compares nothing", "write a == b");
    }
    if let Some(open) = w.opening(i)
        && w.is(open, "(")
        && w.is_word(i - 1)
        && (w.is(i - 2, "(") || w.is(i - 2, ","))
    {
        let name = w.word(i - 1);
        return say(1, "arguments have no names", format!("options stand in a map at the end: f(x, #{{ {name}: … }})"));
    }
    if i >= 4 && w.is(i - 1, ")") {
        let open = (i.saturating_sub(NEAR_TOKENS)..i).rev().find(|k| w.is(*k, "("));
        if let Some(name) = open.and_then(|o| o.checked_sub(1)).filter(|k| w.is_word(*k) && w.word(*k) != "let") {
            let (f, x) = (w.word(name), w.word(name + 2));
            return say(1, "a function is not set by `=`", format!("write fn {f}({x}) {{ … }}, or let {f} = |{x}| …;"));
        }
    }
    let listed = i >= 4 && w.is(i - 2, ",") && w.is_word(i - 3);
    let bare = listed && w.is_word(i - 1) && w.opening(i).is_none_or(|o| w.is(o, "{"));
    let enclosed = i >= 5 && (w.is(i - 1, ")") || w.is(i - 1, "]")) && w.is(i - 3, ",");
    let several = bare || enclosed;
    several.then(|| {
        (1, "one variable is set at a time".to_string(), "let r = f(); let a = r[0]; let b = r[1];".to_string())
    })
}

#[cfg(test)]
mod tests {
    use super::phrase;

    /// The nearest to where reading stopped.
    #[test]
    fn phrases_are_found_near_the_line() {
        let text = "let a = 1;\n# one\nlet b = 2;\nlet c = 3;\nx++;\n";
        let hint = |line| phrase(text, Some(line)).map(|p| p.hint);
        assert_eq!(hint(2).as_deref(), Some("write // before a comment"));
        assert_eq!(hint(5).as_deref(), Some("write x += 1"));
        assert_eq!(phrase("let a = 1", Some(1)).map(|p| p.hint), None);
    }
}
