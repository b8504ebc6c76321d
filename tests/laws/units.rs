//! Values that follow from others exactly: a far pair that both samples share, other units, another origin, a point twice.
//! Every bracket must reach the value that follows, whatever the sizes beside it.
use crate::common::printed;

type Cloud = Vec<[f64; 2]>;

/// Points on a grid of 1/8: moved by 2²⁰ and scaled by powers of two they are exact in f32.
fn cloud(seed: u64, n: usize) -> Cloud {
    use rand::Rng;
    let mut rng = gflow::random::rng(seed, 5);
    (0..n).map(|_| [0; 2].map(|_| f64::from(rng.random_range(-24i32..=24)) / 8.0)).collect()
}

fn written(c: &Cloud) -> String {
    let rows: Vec<String> = c.iter().map(|p| format!("[{:?}, {:?}]", p[0], p[1])).collect();
    format!("points([{}])", rows.join(", "))
}

/// [lower, value, upper] of an estimate as a script makes it.
fn bracket(divergence: &str, options: &str, p: &Cloud, q: &Cloud) -> [f64; 3] {
    let script = format!(
        "let e = ({divergence}).estimate({}, {}{options}); print(`${{e.lower}} ${{e.value}} ${{e.upper}}`);",
        written(p),
        written(q)
    );
    let out = printed(&script);
    let v: Vec<f64> =
        out.split_whitespace().map(|v| v.parse().unwrap_or_else(|_| panic!("{divergence}: {out}"))).collect();
    let [lower, value, upper] = v[..] else { panic!("{divergence}: {out}") };
    assert!(lower <= value && value <= upper, "{divergence}: {lower} ≤ {value} ≤ {upper}");
    [lower, value, upper]
}

/// What follows from a known bracket: the other one must reach into it, and where both are closed the values agree.
fn follows(what: &str, found: [f64; 3], from: [f64; 3], relative: f64) {
    let (f, e) = (found, from);
    // the factors that led here were rounded, too
    let slack = 4.0 * f64::EPSILON * e[2].abs();
    assert!(f[0] <= e[2] + slack && f[2] >= e[0] - slack, "{what}: {f:?}, expected within {e:?}");
    let gap = f[2] - f[0];
    let half = if gap.is_finite() { 0.5 * gap } else { 0.0 };
    assert!((f[1] - e[1]).abs() <= relative * e[1].abs() + half + slack, "{what}: {f:?} for {e:?}");
}

fn times(b: [f64; 3], factor: f64) -> [f64; 3] {
    b.map(|v| v * factor)
}

const EXACT: &str = ", #{ critic: exact() }";
const ENTROPIC: &str = ", #{ critic: entropic() }";

/// (divergence, options, the power of the share of the near points that it is multiplied by)
const SHARED: &[(&str, &str, f64)] = &[
    ("w1()", EXACT, 1.0),
    ("w2()", "", 0.5),
    ("w2_squared()", "", 1.0),
    ("wasserstein(1.5)", "", 1.0 / 1.5),
    ("kl().regularized(lipschitz(1.0))", EXACT, 1.0),
    ("reverse_kl().regularized(lipschitz(0.5))", EXACT, 1.0),
    ("tv().regularized(lipschitz(1.0))", EXACT, 1.0),
    ("chi2().regularized(lipschitz(2.0)).reversed()", EXACT, 1.0),
    ("infconv(js(), 0.3 * w2_squared())", "", 1.0),
    ("energy()", "", 2.0),
    ("mmd(gaussian_kernel(1.0))", "", 2.0),
    ("mmd(laplace_kernel(0.5))", "", 2.0),
    ("kl().regularized(lipschitz(1.0))", ENTROPIC, 1.0),
    ("w2_squared()", ENTROPIC, 1.0),
    ("unbalanced(kl(), w2_squared())", "", 1.0),
    ("sinkhorn(0.5)", "", 1.0),
];

