//! Problems that span many decades against exact values (decades.csv, made by reference_decades.py): far pairs of points,
//! clouds that nearly coincide, weights over 16 decades, units and origins far from one, a kernel penalty that vanishes.
use super::splitmix::SplitMix;
use crate::common::{estimate, printed, upload};
use gflow::critic::SolverBuilder;
use gflow::critic::estimate::EstimateOptions;
use gflow::critic::kernel::KernelSolver;
use gflow::dataset::Rows;
use gflow::divergence::Divergence;
use gflow::divergence::kernels::Penalized;
use gflow::generator::named;
use gflow::interrupt::Interrupt;
use gflow::metric::{Metric, Sinkhorn, by_name};
use gflow::space::kernel::Kernel;
use gflow::transport::exact::{Exact, exact_weighted};
use gflow::transport::ground::{Cost, Ground};
use std::sync::Arc;

const FAR: [f64; 8] = [1.0, 1e3, 1e6, 1e9, 1e12, 1e15, 1e20, 1e30];

struct Instance {
    x: Vec<[f32; 2]>,
    y: Vec<[f32; 2]>,
    weights: Option<(Vec<f64>, Vec<f64>)>,
    power: f64,
}

fn instance(seed: u64) -> Instance {
    let mut r = SplitMix(seed);
    let (n, mut m) = (2 + r.below(6), 2 + r.below(6));
    let (kind, power) = (seed % 6, 1.0 + r.below(2) as f64);
    let far = FAR[r.below(FAR.len() as u64)];
    if kind < 2 {
        m = n;
    }
    let draw = |n: usize, r: &mut SplitMix| -> Vec<[f32; 2]> {
        (0..n).map(|_| [0; 2].map(|_| (2.0 * r.uniform() - 1.0) as f32)).collect()
    };
    let (mut x, mut y) = (draw(n, &mut r), draw(m, &mut r));
    match kind {
        0 => {
            x[0] = [far as f32, (-0.5 * far) as f32];
            y[m - 1] = x[0];
        }
        1 => {
            (x[0], x[1]) = ([far as f32, 0.0], [0.0, 1e5]);
            (y[0], y[m - 1]) = ([(far * (1.0 + 1e-6)) as f32, 0.0], [0.0, 100_000.5]);
        }
        2 => y = x.iter().map(|p| p.map(|v| (f64::from(v) + 1e-6 * r.uniform()) as f32)).collect(),
        3 => {
            let (s, t) = [(1e-8, 0.0), (1e8, 0.0), (1.0, 1e6)][r.below(3)];
            x.iter_mut().chain(&mut y).for_each(|p| *p = p.map(|v| (s * f64::from(v) + t) as f32));
        }
        _ => {}
    }
    let mut weights = None;
    if kind >= 4 {
        let mut decades =
            |n: usize| -> Vec<f64> { (0..n).map(|_| 10f64.powf(-(16.0 * r.uniform()).floor())).collect() };
        let (mut a, mut b) = (decades(x.len()), decades(y.len()));
        (a[0], b[0]) = (1.0, 1.0);
        if kind == 5 {
            x.iter_mut().zip(&a).skip(1).for_each(|(p, a)| *p = p.map(|v| (f64::from(v) / a.powf(0.5)) as f32));
        }
        let normal = |w: Vec<f64>| {
            let total: f64 = w.iter().sum();
            w.into_iter().map(|w| w / total).collect::<Vec<f64>>()
        };
        weights = Some((normal(a), normal(b)));
    }
    Instance { x, y, weights, power }
}

fn solve(i: &Instance) -> Exact {
    let flat = |v: &[[f32; 2]]| v.iter().flatten().map(|v| f64::from(*v)).collect::<Vec<f64>>();
    let go = Interrupt::default();
    let ground = Ground::new(&flat(&i.x), &flat(&i.y), 2, Cost::new(1.0, i.power).unwrap(), &go).unwrap();
    let (a, b) = i.weights.as_ref().map_or((None, None), |(a, b)| (Some(&a[..]), Some(&b[..])));
    exact_weighted(&ground, a, b, &go).unwrap()
}

fn rows(v: &[[f32; 2]]) -> Rows {
    Rows { data: v.iter().flatten().map(|v| f64::from(*v)).collect(), n: v.len(), d: 2 }
}

/// The rows of one kind of the table: seed, what it was made with, value.
fn table(what: &str) -> Vec<(u64, &'static str, f64)> {
    let row = |line: &'static str| {
        let cells: Vec<&str> = line.trim().split(',').collect();
        (cells[0], (cells[1].parse().unwrap(), cells[2], cells[3].parse().unwrap()))
    };
    include_str!("decades.csv").lines().skip(1).map(row).filter(|r| r.0 == what).map(|r| r.1).collect()
}

/// The bracket holds the value in all 240, is closed to 1e-9 of it, and the cost itself is right to 1e-12: nothing is
/// relative to the largest cost. The table's values have 20 digits; reading them rounds once.
#[test]
fn transport_over_many_decades() {
    let all = table("transport");
    assert_eq!(all.len(), 240);
    for (seed, power, value) in all {
        let i = instance(seed);
        assert_eq!(power, i.power.to_string());
        let e = solve(&i);
        let read = 2.0 * f64::EPSILON * value;
        assert!(
            e.lower <= value + read && value - read <= e.upper,
            "seed {seed}: {} to {} for {value}",
            e.lower,
            e.upper
        );
        assert!(e.upper - e.lower <= 1e-9 * e.upper, "seed {seed}: {} to {}", e.lower, e.upper);
        // equal weights are whole numbers; others are rounded to 2⁻⁵⁰ where that is below the tolerance
        let relative = if i.weights.is_none() { 1e-12 } else { 1e-9 };
        assert!((e.cost - value).abs() <= relative * value, "seed {seed}: {} for {value}", e.cost);
        // marginals add up to the weights, in units of 2⁻⁵⁰ where that is enough
        if let Some((a, _)) = &i.weights {
            for (k, a) in a.iter().enumerate() {
                let sum: f64 = e.plan.iter().filter(|t| t.0 == k).map(|t| t.2).sum();
                assert!((sum - a).abs() <= 1e-14 * a + 1e-15, "seed {seed}: row {k} has {sum} of {a}");
            }
        } else {
            let metric = by_name(if i.power == 1.0 { "w1" } else { "w2" }).unwrap();
            let found = metric.evaluate(&upload(rows(&i.x)), &upload(rows(&i.y))).unwrap();
            let root = value.powf(1.0 / i.power);
            assert!((found - root).abs() <= 1e-12 * root, "seed {seed}: {found} for {root}");
        }
    }
}

