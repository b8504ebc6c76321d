//! Colours of a cell while it is typed.
use crate::script::{KEYWORDS, names};
use nu_ansi_term::{Color, Style};
use reedline::{Highlighter, StyledText};

/// Colours words, texts, numbers and comments.
pub struct Syntax;

/// Behind a comment, which may hold others.
fn comment(c: &[char], mut i: usize) -> usize {
    let mut depth = 0;
    while i + 1 < c.len() {
        match (c[i], c[i + 1]) {
            ('/', '*') => (depth, i) = (depth + 1, i + 2),
            ('*', '/') => (depth, i) = (depth - 1, i + 2),
            _ => i += 1,
        }
        if depth == 0 {
            return i;
        }
    }
    c.len()
}

/// The end of the piece that starts at `i`, and its style.
fn piece(c: &[char], i: usize) -> (usize, Style) {
    let until = |from: usize, stop: &dyn Fn(char) -> bool| (from..c.len()).find(|k| stop(c[*k])).unwrap_or(c.len());
    match c[i] {
        '/' if c.get(i + 1) == Some(&'/') => (until(i, &|ch| ch == '\n'), Style::new().fg(Color::DarkGray)),
        '/' if c.get(i + 1) == Some(&'*') => (comment(c, i), Style::new().fg(Color::DarkGray)),
        '"' | '`' => {
            let mut k = i + 1;
            while k < c.len() && c[k] != c[i] {
                k += if c[k] == '\\' { 2 } else { 1 };
            }
            ((k + 1).min(c.len()), Style::new().fg(Color::Green))
        }
        ch if ch.is_ascii_digit() => {
            (until(i, &|ch| !(ch.is_ascii_alphanumeric() || ch == '.' || ch == '_')), Style::new().fg(Color::Purple))
        }
        ch if ch.is_alphabetic() || ch == '_' => {
            let end = until(i, &|ch| !(ch.is_alphanumeric() || ch == '_' || ch == ':'));
            let word: String = c[i..end].iter().collect();
            let style = match word.as_str() {
                w if KEYWORDS.contains(&w) => Style::new().fg(Color::Blue).bold(),
                w if names::find(w).is_some() => Style::new().fg(Color::Cyan),
                _ => Style::new(),
            };
            (end, style)
        }
        _ => (i + 1, Style::new()),
    }
}

impl Highlighter for Syntax {
    fn highlight(&self, line: &str, _: usize) -> StyledText {
        let c: Vec<char> = line.chars().collect();
        let (mut out, mut i) = (StyledText::new(), 0);
        while i < c.len() {
            let (end, style) = piece(&c, i);
            out.push((style, c[i..end].iter().collect()));
            i = end;
        }
        out
    }
}
