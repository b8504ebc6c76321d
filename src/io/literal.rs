//! The dictionary of literals at the head of npy files, read once from front to back.

/// A value of the dictionary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Literal {
    /// a text
    Text(String),
    /// `True` or `False`
    Truth(bool),
    /// a tuple of whole numbers ≥ 0
    Numbers(Vec<u64>),
    /// a list, with whatever is in it
    Other(String),
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }
    /// Passes over blanks; whether this sign follows, which is then passed as well.
    fn passes(&mut self, sign: char) -> bool {
        self.at += self.rest().len() - self.rest().trim_start().len();
        let there = self.rest().starts_with(sign);
        if there {
            self.at += sign.len_utf8();
        }
        there
    }
    /// What is in quotes; texts with escapes are none of an array's.
    fn quoted(&mut self) -> Option<&'a str> {
        let quote = if self.passes('\'') { '\'' } else { self.passes('"').then_some('"')? };
        let inside = self.rest().split(quote).next()?;
        let closed = self.at + inside.len() < self.text.len();
        if !closed || inside.contains('\\') {
            return None;
        }
        self.at += inside.len() + 1;
        Some(inside)
    }
    /// Digits, and the L of Python 2.
    fn number(&mut self) -> Option<u64> {
        self.passes(' ');
        let digits = self.rest().len() - self.rest().trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let number = self.rest()[..digits].parse().ok()?;
        self.at += digits;
        self.passes('L');
        Some(number)
    }
    /// What follows an opening parenthesis: a number alone needs its comma.
    fn tuple(&mut self) -> Option<Vec<u64>> {
        let mut out = vec![];
        loop {
            if self.passes(')') {
                return Some(out);
            }
            out.push(self.number()?);
            if !self.passes(',') {
                return (self.passes(')') && out.len() > 1).then_some(out);
            }
        }
    }
    /// Behind the bracket that closes the one that was just passed; brackets in quotes do not count.
    fn list(&mut self) -> Option<&'a str> {
        let from = self.at - 1;
        let (mut depth, mut quote) = (1usize, None);
        for (i, c) in self.rest().char_indices() {
            match (quote, c) {
                (Some(q), _) if c == q => quote = None,
                (Some(_), _) => {}
                (None, '\'' | '"') => quote = Some(c),
                (None, '[' | '(' | '{') => depth += 1,
                (None, ']' | ')' | '}') => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                self.at += i + 1;
                return Some(&self.text[from..self.at]);
            }
        }
        None
    }
    fn value(&mut self) -> Option<Literal> {
        if self.passes('(') {
            return self.tuple().map(Literal::Numbers);
        }
        if self.passes('[') {
            return self.list().map(|l| Literal::Other(l.to_string()));
        }
        for (word, truth) in [("True", true), ("False", false)] {
            if self.rest().starts_with(word) {
                self.at += word.len();
                return Some(Literal::Truth(truth));
            }
        }
        self.quoted().map(|t| Literal::Text(t.to_string()))
    }
    fn entries(&mut self) -> Option<Vec<(String, Literal)>> {
        let mut out = vec![];
        if !self.passes('{') {
            return None;
        }
        while !self.passes('}') {
            let key = self.quoted()?.to_string();
            if !self.passes(':') {
                return None;
            }
            out.push((key, self.value()?));
            if !self.passes(',') {
                return self.passes('}').then_some(out);
            }
        }
        Some(out)
    }
}

/// The keys and values of a dictionary, with nothing but blanks around it.
///
/// # Errors
/// The character (from 1) where the text stops being one.
pub fn dictionary(text: &str) -> Result<Vec<(String, Literal)>, usize> {
    let mut reader = Reader { text, at: 0 };
    let entries = reader.entries();
    // a 0 byte or a letter behind the end is none of it
    let whole = reader.rest().trim().is_empty();
    match entries {
        Some(e) if whole => Ok(e),
        _ => Err(text[..reader.at].chars().count() + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::Literal::{Numbers, Other, Text, Truth};
    use super::*;

    #[test]
    fn literals() {
        let read = dictionary("  {'a': '<f4', \"b\" : True,'c':(3L, 4 ,), 'd': (), 'e': [('x', ']'), (1, 'y')], }  \n");
        let value = |k: &str, v| (k.to_string(), v);
        let list = "[('x', ']'), (1, 'y')]";
        let expected = vec![
            value("a", Text("<f4".into())),
            value("b", Truth(true)),
            value("c", Numbers(vec![3, 4])),
            value("d", Numbers(vec![])),
            value("e", Other(list.into())),
        ];
        assert_eq!(read, Ok(expected));
        assert_eq!(dictionary("{}"), Ok(vec![]));
        for (text, at) in
            [("", 1), ("{", 2), ("{'a'}", 5), ("{'a': (1)}", 10), ("{'a': 1}", 7), ("{'é': (x)}", 8), ("{} x", 3)]
        {
            assert_eq!(dictionary(text), Err(at), "{text}");
        }
    }
}
