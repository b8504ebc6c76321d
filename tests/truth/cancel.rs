//! f whose formulas lose their digits somewhere: quotients 0/0 at 0, and changes of formula far out or at differences of large terms.
use super::conjugates::typed;
use rand::Rng;

/// f, y, f*(y), x*: from 40 digits of mpmath, at y = f'(x*) rounded to f64.
const QUOTIENTS: &[(&str, f64, f64, f64)] = &[
    ("sinh(x)/x-sinh(1.0)", 0.016670833705374366, 0.17561801657596987, 0.049999999999999996),
    ("sinh(x)/x-sinh(1.0)", 0.10090289768350585, 0.1904044181250445, 0.3),
    ("sinh(x)/x-sinh(1.0)", 0.36787944117144233, 0.36787944117144233, 1.0),
    ("sinh(x)/x-sinh(1.0)", 2.242790117769266, 4.564279904481633, 3.0),
    ("ln(1+x)/x-ln(2.0)", -0.4684466201537536, -0.30607843383638245, 0.05000000000000001),
    ("ln(1+x)/x-ln(2.0)", -0.3510559299806698, -0.2867171466592258, 0.3),
    ("ln(1+x)/x-ln(2.0)", -0.19314718055994531, -0.19314718055994531, 1.0),
    ("ln(1+x)/x-ln(2.0)", -0.07069937345776563, 0.018950939813351556, 3.0),
    ("log1p(x)/x-ln(2.0)", -0.4684466201537536, -0.30607843383638245, 0.05000000000000001),
    ("log1p(x)/x-ln(2.0)", -0.3510559299806698, -0.2867171466592258, 0.3),
    ("log1p(x)/x-ln(2.0)", -0.19314718055994531, -0.19314718055994531, 1.0),
    ("log1p(x)/x-ln(2.0)", -0.07069937345776563, 0.018950939813351556, 3.0),
    ("x/(1-exp(-x))-1/(1-exp(-1.0))", 0.5083326389508876, 0.5821850141635764, 0.04999999999999975),
    ("x/(1-exp(-x))-1/(1-exp(-1.0))", 0.5498504807005266, 0.5894430770264596, 0.3000000000000001),
    ("x/(1-exp(-x))-1/(1-exp(-1.0))", 0.6613031126615341, 0.6613031126615341, 0.9999999999999998),
    ("x/(1-exp(-x))-1/(1-exp(-1.0))", 0.8869726799850767, 1.0857076573507887, 3.0),
    ("x/(exp(x)-1)-1/(exp(1.0)-1)", -0.4916673610491123, -0.4178149858364236, 0.050000000000000086),
    ("x/(exp(x)-1)-1/(exp(1.0)-1)", -0.45014951929947344, -0.4105569229735404, 0.3000000000000001),
    ("x/(exp(x)-1)-1/(exp(1.0)-1)", -0.33869688733846587, -0.33869688733846587, 1.0000000000000002),
    ("x/(exp(x)-1)-1/(exp(1.0)-1)", -0.11302732001492334, 0.08570765735078854, 3.0),
    ("x/expm1(x)-1/expm1(1.0)", -0.4916673610491123, -0.4178149858364236, 0.050000000000000086),
    ("x/expm1(x)-1/expm1(1.0)", -0.45014951929947344, -0.4105569229735404, 0.3000000000000001),
    ("x/expm1(x)-1/expm1(1.0)", -0.33869688733846587, -0.33869688733846587, 1.0000000000000002),
    ("x/expm1(x)-1/expm1(1.0)", -0.11302732001492334, 0.08570765735078854, 3.0),
    ("(exp(x)-1)/x-exp(1.0)+1", 0.516983377110865, 0.7187090697941076, 0.0500000000000001),
    ("(exp(x)-1)/x-exp(1.0)+1", 0.6122092744088647, 0.735748585528361, 0.3),
    ("(exp(x)-1)/x-exp(1.0)+1", 1.0, 1.0, 1.0),
    ("(exp(x)-1)/x-exp(1.0)+1", 4.5745637607083705, 9.080127469521601, 3.0),
    ("x/tanh(x)-1/tanh(1.0)", 0.033322226189153856, 0.31386820233128404, 0.049999999999999996),
    ("x/tanh(x)-1/tanh(1.0)", 0.1976304910194093, 0.3425029037086316, 0.30000000000000004),
    ("x/tanh(x)-1/tanh(1.0)", 0.5889736245330208, 0.5889736245330208, 1.0),
    ("x/tanh(x)-1/tanh(1.0)", 0.9750767860002463, 1.2233561735590026, 3.0),
];

/// Near 0 these formulas are differences of what hardly differs, and their derivatives are rounding alone; f has a value and a
/// slope there all the same. f* to 1e-10; x* to 1e-6, as f'' and the rounding of f' leave it.
#[test]
fn quotients_that_are_0_over_0() {
    for (text, y, value, x) in QUOTIENTS {
        let f = typed(text, text);
        let (v, at) = f.conjugate_pair(*y);
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
