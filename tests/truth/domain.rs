//! f that are finite for some ratios only: their conjugates against 50 digits, in f64, on lanes and from the table of a device, their
//! convexity, and the brackets of every solver against sequential quadratic programming. reference_domain.py made the files.
use super::conjugates::{eval, typed};
use super::one_sided::{line, rows};
use super::splitmix::SplitMix;
use crate::common::printed;
use burn::tensor::{Tensor, TensorData};
use gflow::device::{Choice, host, open, values};
use gflow::generator::Generator;
use std::collections::BTreeMap;
use std::sync::Arc;

struct Case {
    f: Arc<Generator>,
    ends: (f64, f64),
    /// y, f*(y), f*'(y)
    rows: Vec<[f64; 3]>,
}

fn cases() -> BTreeMap<String, Case> {
    let mut out: BTreeMap<String, Case> = BTreeMap::new();
    for r in csv::Reader::from_reader(include_str!("domain.csv").as_bytes()).records() {
        let r = r.unwrap();
        let number = |i: usize| r[i].parse::<f64>().unwrap();
        let made = || Case { f: typed(&r[0], &r[1]), ends: (number(2), number(3)), rows: vec![] };
        out.entry(r[0].to_string()).or_insert_with(made).rows.push([number(4), number(5), number(6)]);
    }
    out
}

/// f* to 1e-13 of its terms, the rounding of x y − f(x), whatever form it has; x* to 1e-7, which is what f* to all digits leaves of
/// it where f is flat; the ends exactly.
#[test]
fn conjugates_of_f_that_end() {
    for (name, case) in cases() {
        let f = &case.f;
        assert_eq!(f.ends(), case.ends, "{name}");
        for [y, value, x] in case.rows {
            for (v, at) in [f.conjugate_pair(y), f.numeric_conjugate(y)] {
                let size = 1.0 + value.abs() + (x * y).abs();
                assert!((v - value).abs() <= 1e-13 * size, "{name}: f*({y}) = {v}, not {value}");
                let kink = f.jumps().iter().any(|k| (k.1 - y).abs().min((k.2 - y).abs()) <= 1e-12 * (1.0 + y.abs()));
                assert!(kink || (at - x).abs() <= 1e-7 * x + 1e-150, "{name}: x*({y}) = {at}, not {x}");
            }
        }
    }
}

/// Lanes of the host and nodes of a device in single precision, 2e-6 of the terms of x y − f(x), where steps of f*' lie between nodes too.
#[test]
fn single_precision_on_the_host_and_on_a_device() {
    let device = open(Choice::Wgpu).ok();
    for (name, case) in cases() {
        // beyond that tables of f that have no upper end go on as lines
        let within: Vec<&[f64; 3]> = case.rows.iter().filter(|r| r[0].abs() < 1e5 && r[2] < 1e6).collect();
        let y: Vec<f32> = within.iter().map(|r| r[0] as f32).collect();
        let mut lanes = vec![];
        case.f.on_slices().at_slice(&y, 0.0, |_, n, out| {
            lanes.extend((0..n).map(|i| (f64::from(out.value[i]), f64::from(out.gradient[i]))));
        });
        let data = || TensorData::new(y.clone(), [y.len()]);
        let tensor = case.f.conjugate_tensor(&Tensor::from_data(data(), &host()));
        let table = device
            .as_ref()
            .map_or(tensor.value.clone(), |d| case.f.conjugate_tensor(&Tensor::from_data(data(), &d.device)).value);
        for (i, [y, value, x]) in within.into_iter().enumerate() {
            let size = 1.0 + value.abs() + (x * y).abs();
            let read = |t: &Tensor<1>| f64::from(values(t).unwrap()[i]);
            for (form, v) in [("lanes", lanes[i].0), ("tensor", read(&tensor.value)), ("device", read(&table))] {
                assert!((v - value).abs() <= 2e-6 * size, "{name}, {form}: f*({y}) = {v}, not {value}");
            }
        }
    }
}

/// All of them are convex for certain, and say where they end.
#[test]
fn f_that_end_are_proved_and_say_where() {
    let mut unproved = vec![];
    for (name, case) in cases() {
        if !case.f.proof().contains("convex, proved") {
            unproved.push(format!("{name}: {}", case.f.proof()));
        }
        let end = case.ends.0.max(if case.ends.1.is_finite() { case.ends.1 } else { 0.0 });
        for text in [case.f.report(), case.f.domain_text()] {
            assert!(text.contains(&format!("{end}")), "{name}: {text}");
        }
        assert_eq!(case.f.f(0.5 * case.ends.0) == f64::INFINITY, case.ends.0 > 0.0, "{name}");
        assert_eq!(case.f.f(2.0 * case.ends.1), f64::INFINITY, "{name}");
    }
    assert!(unproved.is_empty(), "{}", unproved.join("\n"));
}

const F: [(&str, &str); 5] = [
    ("kl between", "if x < 0.25 || x > 3 { 1.0/0.0 } else { x*ln(x)-x+1 }"),
    ("chi2 between", "if x < 0.5 { 1.0/0.0 } else if x > 2 { 1.0/0.0 } else { (x-1)**2 }"),
    ("cvar", "if x > 2 { 1.0/0.0 } else { 0.0 }"),
    ("fermi dirac", "x*ln(x)+(2-x)*ln(2-x)"),
    ("barrier", "-ln(3-x)+ln(2.0)-0.5*(x-1)"),
];

