//! What mathematicians mean by a chain of comparisons, by `^`, and by what else a text may hold; and what cannot be meant.
use super::lex::Lexed;
use super::walk::Walk;

/// The function that a chain of comparisons becomes.
pub const CHAIN: &str = "__chain";
/// The function that writes a value as a format says.
pub const FORMAT: &str = "__format";
/// The function that templates pass through.
pub const TEXT: &str = "__text";
/// The function that what is thrown passes through.
pub const THROW: &str = "__throw";
/// The function that caught errors pass through.
pub const CAUGHT: &str = "__caught";

/// Comparisons of a chain at most.
pub const LONGEST: usize = 8;

/// What is changed in a text.
#[derive(Default)]
pub struct Edits {
    /// what comes before a character
    pub inserted: Vec<(usize, String)>,
    /// what stands instead of one
    pub instead: Vec<(usize, char)>,
    /// the first thing that cannot be run as it stands
    pub refused: Option<Refusal>,
    /// whether a power is written `^`
    pub powers: bool,
    /// a name that a text between quotes holds as if it were a template
    pub bare: Option<String>,
}

impl Edits {
    /// Notes what comes before a character.
    pub fn insert(&mut self, at: usize, text: impl Into<String>) {
        self.inserted.push((at, text.into()));
    }
    fn refuse(&mut self, at: usize, length: usize, message: &str, hint: &str) {
        let refusal = Refusal { at, length, message: message.into(), hint: hint.into(), open: false };
        self.refused.get_or_insert(refusal);
    }
}

/// What cannot be run as it stands, and what to write.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// the first character it is about
    pub at: usize,
    /// how many there are
    pub length: usize,
    /// what is wrong
    pub message: String,
    /// what to write
    pub hint: String,
    /// whether more text could end it
    pub open: bool,
}

/// What is read in the characters of a text.
pub fn of_text(c: &[char], lexed: &Lexed, out: &mut Edits) {
    if let Some(at) = lexed.unclosed {
        out.refuse(
            at,
            2,
            "this comment is never closed",
            "a comment /* ends with */; // comments out the rest of a line",
        );
        out.refused.iter_mut().for_each(|r| r.open = true);
    }
    for (from, colon, to) in &lexed.formats {
        out.insert(*from, format!("{FORMAT}("));
        out.instead.push((*colon, ','));
        out.insert(colon + 1, "\"");
        out.insert(*to, "\")");
    }
    for (from, to) in &lexed.comments {
        if divides(c, *from, *to) {
            out.refuse(
                *from,
                2,
                "`//` begins a comment, it does not divide",
                "idiv(a, b) divides whole numbers; a comment behind a value needs more than a number or a name",
            );
        }
    }
    for (from, to) in &lexed.templates {
        out.insert(*from, format!("{TEXT}("));
        out.insert(*to, ")");
    }
}

/// Whether `//` stands where it would divide: a value before it, and a number or a name that ends a statement behind.
fn divides(c: &[char], from: usize, to: usize) -> bool {
    let before = c[..from].iter().rev().find(|ch| **ch == '\n' || !ch.is_whitespace());
    let after_value = before.is_some_and(|ch| ch.is_alphanumeric() || matches!(ch, '_' | ')' | ']'));
    let behind: String = c[from + 2..to].iter().collect();
    let behind = behind.trim();
    let operand = behind.trim_end_matches([';', ')']);
    let one = !operand.is_empty() && operand.chars().all(|ch| ch.is_alphanumeric() || matches!(ch, '_' | '.'));
    let number = operand.parse::<f64>().is_ok();
    after_value && one && (number || operand.len() < behind.len())
}

/// What is read in a list of tokens.
pub fn of_tokens(w: &Walk, out: &mut Edits) {
    for i in 0..w.len() {
        if w.is(i, "^") || w.is(i, "^=") {
            out.powers = true;
            out.insert(w.token(i).from, "*");
            out.instead.push((w.token(i).from, '*'));
        }
        if w.is(i, "catch") && w.is(i + 1, "(") && w.is_word(i + 2) && w.is(i + 3, ")") && w.is(i + 4, "{") {
            out.insert(w.token(i + 4).to, format!("let {0} = {CAUGHT}({0});", w.word(i + 2)));
        }
        if w.is(i, "throw") {
            thrown(w, i, out);
        }
        if w.is_text(i) && out.bare.is_none() {
            out.bare = held(&w.word(i));
        }
        assigned(w, i, out);
        bars(w, i, out);
        if w.begins_operand(i) {
            chain(w, i, out);
        }
    }
}

