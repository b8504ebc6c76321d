//! f of thousands of operations: accepted within a moment, with values that are known in closed form. They took up to half a minute.
use super::conjugates::typed;
use gflow::generator::{Convexity, Generator};
use std::sync::Arc;
use std::time::Instant;

/// Seconds of a processor, three times what the longest takes without optimisation.
const MOMENT: f64 = 6.0;

/// Seconds of a processor that this thread has had; those since it began where the system does not say.
fn busy(begun: Instant) -> f64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let ns = stat.and_then(|s| s.split(' ').next().and_then(|v| v.parse::<f64>().ok()));
    ns.map_or_else(|| begun.elapsed().as_secs_f64(), |v| 1e-9 * v)
}

/// On a thread of its own with the stack of a session.
fn accepted(f: &str) -> Arc<Generator> {
    let f = f.to_string();
    let accept = move || {
        let begun = Instant::now();
        let g = typed("long", &f);
        let took = busy(begun);
        assert!(took < MOMENT, "{f}: {took} s");
        g
    };
    std::thread::Builder::new().stack_size(256 << 20).spawn(accept).unwrap().join().unwrap()
}

/// Nested ln(1 + e^s), n of them, are ln(n + e^x): f* = y ln(n y/(1 − y)) − ln(n/(1 − y)) + f(1) for y from f'(0) to 1.
#[test]
fn loops_of_exponentials() {
    for n in [40.0f64, 300.0, 2000.0] {
        let shift = (n + 1f64.exp()).ln();
        let f = accepted(&format!("let s = x; for i in 0..{n} {{ s = ln(1+exp(s)); }} s - {shift:?}"));
        assert!(matches!(f.convexity(), Convexity::Proved(_)));
        for y in [0.01f64, 0.1, 0.5, 0.9, 0.999] {
            let x = (n * y / (1.0 - y)).ln();
            let exact = if x > 0.0 { y * x - (n / (1.0 - y)).ln() } else { -(n + 1.0).ln() } + shift;
            let found = f.conjugate(y);
            assert!((found - exact).abs() <= 1e-11, "{n}: f*({y}) = {found}, not {exact}");
        }
    }
}

/// A thousand tangents of (x − 1)², one maximum around another: f' steps at the odd hundredths.
#[test]
fn a_thousand_maxima() {
    let f =
        accepted("let s = 1.0-x; for i in 1..1000 { let k = 0.01*i; s = max(s, 2.0*k*(x-1.0)-k*k); } max(s, 0.0*x)");
    assert!(matches!(f.convexity(), Convexity::Proved(_)));
    // max over the places where two lines meet, x = 1 + (2 i + 1)/200, of x y − f(x)
    for y in [0.5f64, 1.0, 3.33, 10.0] {
        let meet = |i: i32| if i == 0 { 1.0 } else { 1.0 + f64::from(2 * i - 1) / 200.0 };
        let value = |i: i32| {
            if i == 0 {
                0.0
            } else {
                let k = 0.01 * f64::from(i - 1);
                2.0 * k * (meet(i) - 1.0) - k * k
            }
        };
        let exact = (0..1000).map(|i| meet(i) * y - value(i)).fold(f64::NEG_INFINITY, f64::max);
        let found = f.conjugate(y);
        assert!((found - exact).abs() <= 1e-9 * (1.0 + exact), "f*({y}) = {found}, not {exact}");
    }
}

/// What no rule proves, and intervals would take too long for, is checked: nested logarithms, and squares beside maxima.
#[test]
fn what_would_take_too_long_is_checked() {
    for f in [
        "let s = x; for i in 1..1500 { s = ln(2.0+s); } x*ln(x)-0.01*(s-1.1461932206205825)",
        "let s = (x-1.0)**2; for i in 1..500 { let k = 0.01*i; s = max(s, 2.0*k*(x-1.0)-k-0.01*sqrt(x)+0.01); } s",
        "let s = 0.0*x; for i in 1..1000 { s += exp(-0.01*i*x)*0.001-exp(-0.01*i)*0.001; } s",
    ] {
        let g = accepted(f);
        assert!(!matches!(g.convexity(), Convexity::Violated(_)), "{f}");
        let y = g.derivative(1.7);
        assert!((g.conjugate(y) - (1.7 * y - g.f(1.7))).abs() <= 1e-9, "{f}: {}", g.conjugate(y));
    }
}
