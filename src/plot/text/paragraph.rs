//! Texts over several lines.
use super::line::{pieces, set};
use super::setting::{Mistake, Setting};

/// Lines of a text, from the first to the last.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Paragraph {
    /// from above
    pub lines: Vec<Setting>,
    /// between the baselines of two lines
    pub leading: f64,
}

impl Paragraph {
    /// From the top of the first line to the bottom of the last.
    pub fn height(&self) -> f64 {
        let ends = self.lines.first().map_or(0.0, |l| l.ascent) + self.lines.last().map_or(0.0, |l| l.descent);
        ends + self.leading * self.lines.len().saturating_sub(1) as f64
    }
    /// The width of the widest line.
    pub fn width(&self) -> f64 {
        self.lines.iter().map(|l| l.width).fold(0.0, f64::max)
    }
}

/// The words of a text, mathematics counted as parts of words: a line ends between two of them.
fn parts(text: &str) -> Vec<String> {
    let (mut out, mut last): (Vec<String>, String) = (vec![], String::new());
    for (is_maths, _, piece) in pieces(text) {
        if is_maths {
            last += &format!("${piece}$");
            continue;
        }
        for c in piece.chars() {
            match c {
                '\n' => {
                    out.push(std::mem::take(&mut last));
                    out.push("\n".into());
                }
                ' ' => out.push(std::mem::take(&mut last)),
                c => {
                    last.push(c);
                    // Chinese and Japanese have no spaces between words
                    if matches!(u32::from(c), 0x2E80..=0x9FFF | 0xF900..=0xFAFF | 0xFF00..=0xFFEF | 0x20000..=0x3FFFF) {
                        last.push('\u{200b}');
                        out.push(std::mem::take(&mut last));
                    }
                }
            }
        }
    }
    out.push(last);
    out.retain(|p| !p.is_empty());
    out
}

/// A word in pieces of a width, as near as letters of one width come to it; a formula is left whole.
fn broken(part: String, size: f64, width: f64) -> Result<Vec<String>, Mistake> {
    let long = if part == "\n" || part.contains('$') { 0.0 } else { set(&part, size)?.width };
    if long <= width {
        return Ok(vec![part]);
    }
    let letters: Vec<char> = part.chars().collect();
    let most = (letters.len() as f64 * width / long).max(1.0) as usize;
    // the next piece follows without a space
    Ok(letters.chunks(most).map(|c| c.iter().chain(&['\u{200b}']).collect()).collect())
}

/// A text in lines of a width, broken between words and at line ends of its own, and within a word that is too long; a
/// formula that is too long is as much smaller.
///
/// # Errors
/// Mathematics that is not understood, with its place.
pub fn wrapped(text: &str, size: f64, width: f64) -> Result<Paragraph, Mistake> {
    let whole = set(text, size)?;
    let mut lines: Vec<Setting> = vec![];
    if whole.width <= width && !text.contains('\n') {
        lines.push(whole);
    } else {
        let mut line = String::new();
        for part in parts(text).into_iter().map(|p| broken(p, size, width)).collect::<Result<Vec<_>, _>>()?.concat() {
            if part == "\n" {
                lines.push(set(&std::mem::take(&mut line), size)?);
                continue;
            }
            let joined = line.is_empty() || line.ends_with('\u{200b}');
            let longer = if joined { format!("{line}{part}") } else { format!("{line} {part}") };
            if !line.is_empty() && set(&longer, size)?.width > width {
                lines.push(set(&line, size)?);
                line = part;
            } else {
                line = longer;
            }
        }
        lines.push(set(&line, size)?);
        lines.retain(|l| !l.glyphs.is_empty() || !l.paths.is_empty());
    }
    for line in lines.iter_mut().filter(|l| l.width > width) {
        line.scale(width / line.width);
    }
    let tall = lines.iter().map(|l| l.ascent + l.descent).fold(1.25 * size, f64::max);
    Ok(Paragraph { leading: tall, lines })
}
