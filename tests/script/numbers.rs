//! Lists, random numbers and small linear algebra, against NumPy (`reference_numbers.py`) and closed forms.
use crate::common::{printed, session};
use gflow::script::Value;

/// All numbers of a value, row after row.
fn numbers(script: &str) -> Vec<f64> {
    match session().0.call("script", script) {
        Ok(Value::Number(x)) => vec![x],
        Ok(Value::Integer(i)) => vec![i as f64],
        Ok(Value::Numbers(v)) => v,
        Ok(Value::Points(r)) => r.data,
        other => panic!("{script}: {other:?}"),
    }
}

/// Sums are rounded once, factors are unique up to signs that both turn alike: 1e-12 is thousands of roundings.
#[test]
fn values_are_those_of_numpy() {
    for line in include_str!("numbers.tsv").lines() {
        let (script, expected) = line.split_once('\t').unwrap();
        let expected: Vec<f64> = expected.split(' ').map(|x| x.parse().unwrap()).collect();
        let got = numbers(script);
        assert_eq!(got.len(), expected.len(), "{script}");
        let size = expected.iter().fold(1e-300, |m: f64, x| m.max(x.abs()));
        for (a, b) in got.iter().zip(&expected) {
            assert!((a - b).abs() <= 1e-12 * size, "{script}: {got:?}, NumPy has {expected:?}");
        }
    }
}

/// Means within five standard errors; ends that are and are not among the numbers.
#[test]
fn random_numbers_have_their_laws_and_seeds() {
    let uniform = numbers("random::uniform(20000, -1, 3)");
    assert!(uniform.iter().all(|x| (-1.0..3.0).contains(x)));
    assert!((uniform.iter().sum::<f64>() / 20000.0 - 1.0).abs() < 5.0 * (16.0f64 / 12.0 / 20000.0).sqrt());
    let [mean, std] = numbers("let v = random::normal(20000, 10, 2); [mean(v), std(v)]")[..] else { panic!() };
    assert!((mean - 10.0).abs() < 5.0 * 2.0 / 20000f64.sqrt() && (std - 2.0).abs() < 5.0 * 2.0 / 40000f64.sqrt());
    let whole = numbers("let v = random::integers(3000, -1, 2); [count(v, -1), count(v, 0), count(v, 1)]");
    // each is binomial with n = 3000 and p = 1/3
    assert!(whole.iter().all(|n| (n - 1000.0).abs() < 5.0 * (3000.0f64 * 2.0 / 9.0).sqrt()), "{whole:?}");
    assert_eq!(numbers("let v = random::permutation(50); v.sort(); v"), (0..50).map(f64::from).collect::<Vec<f64>>());
    assert_eq!(numbers("random::choice([1, 2, 3], 3, #{ replace: false }).len()"), [3.0]);
    assert_eq!(numbers("unique(random::choice([1, 2, 3], 3, #{ replace: false }))"), [1.0, 2.0, 3.0]);
    assert_eq!(numbers("random::choice(data::ring(9), 4).len()"), [4.0]);
    let again = "seed(3); let a = random::normal(5); seed(3); a == random::normal(5)";
    assert_eq!(printed(again), "true");
    assert_eq!(printed("random::uniform() == random::uniform()"), "false");
}

/// Covariances within five standard errors: those of a Gaussian are (CᵢᵢCⱼⱼ + Cᵢⱼ²)/n.
#[test]
fn gaussians_have_their_covariance() {
    let c = [[2.0, -0.6], [-0.6, 0.5]];
    let got = numbers("data::gaussian(20000, 2, #{ mean: [1, 2], cov: [[2.0, -0.6], [-0.6, 0.5]] }).cov()");
    for (e, got) in got.iter().enumerate() {
        let (i, j) = (e / 2, e % 2);
        let error = ((c[i][i] * c[j][j] + c[i][j] * c[i][j]) / 20000.0f64).sqrt();
        assert!((got - c[i][j]).abs() < 5.0 * error, "{got} for {}", c[i][j]);
    }
    // a flat law lies on its line
    assert_eq!(
        printed("let p = data::gaussian(50, 2, #{ cov: [[1, 2], [2, 4]] }); max(p.col(1) - 2*p.col(0)) < 1e-12"),
        "true"
    );
    for (cov, part) in [
        ("[[1, 2], [3, 4]]", "symmetric"),
        ("[[1, 2], [2, 1]]", "eigenvalues below 0"),
        ("[[0, 1], [1, 1]]", "eigenvalues below 0"),
        ("[[1]]", "2 rows of 2"),
        ("1", "points or a list of rows"),
    ] {
        let said = printed(&format!("data::gaussian(5, 2, #{{ cov: {cov} }})"));
        assert!(said.contains(part), "{cov}: {said}");
    }
}

