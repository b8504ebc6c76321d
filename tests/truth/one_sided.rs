//! f that rise, bend or fall on one side only: every solver's bracket by default, against an interior-point solver.
use super::splitmix::SplitMix;
use crate::common::printed;
use std::collections::HashMap;

/// As a user types them; reference_one_sided.py has the same as perspectives.
const F: &[(&str, &str)] = &[
    ("lower", "f_divergence(\"lower\", |x| max(x-0.5,0.0)-0.5)"),
    ("half", "f_divergence(\"half\", |x| if x<1 {x**2-1} else {2*x-2})"),
    ("other half", "f_divergence(\"other\", |x| if x<1 {0.0*x} else {(x-1)**2})"),
    ("stair", "f_divergence(\"stair\", |x| abs(x-1)+2*max(x-2,0.0)+max(0.5-x,0.0))"),
    ("hinge", "f_divergence(\"hinge\", |x| max(x-1,0.0))"),
    ("root", "f_divergence(\"root\", |x| sqrt(x**2+1)-sqrt(2.0))"),
    ("saturated", "f_divergence(\"saturated\", |x| exp(-x)-exp(-1.0))"),
    ("tv", "tv()"),
    ("js", "js()"),
];

/// The samples and the weight of seed; points in 64ths, which f32 holds.
fn instance(seed: u64) -> (Vec<f64>, Vec<f64>, f64) {
    let mut r = SplitMix(1000 + seed);
    let (n, m) = (2 + r.below(24), 2 + r.below(24));
    let far = [0.0, 32.0, 128.0, 320.0][r.below(4)];
    let weight = [0.01, 0.1, 1.0, 10.0, 300.0][r.below(5)];
    let x = (0..n).map(|_| (r.below(128) as f64 + far) / 64.0).collect();
    let y = (0..m).map(|_| r.below(256) as f64 / 64.0).collect();
    (x, y, weight)
}

/// Numbers as points of a line, as a script has them.
pub fn rows(v: &[f64]) -> String {
    format!("[{}]", v.iter().map(|v| format!("[{v:?}]")).collect::<Vec<_>>().join(","))
}

/// The line of a script that prints the bracket of a problem of f with a weight between p and q.
pub fn line(problem: &str, f: &str, w: f64) -> String {
    let d = match problem {
        "penalized" => format!("{f}.penalized(rkhs(gaussian_kernel(1.0)), {w:?})"),
        "infconv" => format!("infconv({f}, {w:?} * mmd(gaussian_kernel(1.0)))"),
        "unbalanced" => format!("unbalanced({f}, {w:?} * w2_squared())"),
        _ => format!("{f}.regularized(lipschitz({w:?}))"),
    };
    let critic = if problem == "lipschitz" { ", #{ critic: exact() }" } else { "" };
    format!("let e = ({d}).estimate(p, q{critic}); print(`${{e.lower}} ${{e.upper}}`);\n")
}

/// No bracket misses the reference, which is good to 1e-7 where the solver says so itself, and all are narrower than 1e-8 of
/// what they hold, or than 1e-11 where that vanishes.
#[test]
fn brackets_by_default_hold_the_value_and_close() {
    let f: HashMap<&str, &str> = F.iter().copied().collect();
    let mut cases: HashMap<u64, Vec<Vec<&str>>> = HashMap::new();
    for line in include_str!("one_sided.csv").lines().skip(1) {
        let row: Vec<&str> = line.split(',').collect();
        cases.entry(row[0].parse().unwrap()).or_default().push(row);
    }
    let (mut wrong, mut seen) = (vec![], 0);
    for (seed, cases) in cases {
        let (x, y, w) = instance(seed);
        let mut script = format!("let p = {}; let q = {};\n", rows(&x), rows(&y));
        for case in &cases {
            script += &line(case[1], f[case[2]], w);
        }
        let out = printed(&script);
        assert_eq!(out.lines().count(), cases.len(), "seed {seed}: {out}");
        for (line, case) in out.lines().zip(&cases) {
            let bounds: Vec<f64> = line.split(' ').map(|v| v.parse().unwrap()).collect();
            let exact: f64 = case[3].parse().unwrap();
            let off = if case[4] == "optimal" { 1e-7 } else { 1e-5 } * (exact.abs() + 1e-2);
            let holds = bounds[0] <= exact + off && exact - off <= bounds[1];
            let closed = bounds[0] <= bounds[1] && bounds[1] - bounds[0] <= 1e-8 * bounds[1].abs() + 1e-11;
            seen += 1;
            if !holds || !closed {
                wrong.push(format!("{}: {line} for {exact}", case[..3].join(" ")));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {seen}:\n{}", wrong.len(), wrong.join("\n"));
}
