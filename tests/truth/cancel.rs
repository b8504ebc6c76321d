//! f whose formulas lose their digits somewhere: quotients 0/0 at 0 (reference_cancel.py), and changes of formula far out or at
//! differences of large terms.
use super::conjugates::typed;
use rand::Rng;

/// Near 0 these formulas are differences of what hardly differs, and their derivatives are rounding alone; f has a value and a
/// slope there all the same. f* to 1e-10; x* to 1e-6, as f'' and the rounding of f' leave it.
#[test]
fn quotients_that_are_0_over_0() {
    let mut seen = 0;
    for row in csv::Reader::from_reader(include_str!("cancel.csv").as_bytes()).records() {
        let row = row.unwrap();
        let text = &row[0];
        let [y, value, x] = [1, 2, 3].map(|i| row[i].parse::<f64>().unwrap());
        let begun = std::time::Instant::now();
        let f = typed(text, text);
        // a fifth of a second where nothing else runs
        assert!(begun.elapsed().as_secs_f64() < 5.0, "{text}: {:?}", begun.elapsed());
        seen += 1;
        let (v, at) = f.conjugate_pair(y);
        assert!((v - value).abs() <= 1e-10 * (1.0 + value.abs()), "{text}: f*({y}) = {v}, not {value}");
        assert!((at - x).abs() <= 1e-6 * x, "{text}: x*({y}) = {at}, not {x}");
        let (f0, d0) = (f.f(0.0), f.slopes().0);
        for x in [1e-17, 1e-12, 1e-9] {
            assert!((f.f(x) - f0 - d0 * x).abs() <= 1e-7 * x + 1e-15, "{text}: f({x}) = {}, f(0) = {f0}", f.f(x));
        }
        // a little above f'(0): f* is −f(0) and what x* adds
        let near = f.conjugate(d0 + 1e-6) + f0;
        assert!((0.0..=1e-5).contains(&near), "{text}: {near} above -f(0)");
    }
    assert_eq!(seen, 32);
}

/// A hinge far out or near 0 is found where it was written.
#[test]
fn hinges_far_out_and_near_0() {
    for k in [2e8, 4e8, 5.3e8, 1e9, 1.7e9, 3e9, 1e11, 1e12] {
        let f = typed("far", &format!("abs(x-1)+5*max(0,x-{k:?})"));
        assert_eq!(f.kinks(), [1.0, k]);
        assert!((f.conjugate(3.0) - (2.0 * k + 1.0)).abs() <= 1e-15 * k, "{k}: {}", f.conjugate(3.0));
    }
    for k in [2e-9, 1e-10, 3e-12, 1e-15] {
        let f = typed("near", &format!("abs(x-1)+5*max(0,{k:?}-x)"));
        assert_eq!(f.kinks(), [k, 1.0]);
        assert!((f.conjugate(-3.0) + 1.0 + 2.0 * k).abs() <= 1e-15, "{k}: {}", f.conjugate(-3.0));
    }
}

/// The largest of several lines, as decimals say them: f*(y) is the largest of x y − f(x) over the places where two lines meet.
#[test]
fn largest_of_lines() {
    for seed in 0..60 {
        let mut rng = gflow::random::rng(seed, 3);
        // |x − 1|, and steeper lines through points of it or of each other
        let (mut lines, mut text) = (vec![(-1.0, 1.0), (1.0, -1.0)], "1-x, x-1".to_string());
        let mut knots = vec![1.0];
        for _ in 0..rng.random_range(1..4) {
            let (a, b): (f64, f64) = lines[lines.len() - 1];
            let slope = (a + f64::from(rng.random_range(1..60))).round();
            let last: f64 = knots[knots.len() - 1];
            let knot = (10.0 * last * rng.random_range(1.2..6.0)).round() / 10.0;
            let at = ((a * knot + b) * 1e4).round() / 1e4;
            text += &format!(", {slope:?}*(x-{knot:?})+{at:?}");
            let new = (slope, at - slope * knot);
            knots.push((b - new.1) / (new.0 - a));
            lines.push(new);
        }
        let f = typed("lines", &format!("max({text})"));
        let value = |x: f64| lines.iter().map(|(a, b)| a * x + b).fold(f64::NEG_INFINITY, f64::max);
        assert_eq!(f.kinks().len(), knots.len(), "seed {seed}: {text}: {:?}, expected {knots:?}", f.kinks());
        for pair in lines.windows(2) {
            let y = 0.5 * (pair[0].0 + pair[1].0);
            let right = knots.iter().map(|x| x * y - value(*x)).fold(f64::NEG_INFINITY, f64::max);
            let size = 1.0 + right.abs() + knots[knots.len() - 1] * y.abs();
            assert!(
                (f.conjugate(y) - right).abs() <= 1e-13 * size,
                "seed {seed}: {text}: f*({y}) = {}, {right}",
                f.conjugate(y)
            );
        }
    }
}

/// Minus infinity is no end of an f.
#[test]
fn minus_infinity_is_refused() {
    for f in ["if x>3 {-1.0/0.0} else {(x-1)**2}", "if x<1e-3 {-1.0/0.0} else {(x-1)**2}"] {
        let (mut session, _) = crate::common::session();
        let refused = session.eval("t", &format!("f_divergence(\"f\", |x| {f})")).unwrap_err();
        assert!(refused.message.contains("-inf"), "{}", refused.message);
    }
}

/// A pole at 1 is one, whatever its slopes are.
#[test]
fn a_pole_at_1_is_told() {
    let (mut session, _) = crate::common::session();
    let refused = session.eval("t", "f_divergence(\"f\", |x| 1.0/(x-1))").unwrap_err();
    assert!(refused.message.contains("f(1) = inf"), "{}", refused.message);
}