/// A point of both samples that is far from all others leaves what the others are apart, times their share of the mass.
#[test]
fn a_far_pair_that_both_samples_share() {
    for (seed, (divergence, options, power)) in SHARED.iter().enumerate() {
        let (p, q) = (cloud(seed as u64, 7), cloud(seed as u64 + 100, 7));
        let near = bracket(divergence, options, &p, &q);
        let expected = times(near, (7.0f64 / 8.0).powf(*power));
        for far in [1e3, 1e6, 1e9, 1e15, 1e25] {
            let with = |c: &Cloud| [c.clone(), vec![[far, -far]]].concat();
            let found = bracket(divergence, options, &with(&p), &with(&q));
            let what = format!("{divergence}{options} with a pair at {far:e}");
            // ε of entropic() is a share of the largest cost: it need not be near, but its bracket must hold
            let relative = if *options == ENTROPIC || divergence.starts_with("unbalanced") { 1e300 } else { 1e-9 };
            follows(&what, found, expected, relative);
        }
    }
}

/// (divergence in units of s, options, the power of s that it is multiplied by)
const SCALED: &[(&str, &str, i32)] = &[
    ("w1()", EXACT, 1),
    ("w2()", "", 1),
    ("w2_squared()", "", 2),
    ("kl().regularized(lipschitz(1.0 / S))", EXACT, 0),
    ("hellinger().regularized(lipschitz(0.5 / S))", EXACT, 0),
    ("kl().regularized(lipschitz(1.0 / S))", ENTROPIC, 0),
    ("infconv(kl(), (1.0 / (S * S)) * w2_squared())", "", 0),
    ("renyi(2.0).regularized(lipschitz(1.0 / S))", EXACT, 0),
    ("unbalanced(kl(), (1.0 / (S * S)) * w2_squared())", "", 0),
    ("energy()", "", 1),
    ("mmd(gaussian_kernel(1.5 * S))", "", 0),
    ("kl().penalized(rkhs(gaussian_kernel(S)), 0.1)", "", 0),
    ("chi2().penalized(rkhs(laplace_kernel(S)), 0.1)", "", 0),
    ("sinkhorn(0.5 * S * S)", "", 2),
];

/// Powers of two near 1e-8 and 1e8 as units, an origin 1e6 away, and every point twice: all exact.
#[test]
fn units_origins_and_repetitions() {
    let scale = |c: &Cloud, s: f64| c.iter().map(|p| p.map(|v| v * s)).collect::<Cloud>();
    let with = |text: &str, s: f64| text.replace('S', &format!("{s:?}"));
    for (seed, (divergence, options, power)) in SCALED.iter().enumerate() {
        let (p, q) = (cloud(seed as u64 + 200, 6), cloud(seed as u64 + 300, 6));
        let plain = bracket(&with(divergence, 1.0), options, &p, &q);
        // iterations stop where they are content, not at the same digit
        let relative = if divergence.contains("unbalanced") || *options == ENTROPIC { 1e-4 } else { 1e-8 };
        for s in [2f64.powi(-27), 2f64.powi(27)] {
            let found = bracket(&with(divergence, s), options, &scale(&p, s), &scale(&q, s));
            follows(&format!("{divergence} in units of {s}"), found, times(plain, s.powi(*power)), relative);
        }
        let move_by = |c: &Cloud| c.iter().map(|p| [p[0] + 1_048_576.0, p[1] - 1_048_576.0]).collect::<Cloud>();
        let found = bracket(&with(divergence, 1.0), options, &move_by(&p), &move_by(&q));
        follows(&format!("{divergence} far from the origin"), found, plain, relative);
        let twice = |c: &Cloud| [c.clone(), c.clone()].concat();
        let found = bracket(&with(divergence, 1.0), options, &twice(&p), &twice(&q));
        follows(&format!("{divergence} of points that come twice"), found, plain, relative);
        let same = bracket(&with(divergence, 1.0), options, &twice(&p), &p);
        assert!(same[0] <= 0.0 && same[1].abs() <= 1e-3, "{divergence} of one law: {same:?}");
    }
}

