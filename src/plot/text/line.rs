//! A text on one line: words and mathematics by turns.
use super::setting::{Mistake, Setting};
use super::{maths, words};

/// The pieces of a text between its `$`: whether it is mathematics, where it begins, and what it says. A `$` without another
/// is one, as is `\$`.
pub(super) fn pieces(text: &str) -> Vec<(bool, usize, &str)> {
    let bytes = text.as_bytes();
    let dollars: Vec<usize> =
        (0..bytes.len()).filter(|i| bytes[*i] == b'$' && (*i == 0 || bytes[i - 1] != b'\\')).collect();
    let (mut out, mut from) = (vec![], 0);
    for pair in dollars.chunks_exact(2) {
        out.push((false, from, &text[from..pair[0]]));
        out.push((true, pair[0] + 1, &text[pair[0] + 1..pair[1]]));
        from = pair[1] + 1;
    }
    out.push((false, from, &text[from..]));
    out.retain(|p| !p.2.is_empty());
    out
}

/// A text on one line in letters of a size in pixels.
///
/// # Errors
/// Mathematics that is not understood, with its place.
pub fn set(text: &str, size: f64) -> Result<Setting, Mistake> {
    let mut out = Setting::default();
    for (is_maths, at, piece) in pieces(text) {
        if is_maths {
            let wrong = |(within, what): (usize, String)| Mistake { text: text.into(), at: at + within, what };
            out.append(maths::set(piece, size).map_err(wrong)?);
        } else {
            out.append(words::set(&piece.replace("\\$", "$"), size));
        }
    }
    Ok(out)
}

/// Whether all mathematics of a text is understood.
///
/// # Errors
/// What is not, with its place.
pub fn check(text: &str) -> Result<(), Mistake> {
    set(text, 10.0).map(|_| ())
}