/// One far pair beside a unit square: three pairs of points, of which one has to move by one.
#[test]
fn a_far_pair_hides_nothing() {
    let script = "let p = points([[1.0, 0.0], [0.0, 0.0], [0.0, 1073741824.0]]);
        let q = points([[1.0, 0.0], [0.0, 1.0], [0.0, 1073741824.0]]);
        let e = w2_squared().estimate(p, q); let f = w1().estimate(p, q, #{ critic: exact() });
        print(`${metric::w2(p, q)**2} ${metric::w1(p, q)} ${e.value} ${e.gap} ${f.value} ${f.gap}`);";
    let out = printed(script);
    let v: Vec<f64> = out.split_whitespace().map(|v| v.parse().unwrap_or_else(|_| panic!("{out}"))).collect();
    for k in [0, 1, 2, 4] {
        assert!((v[k] - 1.0 / 3.0).abs() < 1e-15, "{v:?}");
    }
    assert!(v[3] < 1e-14 && v[5] < 1e-14, "{v:?}");
}

/// 1e-16 of the mass, 1e8 away, is 1e-8 of W₁.
#[test]
fn a_light_point_far_away_counts() {
    let script = "let p = points([[0.0, 0.0], [1e8, 0.0]]); let q = points([[0.0, 0.0], [0.0, 0.0]]);
        let e = w1().estimate(p, q, #{ critic: exact(), source_weights: [1 - 1e-16, 1e-16], target_weights: [0.5, 0.5] });
        print(`${e.lower} ${e.value} ${e.upper}`);";
    let v: Vec<f64> = printed(script).split_whitespace().map(|v| v.parse().unwrap()).collect();
    assert!(v[0] <= 1e-8 * (1.0 + 2e-16) && v[2] >= 1e-8 * (1.0 - 2e-16) && (v[1] - 1e-8).abs() < 1e-22, "{v:?}");
}

fn cloud(seed: u64, n: usize, size: f64) -> Vec<[f32; 2]> {
    let mut r = SplitMix(seed);
    // rounded before it is scaled, as in the reference
    let one = |r: &mut SplitMix| (size * f64::from((2.0 * r.uniform() - 1.0) as f32)) as f32;
    (0..n).map(|_| [0; 2].map(|_| one(&mut r))).collect()
}

/// P is half of Q: D tends to ln 2 as λ → 0. The bracket holds the value for every λ.
#[test]
fn kale_with_a_vanishing_penalty() {
    let all = table("kale");
    assert_eq!(all.len(), 24);
    for (seed, lambda, value) in all {
        let lambda: f64 = lambda.parse().unwrap();
        let q = cloud(100 + seed, 6, 1.0);
        let kl = Arc::new(named::find("kl").unwrap().build(&[]).unwrap());
        let d: Arc<dyn Divergence> = Arc::new(Penalized::new(kl, Kernel::Gaussian(1.0), lambda).unwrap());
        let solver = SolverBuilder(Arc::new(KernelSolver));
        let e = estimate(&d, &upload(rows(&q[..3])), &upload(rows(&q)), &solver, &EstimateOptions::default());
        let what = format!("seed {seed}, lambda {lambda:e}: {} ≤ {} ≤ {} for {value}", e.lower, e.value, e.upper);
        assert!(e.lower <= value && value <= e.upper, "{what}");
        assert!(e.lower <= e.value && e.value <= e.upper, "{what}");
        // 1e-16 of a mass, divided by lambda, is 1e-7 of h at most where steps end; the bounds feel its square or itself
        assert!(e.upper - e.lower <= 5e-7 && (e.value - value).abs() <= 5e-7, "{what}");
        assert!(lambda < 1e-7 || e.upper - e.lower <= 1e-9, "{what}");
    }
}

/// Between clouds that nearly coincide the iteration alone takes tens of thousands of steps; the value has nine digits.
#[test]
fn sinkhorn_between_clouds_that_nearly_coincide() {
    let all = table("sinkhorn");
    assert_eq!(all.len(), 12);
    for (seed, with, value) in all {
        let (by, epsilon) = with.split_once(' ').unwrap();
        let by: f64 = by.parse().unwrap();
        let p = cloud(200 + seed, 8, 0.25);
        let mut r = SplitMix(300 + seed);
        let q: Vec<[f32; 2]> =
            p.iter().map(|u| u.map(|v| (f64::from(v) + by * (2.0 * r.uniform() - 1.0)) as f32)).collect();
        let metric = Sinkhorn { epsilon: epsilon.parse().unwrap(), interrupt: Interrupt::default() };
        let found = metric.evaluate(&upload(rows(&p)), &upload(rows(&q))).unwrap();
        assert!((found - value).abs() <= 1e-9 * value, "seed {seed}, {with}: {found} for {value}");
    }
}
