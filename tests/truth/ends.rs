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
            let close = got == exact || (got - exact).abs() <= 1e-14 * exact.abs();
            if !close && !(i == 4 && high.is_infinite()) {
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
