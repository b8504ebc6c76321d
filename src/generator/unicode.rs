//! Formulas in LaTeX as plain text, for terminals: x², ½, ∞, ≤, ln.
use super::signs::{ABOVE, BELOW, MARKS, SIGNS};

/// Whether a character is a power or an index.
fn is_small(c: char) -> bool {
    let second = |table: &'static str| table.chars().skip(1).step_by(2);
    second(ABOVE).chain(second(BELOW)).any(|s| s == c)
}

/// The characters of a table's second half, if it has all.
fn small(text: &str, table: &str) -> Option<String> {
    let pairs: Vec<char> = table.chars().collect();
    text.chars().map(|c| pairs.chunks(2).find(|p| p[0] == c).map(|p| p[1])).collect()
}

/// Whether a text is one thing: a number, a letter with its index or power, dP, what parentheses hold.
fn is_single(text: &str) -> bool {
    let letters = text.chars().filter(|c| c.is_alphabetic() && !is_small(*c)).count();
    let plain = text.chars().all(|c| c.is_alphanumeric() || is_small(c) || matches!(c, '.' | '\'' | '∞' | '#'));
    let number = text.starts_with(|c: char| c.is_ascii_digit());
    let differential = text.starts_with(['d', 'δ', '∂']) && letters == 2;
    plain && (letters == 0 || letters == 1 && !number || differential) || text.starts_with('(') && closes(text)
}

/// Whether the parenthesis that begins a text ends it.
fn closes(text: &str) -> bool {
    let mut depth = 0;
    let end = text.char_indices().find_map(|(i, c)| {
        depth += i32::from(c == '(') - i32::from(c == ')');
        (depth == 0).then_some(i + 1)
    });
    end == Some(text.len())
}

/// Whether a text adds or divides outside of all parentheses.
fn adds(text: &str) -> bool {
    let (mut depth, mut last) = (0, '(');
    text.chars().any(|c| {
        depth += i32::from("([{⟨".contains(c)) - i32::from(")]}⟩".contains(c));
        let found = depth == 0 && (matches!(c, '+' | '-') && last == ' ' || c == '/');
        last = c;
        found
    })
}

fn grouped(text: &str) -> String {
    if is_single(text) { text.to_string() } else { format!("({text})") }
}

/// Groups within groups at most; what is deeper is read by nobody.
const DEEPEST: i32 = 200;

/// A formula in LaTeX as plain text; one that is too deep to be read as it stands.
pub fn unicode(latex: &str) -> String {
    let (mut depth, mut most) = (0, 0);
    for c in latex.chars() {
        depth += i32::from(c == '{') - i32::from(c == '}');
        most = most.max(depth);
    }
    if most > DEEPEST {
        return latex.to_string();
    }
    let mut reader = Reader { c: latex.chars().collect(), i: 0 };
    let out = reader.until(None).replace('\u{1}', "");
    let mut tidy = String::with_capacity(out.len());
    for ch in out.trim().chars() {
        if !(ch == ' ' && tidy.ends_with([' ', '('])) {
            if matches!(ch, ')' | ',' | ';') && tidy.ends_with(' ') {
                tidy.pop();
            }
            tidy.push(ch);
        }
    }
    tidy.replace(" if else", " else")
}

struct Reader {
    c: Vec<char>,
    i: usize,
}

impl Reader {
    fn peek(&self) -> Option<char> {
        self.c.get(self.i).copied()
    }

    /// Up to a closing character, which is passed, or the end.
    fn until(&mut self, close: Option<char>) -> String {
        let mut out = String::new();
        while let Some(ch) = self.peek() {
            self.i += 1;
            if Some(ch) == close {
                break;
            }
            match ch {
                '{' => out += &self.until(Some('}')),
                '\\' => self.command(&mut out),
                '^' | '_' => self.raised(ch, &mut out),
                '&' => out += " if ",
                '~' => out.push(' '),
                '+' | '-' if follows_value(&out) => {
                    between(&mut out, ch);
                    while self.peek() == Some(' ') {
                        self.i += 1;
                    }
                }
                '=' | '<' | '>' => between(&mut out, ch),
                ch => {
                    // ln x, not lnx
                    if ch.is_alphanumeric() && ends_in_name(&out) {
                        out.push(' ');
                    }
                    out.push(ch);
                }
            }
        }
        out
    }

