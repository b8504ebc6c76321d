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

/// Operators as texts from elsewhere have them, and the keys of a keyboard for them.
const SIGNS: [(char, char); 7] =
    [('\u{2212}', '-'), ('\u{2013}', '-'), ('×', '*'), ('·', '*'), ('⋅', '*'), ('∙', '*'), ('÷', '/')];

/// Quotes as word processors set them; the last closes what any of them opens.
const QUOTES: [char; 6] = ['“', '”', '„', '‘', '’', '"'];

/// What the tokens of a text are, and what else there is to know about its characters.
#[derive(Default)]
pub struct Lexed {
    /// tokens, lists of templates before that of the text that holds them
    pub lists: Vec<Vec<Token>>,
    /// characters that stand for another: a typographic sign, a quote, a space that is none of a keyboard
    pub instead: Vec<(usize, char)>,
    /// how a value is to be written, `${value:spec}`: where the value begins, the colon, and behind the spec
    pub formats: Vec<(usize, usize, usize)>,
    /// templates that hold values: from, to
    pub templates: Vec<(usize, usize)>,
    /// comments that run to the end of a line: from, to
    pub comments: Vec<(usize, usize)>,
    /// a comment `/*` that nothing closes
    pub unclosed: Option<usize>,
}

/// The character at i, or a null one behind the end.
fn at(c: &[char], i: usize) -> char {
    c.get(i).copied().unwrap_or('\0')
}

/// Templates within templates that are looked into; the interpreter refuses deeper ones.
const DEEPEST: usize = 64;

/// Tokens of a text; inside templates `${…}` the expressions are found by recursion.
pub fn lex(c: &[char]) -> Lexed {
    let mut out = Lexed::default();
    within(c, (0, 0), &mut out);
    out
}

/// The same for a text that begins at a character of another, so many templates deep.
fn within(c: &[char], (base, depth): (usize, usize), out: &mut Lexed) {
    let mut tokens = vec![];
    let mut i = 0;
    while i < c.len() {
        if let Some(end) = blank(c, i, base, out) {
            i = end;
            continue;
        }
        let (kind, to) = token(c, i, (base, depth), out);
        tokens.push(Token { kind, from: base + i, to: base + to });
        i = to;
    }
    out.lists.push(tokens);
}

/// Behind the space or comment that starts at i; none if there is none.
fn blank(c: &[char], i: usize, base: usize, out: &mut Lexed) -> Option<usize> {
    let end_of_line = || (i..c.len()).find(|k| c[*k] == '\n').unwrap_or(c.len());
    match (c[i], at(c, i + 1)) {
        // a mark of the order of bytes, and of no width
        (ch, _) if ch.is_whitespace() || matches!(ch, '\u{feff}' | '\u{200b}') => {
            if !ch.is_ascii() {
                out.instead.push((base + i, ' '));
            }
            Some(i + 1)
        }
        ('/', '/') => {
            out.comments.push((base + i, base + end_of_line()));
            Some(end_of_line())
        }
        // the line by which a system finds the program that runs a file
        ('#', '!') if base == 0 && c[..i].iter().all(|ch| *ch == '\u{feff}') => {
            out.instead.extend([(i, '/'), (i + 1, '/')]);
            // three would be the comment of a function
            out.instead.extend((at(c, i + 2) == '/').then_some((i + 2, ' ')));
            Some(end_of_line())
        }
        // elementwise, as operators on lists are anyway; `x.// …` is a comment
        ('.', '^' | '*') => elementwise(i, base, out),
        ('.', '/') if !matches!(at(c, i + 2), '/' | '*') => elementwise(i, base, out),
        ('/', '*') => Some(block_comment(c, i).unwrap_or_else(|| {
            out.unclosed.get_or_insert(base + i);
            c.len()
        })),
        _ => None,
    }
}

