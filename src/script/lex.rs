//! Tokens of a script, as far as the rewriting needs them.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// a name or a keyword
    Word,
    /// a number
    Number,
    /// a text or a template
    Text,
    /// a parenthesis, bracket or brace that opens, `#{` too
    Open,
    /// one that closes
    Close,
    /// anything else
    Symbol,
}

/// Characters from..to of a text.
#[derive(Clone, Copy, Debug)]
pub struct Token {
    /// what they are
    pub kind: Kind,
    /// the first
    pub from: usize,
    /// behind the last
    pub to: usize,
}

const SYMBOLS: &[&str] = &[
    "**=", "...", "..=", "<<=", ">>=", "===", "!==", "**", "..", "::", "?.", "??", "==", "!=", "<=", ">=", "&&", "||",
    "=>", "+=", "-=", "*=", "/=", "%=", "<<", ">>", "|=", "&=", "^=",
];

/// The character at i, or a null one behind the end.
fn at(c: &[char], i: usize) -> char {
    c.get(i).copied().unwrap_or('\0')
}

/// Templates within templates that are looked into; the interpreter refuses deeper ones.
const DEEPEST: usize = 64;

/// Tokens of a text; inside templates `${…}` the expressions are found by recursion. The lists of templates come before that of
/// the text that holds them.
pub fn lex(c: &[char], out: &mut Vec<Vec<Token>>) {
    within(c, (0, 0), out);
}

/// The same for a text that begins at a character of another, so many templates deep.
fn within(c: &[char], (base, depth): (usize, usize), out: &mut Vec<Vec<Token>>) {
    let mut tokens = vec![];
    let mut i = 0;
    while i < c.len() {
        if let Some(end) = blank(c, i) {
            i = end;
            continue;
        }
        let (kind, to) = token(c, i, (base, depth), out);
        tokens.push(Token { kind, from: base + i, to: base + to });
        i = to;
    }
    out.push(tokens);
}

/// Behind the space or comment that starts at i; none if there is none.
fn blank(c: &[char], i: usize) -> Option<usize> {
    let end_of_line = || (i..c.len()).find(|k| c[*k] == '\n').unwrap_or(c.len());
    match (c[i], at(c, i + 1)) {
        (ch, _) if ch.is_whitespace() => Some(i + 1),
        ('/', '/') => Some(end_of_line()),
        ('/', '*') => Some(block_comment(c, i)),
        _ => None,
    }
}

/// Behind a block comment, which may hold others.
fn block_comment(c: &[char], mut i: usize) -> usize {
    let mut depth = 0;
    while i < c.len() {
        match (c[i], at(c, i + 1)) {
            ('/', '*') => (depth, i) = (depth + 1, i + 2),
            ('*', '/') => (depth, i) = (depth - 1, i + 2),
            _ => i += 1,
        }
        if depth == 0 {
            break;
        }
    }
    i
}

/// The kind of the token that starts at i, and where it ends.
fn token(c: &[char], i: usize, place: (usize, usize), out: &mut Vec<Vec<Token>>) -> (Kind, usize) {
    let word = |ch: &char| ch.is_alphanumeric() || *ch == '_' || *ch == '$';
    match c[i] {
        ch if ch.is_alphabetic() || ch == '_' || ch == '$' => {
            (Kind::Word, i + c[i..].iter().take_while(|ch| word(ch)).count())
        }
        ch if ch.is_ascii_digit() => (Kind::Number, number(c, i)),
        '"' | '\'' => (Kind::Text, text(c, i)),
        '`' => (Kind::Text, template(c, i, place, out)),
        '(' | '[' | '{' => (Kind::Open, i + 1),
        '#' if at(c, i + 1) == '{' => (Kind::Open, i + 2),
        ')' | ']' | '}' => (Kind::Close, i + 1),
        _ => {
            let symbol = SYMBOLS.iter().find(|s| s.chars().enumerate().all(|(k, x)| at(c, i + k) == x));
            (Kind::Symbol, i + symbol.map_or(1, |s| s.len()))
        }
    }
}

/// Behind a number: `1_000`, `0xff`, `2.5e-3`.
fn number(c: &[char], from: usize) -> usize {
    let hexadecimal = c[from] == '0' && at(c, from + 1) == 'x';
    let mut i = from + 1;
    while i < c.len() {
        let exponent = matches!(c[i], '+' | '-') && matches!(c[i - 1], 'e' | 'E') && !hexadecimal;
        let joined = exponent || c[i] == '.';
        if !(c[i].is_alphanumeric() || c[i] == '_' || joined && at(c, i + 1).is_ascii_digit()) {
            break;
        }
        i += 1;
    }
    i
}

/// Behind a text literal.
fn text(c: &[char], from: usize) -> usize {
    let mut i = from + 1;
    while i < c.len() && c[i] != c[from] {
        i += if c[i] == '\\' { 2 } else { 1 };
    }
    (i + 1).min(c.len())
}

/// Skips a template literal, lexing what its `${…}` hold; returns the position after it.
fn template(c: &[char], start: usize, (base, nested): (usize, usize), out: &mut Vec<Vec<Token>>) -> usize {
    let mut i = start + 1;
    while i < c.len() && c[i] != '`' {
        if c[i] == '$' && c.get(i + 1) == Some(&'{') {
            let (from, mut depth) = (i + 2, 1);
            i += 2;
            while i < c.len() && depth > 0 {
                match c[i] {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    _ => {}
                }
                i += 1;
            }
            if nested < DEEPEST {
                within(&c[from..i.saturating_sub(1).max(from)], (base + from, nested + 1), out);
            }
        } else {
            i += 1;
        }
    }
    (i + 1).min(c.len())
}
