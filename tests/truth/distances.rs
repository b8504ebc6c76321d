//! Exact transport, kernels and the line against closed forms and brute force.
use crate::common::{column, normal_quantiles, upload};
use gflow::dataset::ring::{RingOptions, ring};
use gflow::dataset::{Rows, gaussian};
use gflow::interrupt::Interrupt;
use gflow::metric::{self, Metric, Mmd};
use gflow::random;
use gflow::space::kernel::Kernel;
use gflow::transport::exact::exact;
use rand::Rng;

/// T5: W₂ between N(m₁, s₁²) and N(m₂, s₂²) on a common quantile grid is exactly √(Δm² + Δs²·mean z²).
#[test]
fn wasserstein_of_gaussians() {
    let z = normal_quantiles(500);
    let second: f64 = z.iter().map(|z| z * z).sum::<f64>() / 500.0;
    let p: Vec<f64> = z.iter().map(|z| 1.0 + 2.0 * z).collect();
    let q: Vec<f64> = z.iter().map(|z| -2.0 + 0.5 * z).collect();
    let w2 = metric::by_name("w2").unwrap().evaluate(&column(&p), &column(&q)).unwrap();
    // f32 points: 1e-6 relative
    assert!((w2 - (9.0 + 2.25 * second).sqrt()).abs() < 1e-5, "{w2}");
    let simplex = exact(&p, &q, 1, 2.0, &Interrupt::default()).unwrap();
    assert!((simplex.cost - (9.0 + 2.25 * second)).abs() < 1e-10);
}

/// T5: MMD² of N(m, s²) and N(0, s²) under a Gaussian kernel of variance σ²: 2σ/√(σ²+2s²)·(1 − e^{−m²/(2(σ²+2s²))}).
#[test]
fn mmd_of_gaussians() {
    let z = normal_quantiles(2000);
    let (m, s, sigma) = (1.5, 0.8, 1.2f64);
    let v = sigma * sigma + 2.0 * s * s;
    let expected = 2.0 * sigma / v.sqrt() * (1.0 - (-m * m / (2.0 * v)).exp());
    let p: Vec<f64> = z.iter().map(|z| m + s * z).collect();
    let q: Vec<f64> = z.iter().map(|z| s * z).collect();
    let mmd = Mmd { kernel: Some(Kernel::Gaussian(sigma)), ..Mmd::named("mmd") };
    let value = mmd.evaluate(&column(&p), &column(&q)).unwrap();
    // a quantile grid of 2000 points has a bias of order 1/n
    assert!((value - expected).abs() < 2e-3, "{value} and {expected}");
}

/// The simplex against all permutations.
#[test]
fn exact_transport_against_brute_force() {
    fn best(cost: &[f64], n: usize, row: usize, used: u32, memo: &mut Vec<Option<f64>>) -> f64 {
        if row == n {
            return 0.0;
        }
        if let Some(v) = memo[used as usize] {
            return v;
        }
        let v = (0..n)
            .filter(|j| used & (1 << j) == 0)
            .map(|j| cost[row * n + j] + best(cost, n, row + 1, used | (1 << j), memo))
            .fold(f64::INFINITY, f64::min);
        memo[used as usize] = Some(v);
        v
    }
    for seed in 0..20 {
        let mut rng = random::rng(seed, 0);
        let n = 9;
        let mut sample = || (0..2 * n).map(|_| rng.random::<f64>()).collect::<Vec<f64>>();
        let (x, y) = (sample(), sample());
        for p in [1.0, 2.0] {
            let distance = |i: usize, j: usize| f64::hypot(x[2 * i] - y[2 * j], x[2 * i + 1] - y[2 * j + 1]).powf(p);
            let cost: Vec<f64> = (0..n * n).map(|k| distance(k / n, k % n)).collect();
            let expected = best(&cost, n, 0, 0, &mut vec![None; 1 << n]) / n as f64;
            let got = exact(&x, &y, 2, p, &Interrupt::default()).unwrap();
            assert!((got.cost - expected).abs() < 1e-12, "seed {seed}, p {p}: {} and {expected}", got.cost);
        }
    }
}