/// Behind the point of `.^`, which is left out.
fn elementwise(i: usize, base: usize, out: &mut Lexed) -> Option<usize> {
    out.instead.push((base + i, ' '));
    Some(i + 1)
}

/// Behind a block comment, which may hold others; none if nothing closes it.
fn block_comment(c: &[char], mut i: usize) -> Option<usize> {
    let mut depth = 0;
    while i < c.len() {
        match (c[i], at(c, i + 1)) {
            ('/', '*') => (depth, i) = (depth + 1, i + 2),
            ('*', '/') => (depth, i) = (depth - 1, i + 2),
            _ => i += 1,
        }
        if depth == 0 {
            return Some(i);
        }
    }
    None
}

/// The kind of the token that starts at i, and where it ends.
fn token(c: &[char], i: usize, place: (usize, usize), out: &mut Lexed) -> (Kind, usize) {
    let word = |ch: &char| ch.is_alphanumeric() || *ch == '_' || *ch == '$';
    match c[i] {
        ch if ch.is_alphabetic() || ch == '_' || ch == '$' => {
            (Kind::Word, i + c[i..].iter().take_while(|ch| word(ch)).count())
        }
        ch if ch.is_ascii_digit() => (Kind::Number, number(c, i)),
        '"' | '\'' => (Kind::Text, text(c, i)),
        ch if QUOTES.contains(&ch) => (Kind::Text, quoted(c, i, place.0, out)),
        '`' => (Kind::Text, template(c, i, place, out)),
        '(' | '[' | '{' => (Kind::Open, i + 1),
        '#' if at(c, i + 1) == '{' => (Kind::Open, i + 2),
        ')' | ']' | '}' => (Kind::Close, i + 1),
        ch => {
            if let Some((_, key)) = SIGNS.iter().find(|s| s.0 == ch) {
                out.instead.push((place.0 + i, *key));
            }
            let symbol = SYMBOLS.iter().find(|s| s.chars().enumerate().all(|(k, x)| at(c, i + k) == x));
            (Kind::Symbol, i + symbol.map_or(1, |s| s.len()))
        }
    }
}

/// Behind a text between typographic quotes.
fn quoted(c: &[char], from: usize, base: usize, out: &mut Lexed) -> usize {
    let end = (from + 1..c.len()).find(|k| QUOTES.contains(&c[*k]) || c[*k] == '\n').unwrap_or(c.len());
    out.instead.push((base + from, '"'));
    if end < c.len() && c[end] != '\n' {
        out.instead.push((base + end, '"'));
        return end + 1;
    }
    end
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
fn template(c: &[char], start: usize, (base, nested): (usize, usize), out: &mut Lexed) -> usize {
    let mut i = start + 1;
    let mut holds = false;
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
            holds = true;
            let end = i.saturating_sub(1).max(from);
            let value = format(&c[from..end]).map_or(end, |colon| {
                out.formats.push((base + from, base + from + colon, base + end));
                from + colon
            });
            if nested < DEEPEST {
                within(&c[from..value], (base + from, nested + 1), out);
            }
        } else {
            i += 1;
        }
    }
    let end = (i + 1).min(c.len());
    if holds && nested < DEEPEST {
        out.templates.push((base + start, base + end));
    }
    end
}

/// The colon of `value:spec`: the last one, outside of every group and text, that is not part of a path.
fn format(c: &[char]) -> Option<usize> {
    let colon = c.iter().rposition(|ch| *ch == ':')?;
    if colon > 0 && c[colon - 1] == ':'
        || !c[colon + 1..].iter().all(|ch| !matches!(ch, '`' | '"' | '(' | ')' | '{' | '}'))
    {
        return None;
    }
    let (mut depth, mut i) = (0i32, 0);
    while i < colon {
        match c[i] {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            '"' => i = text(c, i) - 1,
            _ => {}
        }
        i += 1;
    }
    (depth == 0 && i == colon).then_some(colon)
}
