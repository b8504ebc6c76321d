//! One number of many: what is said of a group.
use crate::error::Result;
use crate::interrupt;

/// What is computed of the values of a group; those that are missing do not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Statistic {
    /// how many there are
    Count,
    /// their sum
    Sum,
    /// their mean
    Mean,
    /// the root of Σ(v − mean)²/(n − ddof)
    Std {
        /// 1 divides by n − 1, 0 by n
        ddof: usize,
    },
    /// the middle one, or the mean of the two in the middle
    Median,
    /// the least
    Min,
    /// the largest
    Max,
}

impl Statistic {
    /// Its name in the language.
    pub fn name(self) -> &'static str {
        match self {
            Statistic::Count => "count",
            Statistic::Sum => "sum",
            Statistic::Mean => "mean",
            Statistic::Std { .. } => "std",
            Statistic::Median => "median",
            Statistic::Min => "min",
            Statistic::Max => "max",
        }
    }
    /// All of them, a standard deviation as of a sample.
    pub const ALL: [Statistic; 7] = [
        Statistic::Count,
        Statistic::Sum,
        Statistic::Mean,
        Statistic::Std { ddof: 1 },
        Statistic::Median,
        Statistic::Min,
        Statistic::Max,
    ];
}

/// Rows of groups: the group of each row, or something beyond all groups for a row that is in none.
#[derive(Clone, Copy)]
pub struct Members<'a> {
    /// of each row
    pub ids: &'a [u32],
    /// how many groups there are
    pub groups: usize,
}

impl Members<'_> {
    /// Calls f with the group and the value of each row that has both.
    fn each(&self, values: &[f64], mut f: impl FnMut(usize, f64)) -> Result<()> {
        for (ids, values) in self.ids.chunks(PIECE).zip(values.chunks(PIECE)) {
            interrupt::poll()?;
            for (id, v) in ids.iter().zip(values) {
                if (*id as usize) < self.groups && !v.is_nan() {
                    f(*id as usize, *v);
                }
            }
        }
        Ok(())
    }
    fn counts(&self, values: &[f64]) -> Result<Vec<f64>> {
        let mut out = vec![0.0; self.groups];
        self.each(values, |g, _| out[g] += 1.0)?;
        Ok(out)
    }
    /// Sums in which what rounding takes is kept and added at the end, as pandas does.
    fn sums(&self, values: &[f64], of: impl Fn(usize, f64) -> f64) -> Result<Vec<f64>> {
        let mut out = vec![(0.0, 0.0); self.groups];
        self.each(values, |g, v| {
            let (sum, lost) = &mut out[g];
            let v = of(g, v);
            let new = *sum + v;
            // Neumaier's: whichever of the two was larger has lost nothing
            *lost += if sum.abs() >= v.abs() { (*sum - new) + v } else { (v - new) + *sum };
            *sum = new;
        })?;
        // what is infinite has lost all
        Ok(out.into_iter().map(|(sum, lost): (f64, f64)| if lost.is_finite() { sum + lost } else { sum }).collect())
    }
    fn means(&self, values: &[f64]) -> Result<Vec<f64>> {
        let counts = self.counts(values)?;
        let sums = self.sums(values, |_, v| v)?;
        Ok(sums.into_iter().zip(counts).map(|(s, n)| s / n).collect())
    }
    fn deviations(&self, values: &[f64], ddof: usize) -> Result<Vec<f64>> {
        let (counts, means) = (self.counts(values)?, self.means(values)?);
        let squares = self.sums(values, |g, v| (v - means[g]).powi(2))?;
        let freedom = |n: f64| if n > ddof as f64 { n - ddof as f64 } else { f64::NAN };
        Ok(squares.into_iter().zip(counts).map(|(s, n)| (s / freedom(n)).sqrt()).collect())
    }
    fn extremes(&self, values: &[f64], better: fn(f64, f64) -> f64) -> Result<Vec<f64>> {
        let mut out = vec![f64::NAN; self.groups];
        // NaN is passed over by both
        self.each(values, |g, v| out[g] = better(out[g], v))?;
        Ok(out)
    }
    /// Values group by group, the groups one behind the other, then each halved.
    fn medians(&self, values: &[f64]) -> Result<Vec<f64>> {
        let counts: Vec<usize> = self.counts(values)?.into_iter().map(|n| n as usize).collect();
        let mut next: Vec<usize> = counts.iter().scan(0, |at, n| Some(std::mem::replace(at, *at + n))).collect();
        let mut sorted = vec![0.0; counts.iter().sum()];
        self.each(values, |g, v| {
            sorted[next[g]] = v;
            next[g] += 1;
        })?;
        let mut rest = &mut sorted[..];
        let mut out = Vec::with_capacity(self.groups);
        for (i, n) in counts.into_iter().enumerate() {
            interrupt::poll_each(i)?;
            let (mine, behind) = rest.split_at_mut(n);
            rest = behind;
            out.push(middle(mine));
        }
        Ok(out)
    }
    /// A statistic of the values of every group; NaN for one that has none, but 0 of nothing is its count and its sum.
    pub fn of(&self, statistic: Statistic, values: &[f64]) -> Result<Vec<f64>> {
        match statistic {
            Statistic::Count => self.counts(values),
            Statistic::Sum => self.sums(values, |_, v| v),
            Statistic::Mean => self.means(values),
            Statistic::Std { ddof } => self.deviations(values, ddof),
            Statistic::Median => self.medians(values),
            Statistic::Min => self.extremes(values, f64::min),
            Statistic::Max => self.extremes(values, f64::max),
        }
    }
}

/// Rows between two looks at the interrupt.
const PIECE: usize = 1 << 16;

/// The median of numbers that may change places.
fn middle(values: &mut [f64]) -> f64 {
    let n = values.len();
    if n == 0 {
        return f64::NAN;
    }
    let (below, upper, _) = values.select_nth_unstable_by(n / 2, f64::total_cmp);
    if n % 2 == 1 {
        return *upper;
    }
    let lower = below.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    0.5 * lower + 0.5 * *upper
}
