//! Brackets of random problems over random f, as they are shown by default, against brackets.csv (reference_brackets.py): none
//! is false by so much as a rounding, and all are narrow. One in ten always runs, `GFLOW_ATTACK=long` tries all of them.
use super::splitmix::SplitMix;
use crate::attack::long;
use crate::common::printed;
use std::collections::BTreeMap;

/// A problem as in the reference: samples, and weights where they are not equal.
struct Instance {
    x: Vec<Vec<f64>>,
    y: Vec<Vec<f64>>,
    a: Option<Vec<f64>>,
    b: Option<Vec<f64>>,
}

/// In units of a power of two, so that they add up to one without rounding.
fn weights(r: &mut SplitMix, n: usize, most: u64) -> Option<Vec<f64>> {
    let mode = r.below(3);
    if mode == 0 {
        return None;
    }
    let upto = |r: &mut SplitMix| if mode == 1 { 16 } else { [1, 60, most][r.below(3)] };
    let draw = |_| {
        let most = upto(r);
        1 + r.below(most) as u64
    };
    let mut k: Vec<u64> = (0..n).map(draw).collect();
    let sum: u64 = k.iter().sum();
    let total = sum.next_power_of_two();
    k[n - 1] += total - sum;
    Some(k.into_iter().map(|v| v as f64 / total as f64).collect())
}

fn points(r: &mut SplitMix, n: usize, d: usize, grid: u64, far: f64) -> Vec<Vec<f64>> {
    (0..n).map(|_| (0..d).map(|_| r.below(4 * grid) as f64 / grid as f64 + far).collect()).collect()
}

fn instance(seed: u64, closed: bool) -> Instance {
    let mut r = SplitMix(7000 + seed);
    let d = 1 + r.below(2);
    let most = if seed < LARGE { 40 } else { 200 };
    let (n, mut m) = (1 + r.below(most), 1 + r.below(most));
    if seed.is_multiple_of(5) && seed < LARGE {
        m = 1 + r.below(2);
    }
    let grid = [2, 16, 64][r.below(3)];
    let far = [0.0, 0.0, 0.5, 2.0, 5.0, 40.0][r.below(6)];
    let (mut x, y) = (points(&mut r, n, d, grid, far), points(&mut r, m, d, grid, 0.0));
    if closed {
        x = y.clone();
        (0..n % 8).for_each(|_| x.push(y[r.below(m as u64)].clone()));
    }
    let most = if closed || m < 3 { 100_000 } else { 200 };
    let a = weights(&mut r, x.len(), most);
    let b = weights(&mut r, m, most);
    Instance { x, y, a, b }
}

/// Seeds from here on have up to 200 points, and small penalties.
const LARGE: u64 = 100_000;

/// The divergence in the language.
fn divergence(problem: &str, f: &str, w: &str) -> String {
    let k = "gaussian_kernel(1.0)";
    match problem {
        "penalized" => format!("{f}.penalized(rkhs({k}), {w})"),
        "infconv mmd" => format!("infconv({f}, {w}*mmd({k}))"),
        "infconv w1" => format!("infconv({f}, {w}*w1())"),
        "infconv w2" => format!("infconv({f}, {w}*w2_squared())"),
        "unbalanced w1" => format!("unbalanced({f}, {w}*w1())"),
        "unbalanced w2" => format!("unbalanced({f}, {w}*w2_squared())"),
        _ => format!("{f}.regularized(lipschitz({w}))"),
    }
}

struct Case {
    problem: String,
    seed: String,
    /// what the value is between
    low: f64,
    high: f64,
    line: String,
}

fn cases() -> Vec<Case> {
    let mut reader = csv::Reader::from_reader(include_str!("brackets.csv").as_bytes());
    let case = |row: Result<csv::StringRecord, csv::Error>| {
        let row = row.unwrap();
        let (problem, f, w) = (&row[1], &row[3], &row[2]);
        let i = instance(row[0].parse().unwrap(), problem == "closed");
        let mut options = vec![];
        if ["closed", "lipschitz", "infconv w1"].contains(&problem) {
            options.push("critic: exact()".to_string());
        }
        i.a.iter().for_each(|a| options.push(format!("source_weights: {a:?}")));
        i.b.iter().for_each(|b| options.push(format!("target_weights: {b:?}")));
        let options = if options.is_empty() { String::new() } else { format!(", #{{ {} }}", options.join(", ")) };
        let d = divergence(problem, f, w);
        let (x, y) = (i.x, i.y);
        let line = format!(
            "let e = ({d}).estimate(points({x:?}), points({y:?}){options}); print(`${{e.lower}} ${{e.value}} ${{e.upper}}`);\n"
        );
        // reading rounds once
        let number = |t: &str| t.parse::<f64>().unwrap();
        let high = if row[5].is_empty() { &row[4] } else { &row[5] };
        let (low, high) = (number(&row[4]).next_down(), number(high).next_up());
        Case { problem: problem.into(), seed: row[0].into(), low, high, line }
    };
    reader.records().map(case).collect()
}

/// lower ≤ value ≤ upper around the reference, whose ends are bounds themselves or have 20 digits; narrower than 1e-7 of the value
/// where problems are flows, and than 1e-6 elsewhere, or than the rounding of terms of size one.
#[test]
fn random_brackets_hold_and_close() {
    let all = cases();
    assert!(all.len() >= 5000, "{}", all.len());
    let step = if long() { 1 } else { 10 };
    let chosen: Vec<&Case> = all.iter().step_by(step).collect();
    let (mut wrong, mut seen) = (vec![], BTreeMap::<&str, (usize, f64)>::new());
    for some in chosen.chunks(50) {
        let out = printed(&some.iter().map(|c| c.line.as_str()).collect::<String>());
        assert_eq!(out.lines().count(), some.len(), "{}: {out}", some[0].seed);
        for (line, case) in out.lines().zip(some) {
            let v: Vec<f64> = line.split(' ').map(|v| v.parse().unwrap()).collect();
            let holds = v[0] <= v[1] && v[1] <= v[2] && v[0] <= case.high && case.low <= v[2];
            let flow = ["closed", "lipschitz", "infconv w1", "infconv w2"].contains(&case.problem.as_str());
            let width = if v[2] - v[0] > 1e-13 { (v[2] - v[0]) / v[2].abs() } else { 0.0 };
            let kind = seen.entry(&case.problem).or_default();
            *kind = (kind.0 + 1, kind.1.max(width));
            if !holds || width > if flow { 1e-7 } else { 1e-6 } {
                wrong.push(format!("{} {}: {line} for {} to {}", case.problem, case.seed, case.low, case.high));
            }
        }
    }
    if long() {
        seen.iter().for_each(|(kind, (count, width))| println!("{kind}: {count}, the widest {width:.1e}"));
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), chosen.len(), wrong.join("\n"));
}
