//! Decimals as they are written: exact integers times powers of ten.

/// 10³ as ³.
pub(super) fn superscript(n: i32) -> String {
    n.to_string()
        .chars()
        .map(|c| "⁰¹²³⁴⁵⁶⁷⁸⁹".chars().nth(c.to_digit(10).map_or(99, |d| d as usize)).unwrap_or('⁻'))
        .collect()
}

/// n·10ᵖ, exactly.
#[derive(Clone, Copy)]
pub(super) struct Decimal {
    pub n: i128,
    pub p: i32,
}

impl Decimal {
    /// The decimal of fewest digits that `v` is the nearest f64 to; none if it is not finite.
    pub fn shortest(v: f64) -> Option<Self> {
        let text = format!("{v:e}");
        let (digits, power) = text.split_once('e')?;
        let places = digits.split_once('.').map_or(0, |d| d.1.len() as i32);
        Some(Self { n: digits.replace('.', "").parse().ok()?, p: power.parse::<i32>().ok()? - places })
    }
    /// The nearest f64; infinite beyond the largest.
    pub fn nearest(self) -> f64 {
        // of two numbers that f64 holds exactly, the product and the quotient are the nearest to what they should be
        if self.n.unsigned_abs() <= 1 << f64::MANTISSA_DIGITS && self.p.unsigned_abs() <= 22 {
            let (n, ten) = (self.n as f64, 10i128.pow(self.p.unsigned_abs()) as f64);
            return if self.p < 0 { n / ten } else { n * ten };
        }
        format!("{}e{}", self.n, self.p).parse().unwrap_or(f64::NAN)
    }
    /// The largest k with k·m·10ᵖ not above this; none if it has too many digits.
    pub fn floor(self, m: i128, p: i32) -> Option<i128> {
        let ten = 10i128.checked_pow(if self.n == 0 { 0 } else { (self.p - p).unsigned_abs() });
        let n = if self.p >= p { self.n.checked_mul(ten?)? } else { self.n.div_euclid(ten.unwrap_or(i128::MAX)) };
        Some(n.div_euclid(m))
    }
    /// All digits, with those behind the point that p says.
    pub fn plain(self) -> String {
        let sign = if self.n < 0 { "−" } else { "" };
        let digits = self.n.unsigned_abs().to_string();
        if self.p >= 0 {
            let zeros = if self.n == 0 { 0 } else { self.p as usize };
            return format!("{sign}{digits}{}", "0".repeat(zeros));
        }
        let places = self.p.unsigned_abs() as usize;
        let digits = format!("{digits:0>width$}", width = places + 1);
        let (whole, rest) = digits.split_at(digits.len() - places);
        format!("{sign}{whole}.{rest}")
    }
    /// How many characters [`Decimal::plain`] has, without a sign.
    pub fn length(self) -> usize {
        let (digits, places) = (digits(self.n), self.p.unsigned_abs() as usize);
        match self.p {
            0.. => digits + if self.n == 0 { 0 } else { places },
            _ => digits.max(places + 1) + 1,
        }
    }
    /// 2.5·10⁷, and 10⁷ for 1·10⁷.
    pub fn scientific(self) -> String {
        let places = digits(self.n) as i32 - 1;
        let ten = format!("10{}", superscript(self.p + places));
        match self.n {
            1 => ten,
            -1 => format!("−{ten}"),
            n => format!("{}·{ten}", Self { n, p: -places }.plain()),
        }
    }
    /// Without zeros at the end, in the shorter of both ways.
    pub fn brief(self) -> String {
        let mut d = self;
        while d.n != 0 && d.n % 10 == 0 {
            d = Self { n: d.n / 10, p: d.p + 1 };
        }
        let (plain, scientific) = (Self { n: d.n, p: if d.n == 0 { 0 } else { d.p } }.plain(), d.scientific());
        let length = |s: &str| s.chars().filter(|c| *c != '−').count();
        if length(&plain) <= length(&scientific).max(7) { plain } else { scientific }
    }
}

/// How many digits a number has.
pub(super) fn digits(n: i128) -> usize {
    n.unsigned_abs().checked_ilog10().map_or(1, |log| log as usize + 1)
}
