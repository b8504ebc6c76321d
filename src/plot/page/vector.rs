//! A page as an SVG document; letters are outlines, so that it looks the same where no font is installed.
use super::canvas::{Canvas, Dots, Ink, Line};
use super::png::{Effort, encoded};
use crate::interrupt;
use crate::plot::color::Color;
use crate::plot::marker::Marker;
use crate::plot::shape::Pixels;
use crate::plot::text::{Path, Step};
use base64::Engine;
use std::fmt::Write;

/// The document as far as it is written.
pub(crate) struct Vector {
    out: String,
}

/// A number with two decimals at most. By hand: half of the time of a figure went into the formatting of numbers.
fn number(out: &mut String, v: f64) {
    let hundredths = (100.0 * v).round() as i64;
    if hundredths < 0 {
        out.push('-');
    }
    let mut left = hundredths.unsigned_abs();
    // digits from the last, as many as an i64 has, and a point
    let (mut text, mut from) = ([0u8; 24], 24);
    let mut put = |byte: u8| {
        from -= 1;
        text[from] = byte;
    };
    for place in 0.. {
        let digit = (left % 10) as u8;
        let is_behind = place < 2;
        // no zeros at the end
        if !is_behind || digit > 0 || hundredths % 10 != 0 {
            put(b'0' + digit);
        }
        left /= 10;
        if place == 1 && hundredths % 100 != 0 {
            put(b'.');
        }
        if place >= 2 && left == 0 {
            break;
        }
    }
    out.push_str(std::str::from_utf8(&text[from..]).unwrap_or("0"));
}

fn numbers(out: &mut String, letter: char, values: &[f64]) {
    out.push(letter);
    for (i, v) in values.iter().enumerate() {
        if i > 0 {
            out.push(' ');
        }
        number(out, *v);
    }
}

fn contours(out: &mut String, path: &Path) {
    for step in &path.0 {
        match *step {
            Step::Move(x, y) => numbers(out, 'M', &[x, y]),
            Step::Line(x, y) => numbers(out, 'L', &[x, y]),
            Step::Quadratic(a, b, x, y) => numbers(out, 'Q', &[a, b, x, y]),
            Step::Cubic(a, b, c, d, x, y) => numbers(out, 'C', &[a, b, c, d, x, y]),
            Step::Close => out.push('Z'),
        }
    }
}

fn hex(Color(r, g, b): Color) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