fn instance(seed: u64) -> (Vec<f64>, Vec<f64>, f64) {
    let mut r = SplitMix(3000 + seed);
    let (n, m) = (2 + r.below(6), 2 + r.below(6));
    let far = [0.0, 32.0, 128.0][r.below(3)];
    let weight = [0.1, 1.0, 10.0][r.below(3)];
    let x = (0..n).map(|_| (r.below(128) as f64 + far) / 64.0).collect();
    let y = (0..m).map(|_| r.below(256) as f64 / 64.0).collect();
    (x, y, weight)
}

/// No bracket misses the reference, which is good to 1e-6, and all are narrower than 1e-6 of what they hold.
#[test]
fn brackets_of_f_that_end() {
    let f: BTreeMap<&str, &str> = F.into_iter().collect();
    let mut cases: BTreeMap<u64, Vec<Vec<&str>>> = BTreeMap::new();
    for line in include_str!("domain_brackets.csv").lines().skip(1) {
        let row: Vec<&str> = line.split(',').collect();
        cases.entry(row[0].parse().unwrap()).or_default().push(row);
    }
    let (mut wrong, mut seen) = (vec![], 0);
    for (seed, cases) in cases {
        let (x, y, w) = instance(seed);
        let mut script = format!("let p = {}; let q = {};\n", rows(&x), rows(&y));
        for case in &cases {
            let f = format!("f_divergence(\"{}\", |x| {{ {} }})", case[2], f[case[2]]);
            script += &line(case[1], &f, w);
        }
        let out = printed(&script);
        assert_eq!(out.lines().count(), cases.len(), "seed {seed}: {out}");
        for (line, case) in out.lines().zip(&cases) {
            let bounds: Vec<f64> = line.split(' ').map(|v| v.parse().unwrap()).collect();
            let exact: f64 = case[3].parse().unwrap();
            let off = 1e-6 * (exact.abs() + 1e-2);
            let holds = bounds[0] <= exact + off && exact - off <= bounds[1];
            let closed = bounds[0] <= bounds[1] && bounds[1] - bounds[0] <= 1e-6 * bounds[1].abs() + 1e-9;
            seen += 1;
            if !holds || !closed {
                wrong.push(format!("{}: {line} for {exact}", case[..3].join(" ")));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {seen}:\n{}", wrong.len(), wrong.join("\n"));
}

/// What is no bounded f: a pole that f comes back from, a gap, a value of its own at the end below the limit.
#[test]
fn what_comes_back_is_refused() {
    for f in [
        "1/(2-x)-1",
        "if x > 2 { if x < 3 { 1.0/0.0 } else { (x-1)**2 } } else { (x-1)**2 }",
        "if x > 1 { 1.0/0.0 } else { (x-1)**2 }",
    ] {
        let out = std::panic::catch_unwind(|| eval(&format!("f_divergence(\"f\", |x| {{ {f} }})")));
        assert!(out.is_err(), "{f}");
    }
}

/// Fermi–Dirac's f ends at 2, where its slope is infinite, and two points with weights down to 1e-9, which no unit of mass divides:
/// upper bounds are finite where D is. The minimum over the mass m = 2 b/(1 + e^−s) of the second point is where its slope vanishes.
#[test]
fn weights_that_no_unit_divides() {
    let term = |x: f64| if x > 0.0 { x * x.ln() } else { 0.0 };
    let f = |x: f64| term(x) + term(2.0 - x);
    let slope = |x: f64| x.ln() - (2.0 - x).ln();
    for b in [0.5, 0.25, 0.1, 1e-3, 1e-6, 3e-8, 1e-9] {
        let (mut low, mut high) = (-60.0f64, 60.0f64);
        let u = |s: f64| 2.0 / (1.0 + (-s).exp());
        for _ in 0..200 {
            let s = 0.5 * (low + high);
            if s - slope((1.0 - b * u(s)) / (1.0 - b)) < 10.0 { low = s } else { high = s }
        }
        let m = if b == 0.5 { 0.5 } else { b * u(low) };
        let exact = 10.0 * (0.5 - m) + (1.0 - b) * f((1.0 - m) / (1.0 - b)) + b * f(m / b);
        let out = printed(&format!(
            "let f = f_divergence(\"fd\", |x| x*ln(x)+(2-x)*ln(2-x)); let p = points([[0.0],[1.0]]);
            let o = #{{ critic: exact(), source_weights: [0.5,0.5], target_weights: [{:?},{b:?}] }};
            let e = f.regularized(lipschitz(10.0)).estimate(p, p, o); print(`${{e.lower}} ${{e.upper}}`);",
            1.0 - b
        ));
        let v: Vec<f64> = out.split_whitespace().map(|v| v.parse().unwrap()).collect();
        assert!(v[0] <= exact + 1e-14 && exact - 1e-14 <= v[1], "{b}: {out} for {exact}");
        assert!(v[1] - v[0] <= 1e-7 * v[1] + 1e-13, "{b}: {out} for {exact}");
    }
}
