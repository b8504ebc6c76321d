//! Comments of a text: where they may begin, and what was left out as one.
use crate::input::excerpt;
use crate::io::wanted::Wanted;

/// Where comments may begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comments {
    /// nowhere
    Never,
    /// by this sign at the beginning of a line, before the first line of the table
    Above(u8),
    /// by this sign at the beginning of a line, or behind a blank
    Anywhere(u8),
}

impl Comments {
    /// As they were asked for.
    pub fn asked(wanted: &Wanted, otherwise: Comments) -> std::result::Result<Comments, String> {
        match wanted.comment.as_deref().map(str::as_bytes) {
            None => Ok(otherwise),
            Some([]) => Ok(Comments::Never),
            Some([b]) if b.is_ascii_punctuation() && !b"\"+-.".contains(b) => Ok(Comments::Anywhere(*b)),
            Some(other) => {
                let shown = excerpt(&String::from_utf8_lossy(other));
                Err(format!(
                    "comment: `{shown}` begins none: expected one sign such as \"#\" or \"%\", or \"\" for no comments"
                ))
            }
        }
    }
    /// The sign that begins them.
    pub fn sign(self) -> Option<u8> {
        match self {
            Comments::Never => None,
            Comments::Above(b) | Comments::Anywhere(b) => Some(b),
        }
    }
}

/// What was taken for comments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// lines before the first of the table
    pub above: usize,
    /// lines behind it, and the first of them
    pub lines: usize,
    /// see `lines`
    pub line: u64,
    /// ends of lines, and the line of the first
    pub ends: usize,
    /// see `ends`
    pub end: u64,
}

impl LeftOut {
    /// One more: a line of its own or the end of one, before the table or in it.
    pub fn add(&mut self, alone: bool, begun: bool, line: u64) {
        match (alone, begun) {
            (true, false) => self.above += 1,
            (true, true) => {
                self.line = if self.lines == 0 { line } else { self.line };
                self.lines += 1;
            }
            (false, _) => {
                self.end = if self.ends == 0 { line } else { self.end };
                self.ends += 1;
            }
        }
    }
}

/// What to say of lines that are passed over: points have comments where they like, a table may mean what looks like one.
pub fn left_out(comments: Comments, out: LeftOut) -> Option<String> {
    let sign = char::from(comments.sign()?);
    let mut said = vec![];
    if matches!(comments, Comments::Above(_)) && out.above > 0 {
        said.push(format!("{} above the table {} with {sign}", many(out.above, "line"), begin(out.above)));
    }
    if out.lines > 0 {
        said.push(format!(
            "{} {} with {sign}, the first is line {}",
            many(out.lines, "line"),
            begin(out.lines),
            out.line
        ));
    }
    if out.ends > 0 {
        said.push(format!("what follows a blank and {sign}, first in line {}", out.end));
    }
    let all = said.join("; ");
    (!said.is_empty()).then(|| format!("left out as comments: {all}; comment: \"\" reads it"))
}

fn begin(n: usize) -> &'static str {
    if n == 1 { "that begins" } else { "that begin" }
}

/// "1 field", "3 fields".
pub fn many(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::csv::tidy::Tidy;
    use std::io::Read;

    fn commented(text: &str, comments: Comments) -> (String, LeftOut) {
        let mut out = String::new();
        let mut tidy = Tidy::new(text.as_bytes(), b',', 0, comments);
        tidy.read_to_string(&mut out).unwrap();
        (out, tidy.left_out())
    }

    /// By another sign, above the table only, or never; all of it is counted, with its lines.
    #[test]
    fn comments_are_where_they_may_be_and_are_counted() {
        let text = "# a\n#b,c\n1, 2 # x\n\n#ff0000,3\n";
        let whole = "# a\n#b,c\n1,2 # x\n\n#ff0000,3\n\n";
        let none = LeftOut::default();
        for (comments, expected, left_out) in [
            (Comments::Anywhere(b'#'), "\n\n1,2 \n\n\n\n", LeftOut { above: 2, lines: 1, line: 5, ends: 1, end: 3 }),
            (Comments::Above(b'#'), "\n\n1,2 # x\n\n#ff0000,3\n\n", LeftOut { above: 2, ..none }),
            (Comments::Never, whole, none),
            (Comments::Anywhere(b'%'), whole, none),
        ] {
            assert_eq!(commented(text, comments), (expected.into(), left_out), "{comments:?}");
        }
    }
}
