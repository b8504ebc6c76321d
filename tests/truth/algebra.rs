//! What simplification may not change: where f is finite, and what it is there. Formulas are held against closed forms, or against
//! f written beside them so that nothing overflows, with f* by golden section.
use super::conjugates::eval;
use crate::common::session;
use gflow::generator::Generator;
use gflow::generator::expr::{constant, exp, ln, mul, pow, scale, sqrt, x};
use std::sync::Arc;

/// The generator of a formula less its value at 1.
fn shifted(f: &str) -> Arc<Generator> {
    eval(&format!("f_divergence(\"f\", |x| {{ {f} }}, #{{ shift: true }})"))
}

fn refused(f: &str) -> String {
    let (mut session, _) = session();
    let said = session.eval("test", &format!("f_divergence(\"f\", |x| {{ {f} }})"));
    said.err().unwrap_or_else(|| panic!("{f} is accepted")).message.to_string()
}

/// sup x y − f(x) + f(1) for x from 0 to an end, by golden section.
fn supremum(f: impl Fn(f64) -> f64, y: f64, end: f64) -> f64 {
    let g = |x: f64| x * y - f(x);
    let (mut a, mut b) = (0.0, end);
    for _ in 0..200 {
        let (p, q) = (b - 0.618_033_988_749_895 * (b - a), a + 0.618_033_988_749_895 * (b - a));
        if g(p) >= g(q) { b = q } else { a = p }
    }
    // the maximum may be at the end
    g(0.5 * (a + b)).max(g(end)) + f(1.0)
}

fn softplus(v: f64) -> f64 {
    v.max(0.0) + (-v.abs()).exp().ln_1p()
}

/// Powers of powers, exponentials of logarithms and what cancels keep the domain: f ends at 2, and beyond the slope there f* is
/// 2 y − f(2).
#[test]
fn a_domain_is_not_simplified_away() {
    for (f, at_2) in [
        ("sqrt(2-x)**4", -1.0),
        ("exp(2*ln(2-x))", -1.0),
        ("((2-x)**1.5)**4", -1.0),
        ("((2-x)**1.5)**2+3*x*x", 8.0),
        ("0.0*ln(2-x)+x*x", 3.0),
        ("ln(2-x)-ln(2-x)+x*x", 3.0),
        ("sqrt(2-x)*sqrt(2-x)+x*x", 2.0),
        ("sqrt(2-x)/sqrt(2-x)+x*x", 3.0),
        ("ln(2-x)/ln(2-x)+x*x", 3.0),
        ("ln(2-x)**0+x*x", 3.0),
        ("exp(0.5*ln(2-x))**2+x*x", 2.0),
        ("exp(x+2*ln(2-x)-x)", -1.0),
        ("x*x+3*sqrt(2-x)-2*sqrt(2-x)-sqrt(2-x)", 3.0),
    ] {
        let g = shifted(f);
        assert_eq!(g.ends(), (0.0, 2.0), "{f}");
        assert_eq!(g.f(2.5), f64::INFINITY, "{f}");
        // exact but for a few units of 60
        assert!((g.conjugate(30.0) - (60.0 - at_2)).abs() < 1e-13 * 60.0, "{f}: {}", g.conjugate(30.0));
    }
    for f in ["sqrt(x-0.5)**4", "0*log1p(x-1.5)+(x-1)**2", "((x-0.5)**0.3)**10"] {
        // as near as doubles around 1.5 come
        let (low, high) = shifted(f).ends();
        assert!((low - 0.5).abs() < 2e-16 && high == f64::INFINITY, "{f}: {low} to {high}");
    }
}

/// What is a number for every x is simplified as ever.
#[test]
fn positive_terms_are_collected() {
    let c = constant;
    assert_eq!(pow(&sqrt(&x()), &c(4.0)), mul(&x(), &x()));
    assert_eq!(exp(&scale(2.0, &ln(&x()))), mul(&x(), &x()));
    assert_eq!(pow(&pow(&x(), &c(1.5)), &c(4.0)), pow(&x(), &c(6.0)));
    assert_eq!(mul(&c(0.0), &ln(&x())), c(0.0));
    assert_eq!(mul(&sqrt(&x()), &pow(&x(), &c(-0.5))), c(1.0));
}