/// What is thrown, up to the end of its statement.
fn thrown(w: &Walk, i: usize, out: &mut Edits) {
    let mut end = i + 1;
    // one inside another is no statement, and would be looked through again and again
    while w.begins(end) && !w.is(end, "throw") {
        end = w.group(end);
    }
    if end > i + 1 && !w.is(i + 1, "|") && !w.is(i + 1, "||") {
        out.insert(w.token(i + 1).from, format!("{THROW}("));
        out.insert(w.token(end - 1).to, ")");
    }
}

/// `|x|` with nothing behind it that a closure could give: what stands there would be the closure, without a word.
fn bars(w: &Walk, i: usize, out: &mut Edits) {
    if !(w.is(i, "|") && !w.after_value(i) && w.is_word(i + 1) && w.is(i + 2, "|")) {
        return;
    }
    const BEHIND: [&str; 12] = [";", ")", "]", ",", "}", "+", "*", "/", "^", "**", "%", "&&"];
    let end = i + 3 >= w.len();
    if end || BEHIND.iter().any(|s| w.is(i + 3, s)) || w.comparison(i + 3).is_some() {
        let (first, last, name) = (w.token(i).from, w.token(i + 2).to, w.word(i + 1));
        let hint = format!("the absolute value is abs({name}), a closure |{name}| {name}^2");
        out.refuse(first, last - first, &format!("`|{name}|` begins a closure, and nothing follows"), &hint);
        if let Some(r) = out.refused.as_mut().filter(|r| r.at == first) {
            r.open = end;
        }
    }
}

/// The name in `"… ${name} …"`, which is written as it stands; `${x}$` is a formula.
fn held(text: &str) -> Option<String> {
    let inside = text.strip_prefix('"')?.split("${").nth(1)?;
    let (name, behind) = inside.split_once('}')?;
    let is_name = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'));
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic());
    (is_name && begins && !behind.contains('$')).then(|| name.to_string())
}

/// `x <- 5` of R, which would compare x with −5 and forget the answer.
fn assigned(w: &Walk, i: usize, out: &mut Edits) {
    let begins = i == 0 || [";", "{", "}"].iter().any(|s| w.is(i - 1, s));
    let arrow = w.is(i + 1, "<") && w.is(i + 2, "-") && w.token(i + 1).to == w.token(i + 2).from;
    if begins && arrow && w.is_word(i) {
        let name = w.word(i);
        let hint =
            format!("write let {name} = … for a new variable, {name} = … for one that is there; {name} < -… compares");
        out.refuse(w.token(i + 1).from, 2, "`<-` assigns nothing here", &hint);
    }
}

/// `a < b < c` as one question; comparisons of which nobody can say what they mean are refused.
fn chain(w: &Walk, from: usize, out: &mut Edits) {
    let Some(mut end) = w.operand(from) else { return };
    let mut found: Vec<(usize, &'static str)> = vec![];
    while let Some(comparison) = w.comparison(end) {
        let Some(behind) = w.operand(end + 1) else { break };
        found.push((end, comparison));
        end = behind;
    }
    if found.len() < 2 {
        return;
    }
    let at = w.token(found[1].0);
    let equal = found.iter().filter(|f| f.1 == "==").count();
    if found.iter().any(|f| f.1 == "!=") {
        let hint = "join what is meant with &&, such as a != b && b != c && a != c";
        return out.refuse(at.from, at.to - at.from, "a chain with `!=` has more than one meaning", hint);
    }
    if equal > 0 && equal < found.len() {
        let hint = "join what is meant with &&, or put one comparison in parentheses";
        return out.refuse(
            at.from,
            at.to - at.from,
            "a chain of `==` and other comparisons has more than one meaning",
            hint,
        );
    }
    if found.len() > LONGEST {
        let hint = "join parts of it with &&";
        return out.refuse(at.from, at.to - at.from, "this chain has too many comparisons", hint);
    }
    let words: Vec<&str> = found.iter().map(|f| f.1).collect();
    out.insert(w.token(from).from, format!("{CHAIN}(\"{}\", ", words.join(" ")));
    for (i, comparison) in found {
        let place = w.token(i).from;
        out.instead.push((place, ','));
        out.instead.extend((1..comparison.len()).map(|k| (place + k, ' ')));
    }
    out.insert(w.token(end - 1).to, ")");
}
