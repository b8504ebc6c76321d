//! Where a cursor stands in a script that is being typed: in a comment, in a text, in which calls and maps.

/// What is open at the cursor.
#[derive(Clone, Debug, PartialEq)]
pub enum Open {
    /// `name(`, or a parenthesis that calls nothing
    Parenthesis,
    /// `[`
    Bracket,
    /// `#{`
    Map,
    /// `{` of a block
    Block,
    /// `${` of a text between backticks
    Value,
}

/// Something that is open, and how far inside it the cursor stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Level {
    /// what it is
    pub open: Open,
    /// where its sign stands
    pub at: usize,
    /// commas since
    pub commas: usize,
    /// in a map the keys before, the last one's value being typed if `in_value`
    pub keys: Vec<String>,
    /// in a map: whether the cursor is behind the colon of a key
    pub in_value: bool,
}

/// What the cursor stands in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Inside {
    /// where names are typed
    Code,
    /// a comment
    Comment,
    /// a text, whose first character stands here
    Text(usize),
}

/// Where a cursor stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// in code, a comment or a text
    pub inside: Inside,
    /// what is open around it, the innermost last
    pub levels: Vec<Level>,
}

/// Goes through the characters before a cursor.
struct Reader<'c> {
    c: &'c [char],
    i: usize,
    levels: Vec<Level>,
    /// the last character that was neither a blank nor in a comment
    last: char,
}

/// Whether the character at `i` belongs to a word; `::` does, a lone colon does not.
pub fn is_word(c: &[char], i: usize) -> bool {
    let beside = |k: Option<usize>| k.and_then(|k| c.get(k)) == Some(&':');
    c[i].is_alphanumeric() || c[i] == '_' || c[i] == ':' && (beside(i.checked_sub(1)) || beside(Some(i + 1)))
}

/// The word that ends at the cursor: its start and text, `::` included.
pub fn word_before(c: &[char]) -> (usize, String) {
    let start = (0..c.len()).rev().find(|i| !is_word(c, *i)).map_or(0, |p| p + 1);
    (start, c[start..].iter().collect())
}

/// Where the end of these characters stands.
pub fn place(c: &[char]) -> Place {
    let mut r = Reader { c, i: 0, levels: vec![], last: '\n' };
    while r.i < c.len() {
        if let Some(inside) = r.step() {
            return Place { inside, levels: r.levels };
        }
    }
    Place { inside: Inside::Code, levels: r.levels }
}

