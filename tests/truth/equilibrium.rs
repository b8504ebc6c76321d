//! Objectives near equilibrium, where f* is its tangent to seven digits and D is what is left: against fifty digits.
use crate::common::{cpu, printed};
use gflow::device::{values, vector};
use gflow::divergence::{Objective, Term};
use gflow::generator::{Generator, expr, named};
use gflow::space::{Lipschitz, Space};
use std::sync::Arc;

/// As equilibrium.csv names it.
pub fn generator(name: &str) -> Arc<Generator> {
    let power = |k: f64| {
        let f = expr::pow(&expr::sub(&expr::x(), &expr::constant(1.0)), &expr::constant(k));
        Generator::new(name, f).unwrap()
    };
    let built = match name {
        "quartic" => power(4.0),
        "sextic" => power(6.0),
        _ => match name.strip_prefix("alpha(") {
            Some(a) => named::find("alpha").unwrap().build(&[a.trim_end_matches(')').parse().unwrap()]).unwrap(),
            None => named::find(name).unwrap().build(&[]).unwrap(),
        },
    };
    Arc::new(built)
}

/// An objective at potentials that hardly differ.
pub struct Case {
    pub term: Term,
    /// f with size and offset
    pub name: String,
    /// φ on P and on Q
    pub p: Vec<f32>,
    pub q: Vec<f32>,
    pub exact: f64,
}

/// All of equilibrium.csv.
pub fn cases() -> Vec<Case> {
    let lines = include_str!("equilibrium.csv").lines().skip(1);
    lines
        .map(|line| {
            let row: Vec<&str> = line.rsplitn(4, ',').collect();
            let number = |k: usize| row[k].parse::<f64>().unwrap();
            let (exact, offset, size) = (number(0), number(1), number(2));
            let q: Vec<f32> = (0..13).map(|j| (size * f64::from(5 * j % 13) / 13.0 + offset) as f32).collect();
            let p = q.iter().map(|v| (f64::from(*v) + 0.1 * size * size) as f32).collect();
            let space = Space::Lipschitz(Lipschitz::new(1.0).unwrap());
            let term = Term { objective: Objective::F(generator(row[3])), space, reversed: false };
            Case { term, name: format!("{} at {size:e} + {offset:e}", row[3]), p, q, exact }
        })
        .collect()
}

/// On slices of the host, which networks climb, and as an estimate shows it: 1e-4 of the value. KL is climbed in one pass over the
/// outputs, its exponentials are f32.
#[test]
fn values_on_the_host_are_relative() {
    let mut wrong = vec![];
    for Case { term, name, p, q, exact } in cases() {
        let close = |v: f64| (v - exact).abs() <= 1e-4 * exact.abs();
        let (mut source, mut target) = (p.clone(), q.clone());
        let climbed = term.evaluate_slices(&mut source, &mut target, &mut None).unwrap();
        let device = cpu().device;
        let shown = term.reached(&vector(p, &device), &vector(q, &device)).unwrap();
        let shown = f64::from(values(&shown).unwrap()[0]);
        let mass: f64 = target.iter().map(|v| f64::from(*v)).sum();
        if !(close(climbed) || name.starts_with("kl")) || !close(shown) || (mass + 1.0).abs() > 1e-4 {
            wrong.push(format!("{name}: {climbed:e} climbed, {shown:e} shown, {exact:e}; mass {mass}"));
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

/// A hard-constraint critic never shows more than what is proved to be the most: at L = 0.003 it was 1.19 times that for the
/// quartic, 2.35 times for alpha(-20), and negative for (x - 1)^6.
#[test]
fn hard_constraints_stay_below_the_upper_bound() {
    for f in ["f_divergence(\"q\", |x| (x-1)**4)", "f_divergence(\"s\", |x| (x-1)**6)", "alpha(-20)", "chi2()", "js()"]
    {
        let out = printed(&format!(
            "let p = data::gaussian(60, 2); let q = data::gaussian(60, 2, #{{ mean: 0.5 }});
             let e = ({f}).regularized(lipschitz(0.003)).estimate(p, q, #{{ steps: 300 }});
             print(`${{e.value}} ${{e.upper}} ${{e.remarks.len()}}`);"
        ));
        let numbers: Vec<f64> = out.split_whitespace().map(|v| v.parse().unwrap()).collect();
        assert!(numbers[0] > 0.0 && numbers[0] <= numbers[1] * (1.0 + 1e-5), "{f}: {out}");
        assert_eq!(numbers[2], 0.0, "{f}: {out}");
    }
}

/// A soft constraint lets the critic exceed the bound, and the estimate says so.
#[test]
fn what_exceeds_a_bound_says_so() {
    let out = printed(
        "let p = data::gaussian(60, 2); let q = data::gaussian(60, 2, #{ mean: 3.0 });
         let e = kl().regularized(lipschitz(0.2)).estimate(p, q, #{ steps: 400, critic: mlp([32, 32], #{ constraint: \"lp\", penalty: 0.01 }) });
         print(`${e.value} ${e.upper} ${e.remarks}`);",
    );
    let numbers: Vec<f64> = out.split_whitespace().take(2).map(|v| v.parse().unwrap()).collect();
    assert!(numbers[0] > numbers[1] && out.contains("above the proved upper bound"), "{out}");
}