/// The larger of a number and of nothing is nothing: f ends there.
#[test]
fn maxima_end_where_one_of_their_terms_does() {
    let g = shifted("max(-sqrt(2-x),-1.0)+(x-1)**2");
    assert_eq!(g.ends(), (0.0, 2.0));
    let f = |x: f64| f64::max(-(2.0 - x).max(0.0).sqrt(), -1.0) + (x - 1.0) * (x - 1.0);
    for y in [0.0, 3.0, 9.0, 100.0] {
        // golden section finds the maximum to rounding of the terms
        let truth = supremum(f, y, 2.0);
        assert!((g.conjugate(y) - truth).abs() < 1e-12 * (1.0 + truth), "{y}: {} and {truth}", g.conjugate(y));
    }
    assert_eq!(shifted("max(-ln(2-x),x-1)").ends(), (0.0, 2.0));
    assert_eq!(shifted("2*max((1.5-x)**(-0.5),0.3-x)").ends(), (0.0, 1.5));
    assert_eq!(shifted("x*x-min(ln(x-0.5),1.0)").ends(), (0.5, f64::INFINITY));
}

/// Where a formula overflows f* is right or +∞, never below the truth.
#[test]
fn formulas_that_overflow() {
    type F = fn(f64) -> f64;
    let cases: [(&str, F, &[f64]); 5] = [
        ("2*log1p(exp(x+0.1))+x*x", |x| 2.0 * softplus(x + 0.1) + x * x, &[2002.0, 10.0, 1.0]),
        ("2*ln(1+exp(x+0.1))+x*x", |x| 2.0 * softplus(x + 0.1) + x * x, &[2002.0, 10.0, 1.0]),
        ("log1p(x**x)+x**2", |x| softplus(x * x.max(1e-300).ln()) + x * x, &[3000.0, 10.0]),
        ("x*x-asinh(sinh(x))", |x| x * x - x, &[3000.0, 10.0]),
        (
            "log1p(3*exp(2*x)+exp(x))+x*x",
            move |x| 2.0 * x + 3f64.ln() + (((-x).exp() + (-2.0 * x).exp()) / 3.0).ln_1p() + x * x,
            &[3000.0, 5.0],
        ),
    ];
    for (f, written, ys) in cases {
        let g = shifted(f);
        for y in ys {
            let truth = supremum(written, *y, 1e4);
            assert!(
                (g.conjugate(*y) - truth).abs() < 1e-12 * (1.0 + truth),
                "{f} at {y}: {}, not {truth}",
                g.conjugate(*y)
            );
        }
    }
    for f in ["asinh(exp(x))+x**2", "sqrt(1+exp(2*x))", "ln(1+x**300)+1e4*x**2", "asinh(exp(2*x))+x*x*x"] {
        let g = shifted(f);
        for y in [10.0, 3000.0, 1e6, 1e10, 1e200] {
            // f is finite there, and xy − f(x) nowhere above f*
            let (value, below) = (g.conjugate(y), [1.0, 5.0, 10.0, 30.0].map(|x| x * y - g.f(x)));
            assert!(below.iter().all(|b| value >= b - 1e-12 * b.abs()), "{f} at {y}: {value}, {below:?}");
        }
    }
}

/// Factors with large constants: those of Π (1 + x²/i²) are 1e-308 together.
#[test]
fn long_products_stay_numbers() {
    let product = |n: i32| move |x: f64| (1..n).fold(1.0, |s, i| s * (1.0 + x * x / f64::from(i * i)));
    for n in [60, 99, 150] {
        let g = shifted(&format!("let s=1.0; for i in 1..{n} {{ s*=(1+x*x/(i*i)); }} s"));
        for y in [1.0, 30.0] {
            let truth = supremum(product(n), y, 1e3);
            // n roundings
            assert!((g.conjugate(y) - truth).abs() < 1e-12 * (1.0 + truth), "{n}, {y}: {} and {truth}", g.conjugate(y));
        }
    }
}