    /// One character, a group or a command.
    fn argument(&mut self) -> String {
        while self.peek() == Some(' ') {
            self.i += 1;
        }
        let Some(ch) = self.peek() else { return String::new() };
        self.i += 1;
        match ch {
            '{' => self.until(Some('}')).replace('\u{1}', "").trim().to_string(),
            '\\' => {
                let mut out = String::new();
                self.command(&mut out);
                out.replace('\u{1}', "").trim().to_string()
            }
            ch => ch.to_string(),
        }
    }

    fn name(&mut self) -> String {
        let Some(first) = self.peek() else { return String::new() };
        let mut name = String::from(first);
        self.i += 1;
        while first.is_ascii_alphabetic() && self.peek().is_some_and(|c| c.is_ascii_alphabetic()) {
            name.extend(self.peek());
            self.i += 1;
        }
        // the blank that ends a command is no blank
        while first.is_ascii_alphabetic() && self.peek() == Some(' ') {
            self.i += 1;
        }
        name
    }

    fn command(&mut self, out: &mut String) {
        let name = self.name();
        match name.as_str() {
            "frac" | "tfrac" | "dfrac" => {
                let (n, d) = (self.argument(), self.argument());
                space(out);
                *out += &quotient(&n, &d);
            }
            "sqrt" => {
                let of = self.argument();
                space(out);
                *out += &format!("√{}", grouped(&of));
            }
            "left" | "right" => {
                if self.peek() == Some('.') {
                    self.i += 1;
                }
            }
            "text" | "mathrm" | "operatorname" | "mathbf" | "mathit" | "mathsf" | "mathcal" | "boldsymbol" => {
                let words = self.argument();
                space(out);
                // a word is a name: what follows it is apart
                *out += &format!("{words}{}", if words.chars().count() > 1 { "\u{1}" } else { "" });
            }
            "mathbb" => {
                let letter = self.argument();
                *out += match letter.as_str() {
                    "R" => "ℝ",
                    "N" => "ℕ",
                    "Z" => "ℤ",
                    "E" => "E",
                    other => other,
                };
            }
            "begin" => {
                self.argument();
                *out += "{ ";
            }
            "end" => {
                self.argument();
                *out += " }";
            }
            "{" | "}" | "_" | "%" | "#" => *out += &name,
            _ => {
                if let Some((_, mark)) = MARKS.iter().find(|m| m.0 == name) {
                    *out += &self.argument();
                    out.push(*mark);
                } else if let Some((_, sign)) = SIGNS.iter().find(|s| s.0 == name) {
                    if sign.starts_with(char::is_alphabetic) && ends_in_name(out) {
                        out.push(' ');
                    }
                    *out += sign;
                } else {
                    space(out);
                    *out += &format!("{name}\u{1}");
                }
            }
        }
    }

    /// An exponent or an index.
    fn raised(&mut self, sign: char, out: &mut String) {
        let what = self.argument();
        let table = if sign == '^' { ABOVE } else { BELOW };
        let plain = what.replace(' ', "");
        // ln² is no name any more that wants a blank
        let name = out.ends_with('\u{1}');
        if name {
            out.pop();
        }
        if let Some(small) = small(&plain, table) {
            *out += &small;
        } else if plain == "*" || plain.chars().all(|c| c == '\'') {
            *out += &plain;
        } else if sign == '^' && out.ends_with('e') && !out[..out.len() - 1].ends_with(|c: char| c.is_alphabetic()) {
            out.pop();
            *out += &format!("exp({what})");
        } else {
            out.push(sign);
            let word = sign == '_' && what.chars().all(char::is_alphanumeric);
            *out += &if word { what } else { grouped(&what) };
        }
        if name {
            out.push('\u{1}');
        }
    }
}