#[test]
fn wrong_lists_are_named() {
    for (script, part) in [
        ("std([])", "the list is empty"),
        ("std([1, \"a\"])", "std, entry 1: expected a number, got \"a\""),
        ("std([1], #{ ddof: 1 })", "too few"),
        ("std(3)", "does not take (number)"),
        ("quantile([1, 2], 1.5)", "a share from 0 to 1, got 1.5"),
        ("quantile([1, 0.0/0.0], 0.5)", "entry 1"),
        ("zip([1], [1, 2])", "equal lengths, got 1 and 2"),
        ("unique([1, \"a\"])", "a list of numbers or a list of texts"),
        ("count([1, 2])", "count(v, x) counts what equals x"),
        ("random::uniform(3, 2, 1)", "low < high"),
        ("random::integers(3, 0.5, 2)", "whole numbers"),
        ("random::choice([], 1)", "not empty"),
        ("random::choice([1], 2, #{ replace: false })", "at most 1"),
        ("random::normal(1e14)", "would take"),
        ("linalg::solve([[1, 2], [2, 4]], [1, 1])", "singular"),
        ("linalg::solve([[1, 2]], [1])", "as many rows as columns"),
        ("linalg::solve([[1, 0], [0, 1]], [1])", "2 numbers on the right"),
        ("linalg::eigh([[1, 2], [3, 4]])", "not symmetric"),
        ("linalg::det([[1, 0.0/0.0], [0, 1]])", "entry 1"),
        ("fmt(1, \"q\")", "a format such as .3f"),
        ("fmt(\"a\", 2)", "a number or a list of numbers"),
        ("points([[1, 2]]).map(|x| \"a\").len() + points([[1, 2]]).filter(|x| 1).len()", "true or false from f"),
        ("points([[1, 2]]).filter(|x| false)", "no row is chosen"),
    ] {
        let said = printed(script);
        assert!(said.starts_with("error") && said.contains(part), "{script}: {said}");
    }
}

/// A push costs the same however long the list is: what is quadratic would take minutes.
#[test]
fn pushes_take_a_time_in_proportion() {
    let begun = std::time::Instant::now();
    let script = "let v = []; for i in 0..300000 { v.push(i); } let t = []; t.pad(100000, 0); for i in 0..100000 { t[i] = i; } [v.len(), t[99999]]";
    assert_eq!(numbers(script), [300000.0, 99999.0]);
    assert!(begun.elapsed().as_secs() < 30, "{:?}", begun.elapsed());
}

/// Every way to make something large ends in words, not in the end of the program.
#[test]
fn what_grows_without_end_is_stopped() {
    for (script, part) in [
        ("let v = []; v.pad(1000000000000, 0)", "this list would be too long"),
        ("blob(1000000000000)", "this list would be too long"),
        ("let s = \"x\"; loop { s += s; }", "this text would be longer"),
        ("let s = \"x\"; loop { s = s + s; }", "this text would be longer"),
        ("let s = \"x\"; loop { s = `${s}${s}`; }", "this text would be longer"),
        ("let s = \"aaaaaaaaaa\"; loop { s.replace(\"a\", s); }", "this text would be longer"),
        ("let s = \"x\"; s.pad(1000000000000, \"ab\")", "this text would be longer"),
    ] {
        let said = printed(script);
        assert!(said.contains(part), "{script}: {said}");
    }
}
