//! A parameter that is drawn: `dt=log:1e-3..1`.
use super::axis::named;
use crate::random;
use rand::Rng;
use serde::{Deserialize, Serialize};

const EXPECTED: &str = "NAME=log:1e-3..1, NAME=uniform:0..1 or NAME=int:1..10";

/// Significant digits of what is drawn: names of settings are read by people.
const DIGITS: usize = 4;

/// How values lie between two bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Law {
    /// the logarithm is uniform
    Log,
    /// uniform
    Uniform,
    /// whole numbers, both bounds included
    Int,
}

/// A parameter with the law of its values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Draw {
    /// what `param` reads
    pub name: String,
    law: Law,
    from: f64,
    to: f64,
}

impl std::str::FromStr for Draw {
    type Err = String;
    /// # Errors
    /// An unknown law, bounds that are none.
    fn from_str(text: &str) -> Result<Draw, String> {
        let (name, rest) = named(text, EXPECTED)?;
        let wrong = |why: &str| format!("`{text}`: {why}, expected {EXPECTED}");
        let (law, range) = rest.split_once(':').ok_or_else(|| wrong("it names no law"))?;
        let law = match law.trim() {
            "log" => Law::Log,
            "uniform" => Law::Uniform,
            "int" => Law::Int,
            other => return Err(wrong(&format!("there is no law `{other}`"))),
        };
        let bound = |t: &str| t.trim().parse::<f64>().ok().filter(|v| v.is_finite());
        let bounds = range.split_once("..").and_then(|(a, b)| bound(a).zip(bound(b)));
        let (from, to) = bounds.ok_or_else(|| wrong("its range is none"))?;
        if from >= to {
            return Err(wrong("its range is empty"));
        }
        if law == Law::Log && from <= 0.0 {
            return Err(wrong("a logarithm needs bounds above 0"));
        }
        if law == Law::Int && (from.fract() != 0.0 || to.fract() != 0.0 || from.abs().max(to.abs()) > 9e15) {
            return Err(wrong("its bounds are no whole numbers"));
        }
        Ok(Draw { name: name.into(), law, from, to })
    }
}

impl Draw {
    /// Value `i` of a study, as text; it depends on the seed of the drawing, on the name and on i alone, so that more samples leave the
    /// first as they are.
    pub fn sample(&self, seed: u64, i: u64) -> String {
        // FNV-1a of the name: parameters are drawn independently of each other
        let name =
            self.name.bytes().fold(0xcbf2_9ce4_8422_2325u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3));
        let u: f64 = random::rng(seed ^ name, i).random_range(0.0..1.0);
        match self.law {
            // by logarithms, and by both ends: neither a quotient nor a difference of theirs has to be finite
            Law::Log => short((self.from.ln() + u * (self.to.ln() - self.from.ln())).exp(), self.from, self.to),
            Law::Uniform => short((1.0 - u) * self.from + u * self.to, self.from, self.to),
            Law::Int => format!("{:.0}", (self.from + (u * (self.to - self.from + 1.0)).floor()).min(self.to)),
        }
    }
}

/// So many digits as tell draws apart, and no more.
fn short(v: f64, from: f64, to: f64) -> String {
    // rounding does not leave the range
    let rounded = format!("{v:.0$e}", DIGITS - 1).parse().unwrap_or(v).clamp(from, to);
    if rounded != 0.0 && !(1e-4..1e6).contains(&rounded.abs()) { format!("{rounded:e}") } else { rounded.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_lie_in_their_range_and_follow_their_law() {
        let all = |text: &str| -> Vec<f64> {
            let draw: Draw = text.parse().unwrap();
            (0..2000).map(|i| draw.sample(7, i).parse().unwrap()).collect()
        };
        // the share below the middle is 1/2 within 4 standard deviations, 4 · 0.5/√2000 = 0.045
        for (text, low, high, middle) in
            [("a=log:1e-6..1", 1e-6, 1.0, 1e-3), ("a=uniform:-1..3", -1.0, 3.0, 1.0), ("a=int:1..10", 1.0, 10.0, 5.5)]
        {
            let values = all(text);
            assert!(values.iter().all(|v| (low..=high).contains(v)), "{text}");
            let below = values.iter().filter(|v| **v < middle).count() as f64 / 2000.0;
            assert!((below - 0.5).abs() < 0.045, "{text}: {below}");
        }
        for wide in ["a=log:1e-320..1.7e308", "a=uniform:-1.7e308..1.7e308"] {
            assert!(all(wide).iter().all(|v| v.is_finite()), "{wide}");
        }
        assert!((1..=10).all(|k| all("a=int:1..10").contains(&f64::from(k))));
        assert_ne!(all("a=uniform:0..1"), all("b=uniform:0..1"));
        for (wrong, why) in [
            ("a=log:0..1", "above 0"),
            ("a=1..2", "no law"),
            ("a=normal:0..1", "no law `normal`"),
            ("a=int:0.5..2", "whole"),
            ("a=uniform:2..1", "empty"),
            ("a=log:x..1", "none"),
        ] {
            assert!(wrong.parse::<Draw>().unwrap_err().contains(why), "{wrong}");
        }
    }
}