/// A sign between two values, with blanks around it.
fn between(out: &mut String, sign: char) {
    out.truncate(out.trim_end().len());
    out.push(' ');
    out.push(sign);
    out.push(' ');
}

/// Whether a sign behind this text stands between two values.
fn follows_value(out: &str) -> bool {
    out.trim_end().ends_with(|c: char| c.is_alphanumeric() || ")]|‖}'*∞⟩\u{1}".contains(c) || is_small(c))
}

/// Whether a name such as ln was written last.
fn ends_in_name(out: &str) -> bool {
    out.ends_with('\u{1}')
}

/// A blank between a value and a name that follows it.
fn space(out: &mut String) {
    if ends_in_name(out) || out.ends_with(|c: char| c.is_alphanumeric() || c == ')' || is_small(c)) {
        out.push(' ');
    }
}

fn quotient(n: &str, d: &str) -> String {
    const HALVES: [(&str, &str, &str); 7] = [
        ("1", "2", "½"),
        ("1", "3", "⅓"),
        ("2", "3", "⅔"),
        ("1", "4", "¼"),
        ("3", "4", "¾"),
        ("1", "6", "⅙"),
        ("1", "8", "⅛"),
    ];
    let sign = HALVES.iter().find(|h| h.0 == n && h.1 == d).map(|h| h.2.to_string());
    let n = if adds(n) { format!("({n})") } else { n.to_string() };
    sign.unwrap_or_else(|| format!("{n}/{}", grouped(d)))
}

#[cfg(test)]
mod tests {
    use super::unicode;
    use crate::generator::named;

    #[test]
    fn formulas_are_read_in_a_terminal() {
        for (latex, text) in [
            ("x\\,\\ln x-x+1", "x ln x - x + 1"),
            ("\\tfrac{1}{2}\\,x^{2}", "½ x²"),
            ("\\frac{x-1}{x+1}", "(x - 1)/(x + 1)"),
            ("e^{y}-1", "eʸ - 1"),
            ("e^{-\\tfrac{1}{2}\\,y}", "exp(-½ y)"),
            ("\\left|x-1\\right|", "|x - 1|"),
            ("\\sqrt{x}", "√x"),
            ("\\ln\\left(1+x\\right)", "ln(1 + x)"),
            ("\\left(\\ln x\\right)^{2}", "(ln x)²"),
            ("-\\infty", "-∞"),
            ("D_{KL}(P\\|Q)=E_P\\left[\\ln\\tfrac{dP}{dQ}\\right]", "D_KL(P‖Q) = E_P[ln dP/dQ]"),
            ("f^*(y)\\le 1", "f*(y) ≤ 1"),
            ("x^{0.3}", "x^0.3"),
            ("\\tfrac1{2\\tau}W_2^2", "1/(2τ)W₂²"),
            ("\\frac{\\left(x-1\\right)^{2}}{x+1}", "(x - 1)²/(x + 1)"),
            ("\\begin{cases}x & x>1\\\\ 0 & \\text{else}\\end{cases}", "{ x if x > 1; 0 else }"),
            ("k(x,y)=-|x-y|", "k(x,y) = -|x - y|"),
            ("\\sqrt{2\\Delta t}\\,\\xi", "√(2Δt) ξ"),
        ] {
            assert_eq!(unicode(latex), text, "{latex}");
        }
    }

    #[test]
    fn no_command_is_left_over() {
        for n in named::ALL {
            let g = n.build(&vec![2.5; n.parameters]).expect("a named f");
            for latex in [Some(g.latex()), g.conjugate_latex(), g.derivative_latex()].into_iter().flatten() {
                let text = unicode(&latex);
                assert!(!text.contains(['\\', '\u{1}']), "{latex}: {text}");
            }
        }
    }
}