/// Metrics without a bracket: units, the far pair and the origin change them as they must.
#[test]
fn metrics_follow_units() {
    let script = |p: &Cloud, q: &Cloud| {
        format!(
            "let p = {}; let q = {}; print(`${{metric::w1(p, q)}} ${{metric::w2(p, q)}} ${{metric::sliced(p, q)}} ${{metric::max_sliced(p, q)}} ${{metric::energy(p, q)}} ${{metric::mmd(p, q)}} ${{median_width(q)}}`);",
            written(p),
            written(q)
        )
    };
    let values = |p: &Cloud, q: &Cloud| -> Vec<f64> {
        let out = printed(&script(p, q));
        out.split_whitespace().map(|v| v.parse().unwrap_or_else(|_| panic!("{out}"))).collect()
    };
    let near = |what: &str, a: &[f64], b: &[f64]| {
        for (k, (a, b)) in a.iter().zip(b).enumerate() {
            assert!(
                (a - b).abs() <= 1e-9 * b.abs() + 1e-15 * b.abs().min(1.0),
                "{what}: number {k} is {a}, expected {b}"
            );
        }
    };
    for seed in 0..6 {
        let (p, mut q) = (cloud(seed, 9), cloud(seed + 50, 9));
        if seed % 2 == 1 {
            // more than half of the distances within q are 0
            q.iter_mut().skip(1).for_each(|r| *r = [0.125, 0.5]);
        }
        let plain = values(&p, &q);
        for s in [2f64.powi(-27), 2f64.powi(27)] {
            let scale = |c: &Cloud| c.iter().map(|p| p.map(|v| v * s)).collect::<Cloud>();
            let expected: Vec<f64> = plain.iter().zip([s, s, s, s, s, 1.0, s]).map(|(v, factor)| v * factor).collect();
            near(&format!("units of {s}"), &values(&scale(&p), &scale(&q)), &expected);
        }
        let moved = |c: &Cloud| c.iter().map(|p| [p[0] + 1_048_576.0, p[1]]).collect::<Cloud>();
        near("another origin", &values(&moved(&p), &moved(&q)), &plain);
        // a far pair: the share of the others, and for MMD a width of their own
        let far = |c: &Cloud| [c.clone(), vec![[1e15, 3e14]]].concat();
        let m = 0.9f64;
        let found = values(&far(&p), &far(&q));
        let shares = [m, m.sqrt(), m.sqrt(), m.sqrt(), m * m];
        let expected: Vec<f64> = plain.iter().zip(shares).map(|(v, share)| v * share).collect();
        near("a far pair", &found[..5], &expected);
    }
}

/// What has no size: one point, equal points, the line.
#[test]
fn samples_without_a_size() {
    let zero = printed(
        "let p = points([[3.0, 4.0], [3.0, 4.0]]); print(`${metric::mmd(p, p)} ${metric::w2(p, p)} ${metric::sliced(p, p)} ${metric::energy(p, p)} ${metric::sinkhorn(p, p, 0.1)} ${metric::ccdf_distance(p, p)}`);",
    );
    assert!(zero.split_whitespace().all(|v| v.parse::<f64>().unwrap().abs() < 1e-15), "{zero}");
    let none = printed("median_width(points([[3.0, 4.0], [3.0, 4.0]]))");
    assert!(none.contains("all points coincide"), "{none}");
    let none = printed("adaptive_width(\"gaussian\", points([[1.0]]), points([[1.0]]))");
    assert!(none.contains("coincide"), "{none}");
    let one = bracket("w2()", "", &vec![[1.0, 1.0]], &vec![[4.0, 5.0]]);
    assert!((one[1] - 5.0).abs() < 1e-14, "{one:?}");
    for divergence in ["kl().regularized(lipschitz(1.0))", "infconv(kl(), mmd(gaussian_kernel(1.0)))", "energy()"] {
        let same = vec![[0.5, 0.5]; 4];
        let b = bracket(divergence, "", &same, &same);
        assert!(b[0] <= 0.0 && b[2] >= 0.0 && b[2] < 1e-9, "{divergence}: {b:?}");
    }
}
