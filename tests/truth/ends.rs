//! f(0⁺), f'(0⁺), f'(∞) and f*(f'(∞)) against limits that mpmath has seen far out (reference_ends.py).
use super::conjugates::{eval, typed};

/// Slow limits, limits that cancel and small scales: 1e-14 relative is a few roundings, and what is infinite or 0 is exactly so.
#[test]
fn ends_are_exact() {
    let mut wrong = vec![];
    for r in csv::Reader::from_reader(include_str!("ends.csv").as_bytes()).records() {
        let r = r.unwrap();
        let g = typed("f", &r[0]);
        let (low, high) = g.slopes();
        for (i, what, got) in
            [(1, "f(0)", g.f(0.0)), (2, "f'(0)", low), (3, "f'(inf)", high), (4, "f*(f'(inf))", g.conjugate(high))]
        {
            let exact: f64 = r[i].parse().unwrap();
            let open = i == 4 && high.is_infinite();
            let close = open || got == exact || (got - exact).abs() <= 1e-14 * exact.abs();
            if !close {
                wrong.push(format!("{}: {what} is {exact}, got {got}", &r[0]));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The domains people read.
#[test]
fn domains_are_said_as_they_are() {
    for (f, domain) in [
        ("alpha(0.98)", "y < 0"),
        ("alpha(0.999)", "y < 0"),
        ("alpha(0.01)", "y < 0"),
        ("alpha(-0.1)", "y ≤ 0"),
        ("le_cam()", "y ≤ 1"),
        ("hellinger()", "y < 1"),
        ("alpha(1.001)", "all y"),
    ] {
        assert_eq!(eval(f).domain_text(), domain, "{f}");
    }
    assert!((eval("alpha(-0.1)").conjugate(0.0) - 1.0 / 0.11).abs() < 1e-13);
    assert_eq!(eval("le_cam()").conjugate(1.0), 3.0);
}

/// What is NaN in the formula (0 ln 0, inf - inf) has its value: that of the end, to 1e-15, or what is beyond all numbers.
/// Far out x ln x is 2000 times what is left of it: 1e-12 is its rounding.
#[test]
fn nothing_finite_is_lost_to_overflow() {
    let js = eval("js()");
    let exact = 1e308 * (2f64.ln() / 2.0);
    assert!((js.f(1e308) - exact).abs() <= 1e-12 * exact, "{}", js.f(1e308));
    // half of KL(P | M) for M = (3 P + Q)/4: f(0) = 0, and -f(0) is f* far below
    let skewed = typed("skew", "x*ln(x/(0.75*x + 0.25)) - (x - 1)/4");
    let far = skewed.conjugate(-700.0);
    assert!((far + skewed.f(0.0)).abs() < 1e-15, "{far}");
    assert!(!skewed.conjugate(-1e5).is_nan());
    assert_eq!(eval("kl()").conjugate(710.0), f64::INFINITY);
    assert_eq!(eval("chi2()").conjugate(1e200), f64::INFINITY);
}

/// f at any scale: its kink is seen, and f(1) is compared with f nearby.
#[test]
fn small_f_are_f() {
    let small = typed("small", "1e-11*abs(x - 1)");
    assert_eq!(small.kinks(), [1.0]);
    assert!((small.conjugate(0.0)).abs() < 1e-25 && small.conjugate_grad(0.5e-11) == 1.0);
    let (mut session, _) = crate::common::session();
    let refused = session.eval("test", "f_divergence(\"f\", |x| 1e-10*x**2)");
    assert!(refused.is_err(), "f(1) = 1e-10 is as large as f");
    assert!(session.eval("test", "f_divergence(\"f\", |x| 1e-10*(x**2 - 1))").is_ok());
    // no kink where only rounding jumps
    for smooth in [
        "abs(x - 1)**3",
        "if x > 1 { x*ln(x) - x + 1 } else { 2*(x*ln(x) - x + 1) }",
        "abs(x - 1)*(x - 1)*0 + (x - 1)**2",
    ] {
        assert!(typed("smooth", smooth).kinks().is_empty(), "{smooth}");
    }
}