/// f(1) is 0 to rounding at 1, whatever f is around; what rounding leaves of a large f(1) is no f(1).
#[test]
fn f_1_is_what_is_added_up_there() {
    for f in ["1e15*(x-1)**2+0.1", "1e9*(x-1)**2+1e-7"] {
        assert!(refused(f).contains("a generator vanishes at 1"), "{f}: {}", refused(f));
    }
    let g = shifted("x*ln(x)+0.1*(1e7+x)");
    for y in [-1.0f64, 0.0, 1.0, 3.0] {
        let truth = (y - 1.1).exp() + 0.1;
        assert!((g.conjugate(y) - truth).abs() < 1e-9 * truth, "{y}: {} and {truth}", g.conjugate(y));
    }
    eval("f_divergence(\"f\", |x| 1e9*(x*ln(x+1)-0.693147180560*x))");
}

/// n comparisons of x with numbers have n + 1 answers.
#[test]
fn hinges_by_conditions_are_as_many_paths() {
    for n in [9, 100] {
        let step = 3.0 / f64::from(n);
        let hinges = |body: &str| shifted(&format!("let s=0.0; for i in 0..{n} {{ {body} }} s"));
        let by_max = hinges(&format!("s += max(x-i*{step},0.0);"));
        let bodies = [
            format!("if x > i*{step} {{ s += x-i*{step} }}"),
            format!("if x-i*{step} >= 0.0 {{ s += x-i*{step} }}"),
            format!("if !(i*{step} > x) {{ s += x-i*{step} }}"),
        ];
        for body in bodies.iter().take(if n > 9 { 1 } else { 3 }) {
            let g = hinges(body);
            for x in [0.0, 0.01, 0.5, 1.0, 1.7, 2.9, 5.0] {
                // sums in another order
                assert!((g.f(x) - by_max.f(x)).abs() < 1e-11, "{n}, {body} at {x}: {} and {}", g.f(x), by_max.f(x));
            }
            for y in [-1.0, 0.3, 3.5, 8.2] {
                let (a, b) = (g.conjugate(y), by_max.conjugate(y));
                assert!((a - b).abs() < 1e-9, "{n}, {body} at {y}: {a} and {b}");
            }
        }
    }
    // an equality inside a range, and branches that cannot be
    let g = shifted("if x < 2 { if x >= 2 { 7.0 } else { (x-1)**2 } } else if x == 1 { 5.0 } else { (x-1)**2 }");
    assert_eq!((g.f(1.0), g.f(3.0)), (0.0, 4.0));
}

/// An end at any size, and none where numbers are lost next to 0.
#[test]
fn ends_far_out_and_none_next_to_0() {
    for end in ["1e13", "1e16", "1e20", "1e60"] {
        let g = shifted(&format!("-sqrt({end}-x)"));
        assert_eq!(g.ends(), (0.0, end.parse().unwrap()), "{end}");
    }
    let begun = std::time::Instant::now();
    let g = shifted("-ln(x/(1-exp(-x)))+x*x");
    // −ln(x/(1 − e^−x)) is 0 at 0 and ln(1 − 1/e) at 1
    let at_0 = -(1.0 + (1.0 - (-1f64).exp()).ln());
    assert!(g.ends().0 == 0.0 && (g.f(0.0) - at_0).abs() < 1e-14, "{:?}, {}", g.ends(), g.f(0.0));
    assert!((g.conjugate(-3.0) + at_0).abs() < 1e-12, "{}", g.conjugate(-3.0));
    assert!(begun.elapsed().as_secs() < 5, "{:?}", begun.elapsed());
}

#[test]
fn refusals_say_what_is_there() {
    assert!(refused("1.0/0.0").contains("f(1) = inf"), "{}", refused("1.0/0.0"));
    let said = refused("1e-8*((x-1)**2+(if x>2.00001 {1.0} else {0.0}))");
    assert!(said.contains("jumps at x = 2.00001 from 1.0000") && said.contains("e-8 to 2.0000"), "{said}");
}