/// A text as the value of an attribute.
fn escaped(s: &str) -> String {
    let mut out = String::new();
    for c in s.chars() {
        match c {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

impl Vector {
    /// A page of a size in logical pixels.
    pub fn new(width: f64, height: f64, background: Option<Color>) -> Vector {
        let mut out = String::from("<svg width=\"");
        let mut size = String::new();
        number(&mut size, width);
        out += &size;
        out += "\" height=\"";
        number(&mut out, height);
        let _ = write!(out, "\" viewBox=\"0 0 {size} ");
        number(&mut out, height);
        out += "\" xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\">\n";
        if let Some(color) = background {
            let _ = writeln!(out, "<rect width=\"100%\" height=\"100%\" fill=\"{}\"/>", hex(color));
        }
        Vector { out }
    }

    /// The whole document.
    pub fn finish(mut self) -> String {
        self.out += "</svg>\n";
        self.out
    }

    fn attribute(&mut self, name: &str, v: f64) {
        let _ = write!(self.out, " {name}=\"");
        number(&mut self.out, v);
        self.out.push('"');
    }

    fn filled(&mut self, ink: Ink) {
        let _ = write!(self.out, " fill=\"{}\"", hex(ink.color));
        if ink.alpha < 1.0 {
            self.attribute("fill-opacity", ink.alpha.max(0.0));
        }
    }
}

impl Canvas for Vector {
    fn fill(&mut self, path: &Path, ink: Ink) {
        self.out += "<path";
        self.filled(ink);
        self.out += " d=\"";
        contours(&mut self.out, path);
        self.out += "\"/>\n";
    }

    fn stroke(&mut self, points: &[(f64, f64)], width: f64, ink: Ink) {
        let _ = write!(self.out, "<polyline fill=\"none\" stroke=\"{}\"", hex(ink.color));
        self.attribute("stroke-width", width);
        if ink.alpha < 1.0 {
            self.attribute("stroke-opacity", ink.alpha.max(0.0));
        }
        self.out += " stroke-linejoin=\"round\" points=\"";
        for (x, y) in interrupt::until_asked(points) {
            number(&mut self.out, *x);
            self.out.push(',');
            number(&mut self.out, *y);
            self.out.push(' ');
        }
        self.out += "\"/>\n";
    }

    fn dots(&mut self, dots: &Dots, ink: Ink) {
        self.out += "<g";
        self.filled(ink);
        self.out += ">\n";
        let outline = dots.marker.outline(dots.radius);
        for (i, (x, y)) in interrupt::until_asked(dots.centers.iter().enumerate()) {
            let own = dots.colors.get(i).map_or(String::new(), |c| format!(" fill=\"{}\"", hex(*c)));
            if dots.marker == Marker::Disc {
                self.out += "<circle";
                self.out += &own;
                self.attribute("cx", *x);
                self.attribute("cy", *y);
                self.attribute("r", dots.radius);
            } else {
                self.out += "<path";
                self.out += &own;
                self.out += " d=\"";
                contours(&mut self.out, &outline.placed(1.0, *x, *y));
                self.out.push('"');
            }
            self.out += "/>\n";
        }
        self.out += "</g>\n";
    }

    fn image(&mut self, pixels: &Pixels, from: (f64, f64), to: (f64, f64)) {
        // three to the logical pixel, as of 300 dpi
        let fine = pixels.finer(3.0 * (to.0 - from.0).max(to.1 - from.1));
        let rgba: Vec<u8> = fine.values.iter().flatten().copied().collect();
        let Ok(bytes) = encoded(fine.columns as u32, fine.rows as u32, &rgba, 300.0, Effort::Quick) else { return };
        self.out += "<image preserveAspectRatio=\"none\"";
        for (name, v) in [("x", from.0), ("y", from.1), ("width", to.0 - from.0), ("height", to.1 - from.1)] {
            self.attribute(name, v);
        }
        self.out += " xlink:href=\"data:image/png;base64,";
        base64::engine::general_purpose::STANDARD.encode_string(bytes, &mut self.out);
        self.out += "\"/>\n";
    }

    fn text(&mut self, line: &Line, color: Color) {
        let _ = write!(self.out, "<path role=\"img\" aria-label=\"{}\"", escaped(line.source));
        self.filled(Ink { color, alpha: 1.0 });
        self.out += " d=\"";
        for p in line.outlines() {
            contours(&mut self.out, &p);
        }
        self.out += "\"/>\n";
    }

    fn prefers_pictures(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers are what formatting with two decimals writes, without zeros at the end.
    #[test]
    fn numbers_have_two_decimals_at_most() {
        let random = (0..20_000)
            .map(|i| (f64::from(i) * 0.7548776662).fract() * 10f64.powi(i % 13 - 4) * [1.0, -1.0][i as usize % 2]);
        let edges = [0.0, -0.0, 1.0, 9.99, 9.995, 0.1, 0.05, 10.5, 100.0, -0.004, 1e7, -1e7, 1e15, f64::MAX, f64::NAN];
        for v in random.chain(edges) {
            let mut out = String::new();
            number(&mut out, v);
            let hundredths = (100.0 * v).round() as i64;
            let (sign, size) = (if hundredths < 0 { "-" } else { "" }, hundredths.unsigned_abs());
            let long = format!("{sign}{}.{:02}", size / 100, size % 100);
            assert_eq!(out, long.trim_end_matches('0').trim_end_matches('.'), "{v}");
        }
    }
}
