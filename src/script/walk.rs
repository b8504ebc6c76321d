//! A list of tokens that can be walked: where groups close, where expressions end. Everything is found in one pass from either
//! side, so that no question about a token costs more for a longer text.
use super::keywords::is_syntax;
use super::lex::{Kind, Token};

/// What stands for no token.
const NONE: usize = usize::MAX;

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
        let found = self.is(end, "**") && self.chain[i] != NONE;
        found.then(|| self.chain[i])
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
            Some(end) if self.is(end, "**") => self.chain[end + 1],
            Some(end) => end,
        }
    }
}
