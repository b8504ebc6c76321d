//! A list of tokens that can be walked: where groups close, where expressions end. Everything is found in one pass from either
//! side, so that no question about a token costs more for a longer text.
use super::keywords::is_syntax;
use super::lex::{Kind, Token};

/// What stands for no token.
const NONE: usize = usize::MAX;

/// Operators between the operands of a comparison.
const COMPARISONS: &[&str] = &["<", "<=", ">", ">=", "==", "!="];
/// Operators within an operand of a comparison.
const TIGHTER: &[&str] = &["+", "-", "*", "/", "%", "**", "^", "<<", ">>", "..", "..=", "??", "!"];
/// What joins names.
const PATHS: &[&str] = &[".", "::", "?."];

/// Tokens of a text.
pub struct Walk<'a> {
    c: &'a [char],
    t: &'a [Token],
    /// behind the group that opens at a token; behind the token itself where none does
    behind: Vec<usize>,
    /// the token that opens the group around a token
    around: Vec<usize>,
    /// behind the postfixes that follow in front of a token: `(…)`, `[…]`, `.name`
    tail: Vec<usize>,
    /// behind `a ** b ** …` that starts at a token, or `a` alone; [`NONE`] where no value starts
    chain: Vec<usize>,
}

impl<'a> Walk<'a> {
    /// Tokens of the characters of a text.
    pub fn new(c: &'a [char], t: &'a [Token]) -> Walk<'a> {
        let n = t.len();
        let (mut behind, mut around) = ((1..=n).collect::<Vec<usize>>(), vec![NONE; n]);
        let mut open = vec![];
        for (i, token) in t.iter().enumerate() {
            around[i] = open.last().copied().unwrap_or(NONE);
            match token.kind {
                Kind::Open => {
                    behind[i] = n;
                    open.push(i);
                }
                Kind::Close => {
                    if let Some(o) = open.pop() {
                        behind[o] = i + 1;
                    }
                }
                _ => {}
            }
        }
        let mut walk = Walk { c, t, behind, around, tail: (0..=n).collect(), chain: vec![NONE; n + 1] };
        for i in (0..n).rev() {
            walk.tail[i] = walk.postfixes(i);
            walk.chain[i] = walk.powers(i);
        }
        walk
    }
    /// How many tokens there are.
    pub fn len(&self) -> usize {
        self.t.len()
    }
    /// A token that there is.
    pub fn token(&self, i: usize) -> Token {
        self.t[i]
    }
    /// Whether a token is this word or symbol.
    pub fn is(&self, i: usize, s: &str) -> bool {
        self.t
            .get(i)
            .is_some_and(|t| t.to - t.from == s.chars().count() && self.c[t.from..t.to].iter().copied().eq(s.chars()))
    }
    /// Whether a token is a name or a keyword.
    pub fn is_word(&self, i: usize) -> bool {
        self.t.get(i).is_some_and(|t| t.kind == Kind::Word)
    }
    /// The text of a token.
    pub fn word(&self, i: usize) -> String {
        self.t.get(i).map_or(String::new(), |t| self.c[t.from..t.to].iter().collect())
    }
    /// Whether the token before i ends a value, so that what follows is a binary operator or a postfix.
    pub fn after_value(&self, i: usize) -> bool {
        let Some(p) = i.checked_sub(1) else { return false };
        match self.t[p].kind {
            Kind::Number | Kind::Text => true,
            Kind::Word => !is_syntax(&self.word(p)),
            Kind::Close => !self.is(p, "}"),
            _ => false,
        }
    }
    /// The index after the group that opens at i.
    pub fn group(&self, i: usize) -> usize {
        self.behind.get(i).copied().unwrap_or(self.len())
    }
    /// The index of the token that closes the group around i, or the end.
    pub fn enclosing_end(&self, i: usize) -> usize {
        match self.around.get(i) {
            Some(&open) if open != NONE => {
                let behind = self.behind[open];
                // a group that nothing closes reaches to the end
                if behind < self.len() || self.t[behind - 1].kind == Kind::Close && self.around[behind - 1] == open {
                    behind - 1
                } else {
                    self.len()
                }
            }
            _ => self.len(),
        }
    }
    /// The index after `a ** b ** …` starting at i, or None if there is no power.
    pub fn power(&self, i: usize) -> Option<usize> {
        let end = self.primary(i)?;
        let found = self.is_power(end) && self.chain[i] != NONE;
        found.then(|| self.chain[i])
    }

    /// Whether a token raises to a power.
    fn is_power(&self, i: usize) -> bool {
        self.is(i, "**") || self.is(i, "^")
    }
    /// Whether a statement goes on with a token.
    pub fn begins(&self, i: usize) -> bool {
        self.t.get(i).is_some_and(|t| t.kind != Kind::Close) && !self.is(i, ";") && !self.is(i, ",")
    }
    /// Whether a token is a number.
    pub fn is_number(&self, i: usize) -> bool {
        self.t.get(i).is_some_and(|t| t.kind == Kind::Number)
    }
    /// Whether a token is a text or a template.
    pub fn is_text(&self, i: usize) -> bool {
        self.t.get(i).is_some_and(|t| t.kind == Kind::Text)
    }
    /// Whether a value begins at a token.
    pub fn begins_value(&self, i: usize) -> bool {
        self.primary(i).is_some() || self.is(i, "-")
    }
    /// Whether nothing stands between a token and the next.
    pub fn joined(&self, i: usize) -> bool {
        matches!((self.t.get(i), self.t.get(i + 1)), (Some(a), Some(b)) if a.to == b.from)
    }
    /// Whether a line ends between two tokens.
    pub fn apart(&self, i: usize, k: usize) -> bool {
        match (self.t.get(i), self.t.get(k)) {
            (Some(a), Some(b)) => self.c[a.to..b.from].contains(&'\n'),
            _ => false,
        }
    }
    /// The token that opens the group around a token.
    pub fn opening(&self, i: usize) -> Option<usize> {
        self.around.get(i).copied().filter(|o| *o != NONE)
    }
    /// Whether the line of a token begins with one of these words.
    pub fn line_begins_with(&self, i: usize, words: &[&str]) -> bool {
        const FAR: usize = 200;
        let from = i.saturating_sub(FAR);
        let first = (from + 1..=i).rev().find(|k| self.apart(k - 1, *k)).unwrap_or(from);
        // behind the end of a block, and of a statement
        let first = (first..i).find(|k| !self.is(*k, "}")).unwrap_or(first);
        let first = (first..i).rev().find(|k| self.is(*k, ";")).map_or(first, |k| k + 1);
        self.word_in(first, words)
    }
    /// Whether an operand of a comparison begins at a token: the one before it belongs to none.
    pub fn begins_operand(&self, i: usize) -> bool {
        let inside = i.checked_sub(1).is_some_and(|p| {
            self.t[p].kind == Kind::Symbol
                && (self.word_in(p, TIGHTER) || self.word_in(p, COMPARISONS) || self.word_in(p, PATHS))
        });
        !inside && !self.after_value(i)
    }
    /// The index after an operand of a comparison: values joined by what binds tighter.
    pub fn operand(&self, mut i: usize) -> Option<usize> {
        loop {
            while self.word_in(i, &["-", "+", "!"]) {
                i += 1;
            }
            let end = self.primary(i)?;
            if !self.word_in(end, TIGHTER) {
                return Some(end);
            }
            i = end + 1;
        }
    }
    /// The comparison a token is, if it is one.
    pub fn comparison(&self, i: usize) -> Option<&'static str> {
        COMPARISONS.iter().find(|s| self.is(i, s)).copied()
    }
    fn word_in(&self, i: usize, all: &[&str]) -> bool {
        all.iter().any(|s| self.is(i, s))
    }

    /// The index after a primary expression with its postfixes, or None if none starts at i.
    fn primary(&self, i: usize) -> Option<usize> {
        let behind = match self.t.get(i)?.kind {
            Kind::Open => self.group(i),
            Kind::Word if is_syntax(&self.word(i)) => return None,
            Kind::Word | Kind::Number | Kind::Text => i + 1,
            _ => return None,
        };
        Some(self.tail[behind])
    }
    /// Behind the postfixes from i on, from those that come later.
    fn postfixes(&self, i: usize) -> usize {
        let path = self.is(i, ".") || self.is(i, "?.") || self.is(i, "::");
        if self.is(i, "(") || self.is(i, "[") {
            self.tail[self.group(i)]
        } else if path && self.is_word(i + 1) {
            self.tail[i + 2]
        } else {
            i
        }
    }
    /// Behind the powers from i on, signs of exponents included, from those that come later.
    fn powers(&self, i: usize) -> usize {
        // a sign belongs to the value behind it
        if self.is(i, "-") || self.is(i, "+") {
            return self.chain[i + 1];
        }
        match self.primary(i) {
            None => NONE,
            Some(end) if self.is_power(end) => self.chain[end + 1],
            Some(end) => end,
        }
    }
}