/// Unequal sizes against the same problem with every point repeated, and marginals that add up.
#[test]
fn exact_transport_between_unequal_sizes() {
    for seed in 0..5 {
        let mut rng = random::rng(seed, 1);
        let (n, m) = (12, 18);
        let x: Vec<f64> = (0..2 * n).map(|_| rng.random::<f64>()).collect();
        let y: Vec<f64> = (0..2 * m).map(|_| rng.random::<f64>()).collect();
        let repeat = |v: &[f64], k: usize| {
            v.chunks(2).flat_map(|r| std::iter::repeat_n(r.to_vec(), k)).flatten().collect::<Vec<f64>>()
        };
        let small = exact(&x, &y, 2, 2.0, &Interrupt::default()).unwrap();
        let large = exact(&repeat(&x, 3), &repeat(&y, 2), 2, 2.0, &Interrupt::default()).unwrap();
        assert!((small.cost - large.cost).abs() < 1e-12, "{} and {}", small.cost, large.cost);
        for i in 0..n {
            let row: f64 = small.plan.iter().filter(|e| e.0 == i).map(|e| e.2).sum();
            assert!((row - 1.0 / n as f64).abs() < 1e-15);
        }
    }
}

/// The promise for 2000 points a side: primal and dual agree, in seconds.
#[test]
fn exact_transport_of_two_thousand_points() {
    let draw =
        |stream| ring(2000, &RingOptions { std: 0.3, ..Default::default() }, &mut random::rng(5, stream)).unwrap();
    let p = gaussian::gaussian(2000, 2, &Default::default(), &mut random::rng(5, 9)).unwrap();
    let q = draw(0);
    for power in [1.0, 2.0] {
        let e = exact(&p.data, &q.data, 2, power, &Interrupt::default()).unwrap();
        assert!(
            e.lower <= e.cost && e.cost <= e.upper && e.upper - e.lower < 1e-9 * e.cost,
            "{} and {}",
            e.lower,
            e.upper
        );
        assert!(e.plan.iter().map(|t| t.2).sum::<f64>() - 1.0 < 1e-12);
    }
    let same = metric::by_name("w2").unwrap().evaluate(&upload(q.clone()), &upload(q)).unwrap();
    assert_eq!(same, 0.0);
}

#[test]
fn sliced_of_a_shift_is_the_shift_over_root_d() {
    let z = gaussian::gaussian(400, 2, &Default::default(), &mut random::rng(1, 0)).unwrap();
    let moved = Rows { data: z.data.chunks(2).flat_map(|r| [r[0] + 3.0, r[1]]).collect(), ..z.clone() };
    let value = metric::by_name("sliced").unwrap().evaluate(&upload(z), &upload(moved)).unwrap();
    // E cos² = 1/2 over directions; 200 of them leave about 5 %
    assert!((value - 3.0 / 2f64.sqrt()).abs() < 0.15, "{value}");
}

/// Samples too large for a certificate say so at once and keep their value; the sliced distance takes them as they are.
#[test]
fn a_quarter_of_a_million_points() {
    let (mut s, _) = crate::common::session_in(None, &[]);
    let script = "let p = data::gaussian(250000, 1); let q = data::gaussian(250000, 1, #{ mean: 1.0 });
        let e = w1().estimate(p, q, #{ critic: mlp([8]), steps: 300, batch: 500, lr: 1e-2 });
        [e.value, e.lower, metric::sliced(p, q), e.remarks.len()]";
    let v: Vec<f64> = s
        .eval("t", script)
        .unwrap_or_else(|d| panic!("{}", d.message))
        .into_array()
        .unwrap()
        .into_iter()
        .map(|v| v.as_float().or(v.as_int().map(|i| i as f64)).unwrap())
        .collect();
    // a hard 1-Lipschitz critic reaches the shift from below
    assert!(v[0] > 0.9 && v[0] < 1.02, "{}", v[0]);
    assert!(v[1] == f64::NEG_INFINITY && v[3] >= 1.0, "lower {}, {} remarks", v[1], v[3]);
    // 250,000 points leave 0.5 % of the shift of 1
    assert!((v[2] - 1.0).abs() < 0.01, "{}", v[2]);
}
