//! A generator in words and formulas: what was found out about f, for people.
use super::convexity::Convexity;
use super::diff::diff;
use super::expr::{Kind, x};
use super::function::Generator;
use super::latex::latex;
use super::unicode::unicode;

impl Generator {
    /// A value of f or of a slope: beside the size of f, what is rounding there is 0.
    fn short(&self, v: f64) -> String {
        plain(v, self.numeric().unit.min(1.0))
    }

    /// f as LaTeX.
    pub fn latex(&self) -> String {
        latex(self.expr())
    }
    /// f as plain text.
    pub fn formula(&self) -> String {
        unicode(&self.latex())
    }
    /// f* as LaTeX where a closed form is known.
    pub fn conjugate_latex(&self) -> Option<String> {
        self.closed().map(|c| latex(&c.value))
    }
    /// f' as LaTeX; none for an f that is only known by its values, or too long.
    pub fn derivative_latex(&self) -> Option<String> {
        (!self.expr().has_native() && !self.numeric().is_long).then(|| latex(&diff(self.expr(), &x())))
    }

    /// "y < 0.6931", "y ≤ 0.5" or "all y".
    pub fn domain_text(&self) -> String {
        let domain = match self.domain() {
            (d, _) if d.is_infinite() => "all y".into(),
            (d, closed) => format!("y {} {}", if closed { "≤" } else { "<" }, self.short(d)),
        };
        match self.ends_text() {
            Some(ends) => format!("{domain} (f is finite for {ends})"),
            None => domain,
        }
    }

    /// "0.25 ≤ x ≤ 3", where f ends: an end at which f is infinite is none of its ratios.
    pub fn ends_text(&self) -> Option<String> {
        let (low, high) = self.ends();
        let sign = |end: f64| if self.f(end).is_finite() { "≤" } else { "<" };
        let told = |end: f64| if end < 1e16 { end.to_string() } else { format!("{end:e}") };
        let below = if low > 0.0 { format!("{} {} ", told(low), sign(low)) } else { String::new() };
        let above = if high.is_finite() { format!(" {} {}", sign(high), told(high)) } else { String::new() };
        (!below.is_empty() || !above.is_empty()).then(|| format!("{below}x{above}"))
    }

    /// f(0), and what was written for it if that is something else: f* and D are those of the closed f.
    fn at_zero_text(&self) -> String {
        let limit = self.short(self.numeric().f0);
        match self.written_at_zero() {
            Some(v) => {
                format!("{limit} ({} as written: f* and D have the limit, as those of the closed f)", self.short(v))
            }
            None => limit,
        }
    }

    /// How it is known that f is convex: the steps of the proof, or what was looked at.
    pub fn proof(&self) -> String {
        let own = match self.written_at_zero() {
            Some(v) => {
                format!(
                    "\n  at x = 0 f is {} as written, and its limit {} is kept",
                    self.short(v),
                    self.short(self.f(0.0))
                )
            }
            None => String::new(),
        };
        format!("{}: {}{own}", self.name(), self.convexity().derivation())
    }

    /// The first kinks with the slopes on both sides, and how many more there are.
    fn kinks_text(&self) -> String {
        let kinks: Vec<String> = self
            .numeric()
            .kinks
            .iter()
            .filter(|k| k.left.is_finite() && k.right.is_finite())
            .map(|k| format!("{} ({} to {})", plain(k.x, 1.0), self.short(k.left), self.short(k.right)))
            .collect();
        let more = kinks.len().saturating_sub(MOST_KINKS);
        match (kinks.len(), more) {
            (0, _) => "none".into(),
            (_, 0) => kinks.join(", "),
            _ => format!("{} and {more} more", kinks[..MOST_KINKS].join(", ")),
        }
    }

    /// What was found out about f, for people.
    pub fn report(&self) -> String {
        let convexity = match self.convexity() {
            Convexity::Proved(_) => "proved (proof() shows how)".to_string(),
            other => other.summary(),
        };
        let mut low = match self.numeric().d0 {
            d if d.is_finite() => format!(" for y > {}, and {} below", self.short(d), self.short(-self.numeric().f0)),
            _ => String::new(),
        };
        // a maximum of lines has these among them
        let beyond = if self.closed().is_some_and(|c| c.value.any(&|k| matches!(k, Kind::Binary(..)))) {
            [None; 2]
        } else {
            self.numeric().straight()
        };
        for (s, side) in beyond.iter().zip(["below", "above"]) {
            if let Some(s) = s {
                low += &format!(", {} y - {} for y {side} {}", plain(s.x, 1.0), self.short(s.f), self.short(s.from));
            }
        }
        let ends = self.ends_text().map_or(String::new(), |e| format!("\n  domain f    {e}"));
        let conjugate = match self.closed() {
            Some(c) => format!("closed form  f*(y) = {}{low}", cut(unicode(&latex(&c.value)), "")),
            None => "numeric (bracketed Newton in double precision; on the device a table)".to_string(),
        };
        let (d0, dinf) = self.slopes();
        let (a, b) = self.slope_at_one();
        let at_one = if a == b { self.short(a) } else { format!("[{}, {}]", self.short(a), self.short(b)) };
        let numeric_derivative = if self.by_values() { "numeric (differences of f)" } else { "code (f is too long)" };
        let growth = if dinf.is_infinite() {
            "superlinear"
        } else {
            "at most linear: mass of P outside the support of Q is not infinitely expensive by itself"
        };
        format!(
            "{}\n  f(x)        {}{ends}\n  f'(x)       {}\n  f(1)        0\n  convexity   {}\n  conjugate   {}\n  domain f*   {}\n  f(0)        {}\n  f'(0+)      {}\n  f'(1)       {}\n  f'(∞)       {} ({})\n  kinks       {}\n  device f*   relative error {:.1e}",
            self.name(),
            cut(self.formula(), ", latex() has all"),
            self.derivative_latex().map(|d| cut(unicode(&d), "")).unwrap_or_else(|| numeric_derivative.into()),
            convexity,
            conjugate,
            self.domain_text(),
            self.at_zero_text(),
            self.short(d0),
            at_one,
            self.short(dinf),
            growth,
            self.kinks_text(),
            self.device_error(),
        )
    }
}

/// Letters of a formula in a report, and kinks.
const LETTERS: usize = 1000;
const MOST_KINKS: usize = 20;

/// The beginning of a formula that is too long to be read, and how much is missing.
fn cut(formula: String, beyond: &str) -> String {
    match formula.char_indices().nth(LETTERS) {
        Some((end, _)) => {
            format!("{}… ({} more letters{beyond})", &formula[..end], formula[end..].chars().count())
        }
        None => formula,
    }
}

/// What would need more digits than this before its point is written with a power.
const LONG: f64 = 1e15;

/// A number whose ordinary size is `unit`.
fn plain(v: f64, unit: f64) -> String {
    if v.is_infinite() {
        return if v > 0.0 { "∞".into() } else { "-∞".into() };
    }
    // what six decimals would make 0 of, unless it is the rounding of ordinary numbers
    let tiny = v.abs() < 5e-7 && v.abs() > 1e-13 * unit;
    if tiny || v.abs() >= LONG {
        let power = format!("{v:.5e}");
        let (digits, exponent) = power.split_once('e').unwrap_or((&power, "0"));
        return format!("{}e{exponent}", digits.trim_end_matches('0').trim_end_matches('.'));
    }
    let s = format!("{v:.6}");
    let s = s.trim_end_matches('0').trim_end_matches('.');
    if s == "-0" { "0".into() } else { s.to_string() }
}
