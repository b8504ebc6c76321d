//! Two arms of a study on the same seeds: Wilcoxon's signed ranks [wilcoxon1945](crate::references#wilcoxon1945).

/// Pairs of which all signs are counted out; beyond, the sum of ranks is as good as Gaussian.
const EXACT: usize = 200;

/// What a comparison of pairs came to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Paired {
    /// pairs that differ
    pub pairs: usize,
    /// the probability, if signs of differences were tossed, of a sum of signed ranks as far from 0 or farther
    pub p: f64,
}

/// The signed-rank test of Wilcoxon, two-sided, of differences a − b on the same seeds. Pairs that do not differ are left out, equal
/// differences share their ranks, and the law of the sum is exact given these ranks up to 200 pairs.
pub fn paired(differences: &[f64]) -> Paired {
    let mut all: Vec<f64> = differences.iter().copied().filter(|d| *d != 0.0 && !d.is_nan()).collect();
    all.sort_by(|a, b| a.abs().total_cmp(&b.abs()));
    let n = all.len();
    if n == 0 {
        return Paired { pairs: 0, p: 1.0 };
    }
    // twice the ranks, which are whole numbers also where they are shared
    let mut ranks = vec![0usize; n];
    let mut from = 0;
    while from < n {
        let to = (from..n).find(|i| all[*i].abs() > all[from].abs()).unwrap_or(n);
        ranks[from..to].fill(from + to + 1);
        from = to;
    }
    let total: usize = ranks.iter().sum();
    let above: usize = ranks.iter().zip(&all).filter(|(_, d)| **d > 0.0).map(|(r, _)| r).sum();
    let tail = above.min(total - above);
    let p = if n <= EXACT { tossed(&ranks, tail) } else { gaussian(&ranks, total, tail) };
    Paired { pairs: n, p: (2.0 * p).min(1.0) }
}

/// The probability that a sum of ranks, each taken with probability ½, is at most `tail`.
fn tossed(ranks: &[usize], tail: usize) -> f64 {
    let mut sums = vec![0.0; tail + 1];
    sums[0] = 1.0;
    for r in ranks {
        for s in (0..=tail).rev() {
            sums[s] = 0.5 * (sums[s] + if s >= *r { sums[s - r] } else { 0.0 });
        }
    }
    sums.iter().sum()
}

fn gaussian(ranks: &[usize], total: usize, tail: usize) -> f64 {
    let variance = ranks.iter().map(|r| (r * r) as f64).sum::<f64>() / 4.0;
    // ranks are doubled: a step is 2, its half 1
    let z = ((tail as f64 + 1.0 - total as f64 / 2.0) / variance.sqrt()).min(0.0);
    0.5 * erfc(-z / std::f64::consts::SQRT_2)
}

/// 1 − erf(x) for x ≥ 0, to 1.2e-7 of itself.
fn erfc(x: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.5 * x);
    let c = [
        -1.265_512_23,
        1.000_023_68,
        0.374_091_96,
        0.096_784_18,
        -0.186_288_06,
        0.278_868_07,
        -1.135_203_98,
        1.488_515_87,
        -0.822_152_23,
        0.170_872_77,
    ];
    t * (c.iter().rev().fold(0.0, |sum, c| sum * t + c) - x * x).exp()
}

/// Probabilities of several comparisons, each as it is beside the others: Holm's steps [holm1979](crate::references#holm1979).
pub fn adjusted(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|a, b| p[*a].total_cmp(&p[*b]));
    let (mut out, mut least) = (vec![0.0; p.len()], 0.0f64);
    for (k, i) in order.into_iter().enumerate() {
        least = least.max((p[i] * (p.len() - k) as f64).min(1.0));
        out[i] = least;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// scipy.stats.wilcoxon(d, method="exact"), scipy 1.14; with ties: permutation_test of the sum of signed ranks, all 2^n signs.
    #[test]
    fn probabilities_are_those_of_scipy() {
        let close = |d: &[f64], p: f64| assert!((paired(d).p - p).abs() < 1e-12, "{d:?}: {}", paired(d).p);
        close(&[1.0, 2.0, 3.0, 4.0, 5.0], 0.0625);
        close(&[1.0, -2.0, 3.0, 4.0, 5.0, 6.0, -0.5], 0.109375);
        close(&[0.3, -0.1, 0.2, 0.0, -0.4], 1.0);
        assert_eq!(paired(&[0.0, 0.0]), Paired { pairs: 0, p: 1.0 });
        // what has diverged differs by more than all that has not
        close(&[1.0, 2.0, f64::INFINITY, f64::INFINITY], 0.125);
        // shared ranks, by hand: ranks 1.5 1.5 3 with all signs positive is one of eight, twice
        close(&[1.0, 1.0, 2.0], 0.25);
        // beyond what is counted out the law is close to it
        let ranks: Vec<usize> = (1..=200).map(|i| 2 * i).collect();
        for (tail, within) in [(20_000, 0.002), (17_000, 0.02), (15_000, 0.06)] {
            let (exact, gauss) = (tossed(&ranks, tail), gaussian(&ranks, 40_200, tail));
            assert!((gauss / exact - 1.0).abs() < within, "{tail}: {exact} {gauss}");
        }
    }

    #[test]
    fn probabilities_are_adjusted_as_by_holm() {
        // statsmodels multipletests(p, method="holm")
        let close = adjusted(&[0.01, 0.04, 0.03, 0.005]).into_iter().zip([0.03, 0.06, 0.06, 0.02]);
        assert!(close.into_iter().all(|(a, b)| (a - b).abs() < 1e-15));
    }
}