impl Reader<'_> {
    fn next(&self) -> char {
        self.c.get(self.i + 1).copied().unwrap_or('\0')
    }

    /// One piece; what the text ends in, if it ends in a comment or a text.
    fn step(&mut self) -> Option<Inside> {
        let ch = self.c[self.i];
        match (ch, self.next()) {
            ('/', '/') => return self.line_comment(),
            ('/', '*') => return self.block_comment(),
            ('"' | '\'', _) => return self.text(ch),
            ('`', _) => {
                self.last = '`';
                self.i += 1;
                return self.template(self.i);
            }
            ('#', '{') => {
                self.push(Open::Map);
                self.i += 1;
            }
            ('(', _) => self.push(Open::Parenthesis),
            ('[', _) => self.push(Open::Bracket),
            ('{', _) => self.push(Open::Block),
            (')' | ']' | '}', _) => {
                let closed = self.levels.pop();
                if closed.is_some_and(|l| l.open == Open::Value) {
                    self.last = '`';
                    self.i += 1;
                    return self.template(self.i);
                }
            }
            ('|', _) if self.begins_closure() => self.parameters(),
            (',', _) => {
                if let Some(l) = self.levels.last_mut() {
                    l.commas += 1;
                    l.in_value = false;
                }
            }
            (':', next) if next != ':' && !(self.i > 0 && self.c[self.i - 1] == ':') => self.colon(),
            _ => {}
        }
        if !ch.is_whitespace() {
            self.last = ch;
        }
        self.i += 1;
        None
    }

    fn push(&mut self, open: Open) {
        self.levels.push(Level { open, at: self.i, commas: 0, keys: vec![], in_value: false });
    }

    fn colon(&mut self) {
        let key = word_before(&self.c[..self.i]).1;
        if let Some(l) = self.levels.last_mut().filter(|l| l.open == Open::Map && !l.in_value) {
            l.keys.push(key);
            l.in_value = true;
        }
    }

    /// Whether a bar begins the parameters of a closure: where no value stands before it.
    fn begins_closure(&self) -> bool {
        matches!(self.last, '(' | ',' | '=' | ':' | '[' | '{' | ';' | '\n' | '>')
    }

    /// Leaves the cursor at the bar behind the parameters, whose commas separate no arguments.
    fn parameters(&mut self) {
        let end = (self.i + 1..self.c.len()).find(|k| matches!(self.c[*k], '|' | '\n' | ';'));
        self.i = end.unwrap_or(self.c.len() - 1);
    }

    fn line_comment(&mut self) -> Option<Inside> {
        let end = (self.i..self.c.len()).find(|k| self.c[*k] == '\n');
        self.i = end.unwrap_or(self.c.len());
        end.is_none().then_some(Inside::Comment)
    }

    /// Comments of this kind hold others.
    fn block_comment(&mut self) -> Option<Inside> {
        let mut depth = 0;
        while self.i < self.c.len() {
            match (self.c[self.i], self.next()) {
                ('/', '*') => (depth, self.i) = (depth + 1, self.i + 2),
                ('*', '/') => (depth, self.i) = (depth - 1, self.i + 2),
                _ => self.i += 1,
            }
            if depth == 0 {
                return None;
            }
        }
        Some(Inside::Comment)
    }

    /// A text between quotes, which a line ends at the latest: it is still being typed.
    fn text(&mut self, quote: char) -> Option<Inside> {
        let start = self.i + 1;
        self.i = start;
        while self.i < self.c.len() && self.c[self.i] != quote && self.c[self.i] != '\n' {
            self.i += if self.c[self.i] == '\\' { 2 } else { 1 };
        }
        if self.i >= self.c.len() {
            return Some(Inside::Text(start.min(self.c.len())));
        }
        self.last = quote;
        self.i += 1;
        None
    }

    /// A text between backticks, up to its end or to `${`.
    fn template(&mut self, start: usize) -> Option<Inside> {
        while self.i < self.c.len() {
            match (self.c[self.i], self.next()) {
                ('`', _) => {
                    self.i += 1;
                    return None;
                }
                ('$', '{') => {
                    self.push(Open::Value);
                    self.last = '{';
                    self.i += 2;
                    return None;
                }
                _ => self.i += 1,
            }
        }
        Some(Inside::Text(start))
    }
}

#[cfg(test)]
mod tests {
    use super::{Inside, Open, place};

    fn at(text: &str) -> (Inside, Vec<(Open, usize, bool)>) {
        let p = place(&text.chars().collect::<Vec<_>>());
        (p.inside, p.levels.into_iter().map(|l| (l.open, l.commas, l.in_value)).collect())
    }

    #[test]
    fn a_cursor_knows_what_is_open() {
        use Inside::{Code, Comment, Text};
        use Open::{Map, Parenthesis, Value};
        assert_eq!(at("gpa(kl(), "), (Code, vec![(Parenthesis, 1, false)]));
        assert_eq!(at("f(|a, b| a, #{ dt: 1, "), (Code, vec![(Parenthesis, 1, false), (Map, 1, false)]));
        assert_eq!(at("f(#{ stop: #{ a: "), (Code, vec![(Parenthesis, 0, false), (Map, 0, true), (Map, 0, true)]));
        assert_eq!(at("g(\"(\", '(', `(${f(x)} (`, "), (Code, vec![(Parenthesis, 3, false)]));
        assert_eq!(at("`a ${b."), (Code, vec![(Value, 0, false)]));
        assert_eq!(at("`a ${b} c"), (Text(7), vec![]));
        assert_eq!(at("help(\"k"), (Text(6), vec![(Parenthesis, 0, false)]));
        assert_eq!(at("\"open\nf("), (Code, vec![(Parenthesis, 0, false)]));
        assert_eq!(at("x // f("), (Comment, vec![]));
        assert_eq!(at("/* /* */ f("), (Comment, vec![]));
        assert_eq!(at("f(a || b, "), (Code, vec![(Parenthesis, 1, false)]));
        assert_eq!(at("a::b("), (Code, vec![(Parenthesis, 0, false)]));
    }
}
