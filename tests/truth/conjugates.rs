//! f* and f*' against 50-digit references (reference.py), for the named f and for odd ones typed as closures.
use crate::common::session;
use gflow::generator::Generator;
use rhai::Dynamic;
use std::collections::BTreeMap;
use std::sync::Arc;

struct Row {
    y: f64,
    value: f64,
    maximiser: f64,
}

fn references() -> Vec<(String, String, Vec<Row>)> {
    let mut out: BTreeMap<String, (String, Vec<Row>)> = BTreeMap::new();
    for r in csv::Reader::from_reader(include_str!("conjugates.csv").as_bytes()).records() {
        let r = r.unwrap();
        let number = |i: usize| r[i].parse::<f64>().unwrap();
        let e = out.entry(r[0].to_string()).or_insert_with(|| (r[1].to_string(), vec![]));
        e.1.push(Row { y: number(2), value: number(3), maximiser: number(4) });
    }
    out.into_iter().map(|(n, (f, rows))| (n, f, rows)).collect()
}

pub(super) fn eval(text: &str) -> Arc<Generator> {
    let (mut session, _) = session();
    let value: Dynamic = session.eval("test", text).unwrap_or_else(|d| panic!("{text}: {}", d.message));
    value.flatten().try_cast::<Arc<Generator>>().unwrap()
}

pub(super) fn typed(name: &str, f: &str) -> Arc<Generator> {
    eval(&format!("f_divergence(\"{name}\", |x| {{ {f} }})"))
}

/// (largest relative error of f*, largest relative error of x* where it is unique)
fn errors(g: &Generator, rows: &[Row]) -> (f64, f64) {
    let (mut fs, mut xs) = (0.0f64, 0.0f64);
    for r in rows {
        fs = fs.max((g.conjugate(r.y) - r.value).abs() / (1.0 + r.value.abs()));
        let at_kink = [r.y - 1e-9, r.y + 1e-9].map(|y| g.conjugate_grad(y));
        let unique = (at_kink[1] - at_kink[0]).abs() < 1e-3 * (1e-3 + at_kink[1].abs());
        if unique && r.maximiser > 1e-6 {
            xs = xs.max((g.conjugate_grad(r.y) / r.maximiser - 1.0).abs());
        }
    }
    (fs, xs)
}

#[test]
fn fifteen_and_more_families_against_fifty_digits() {
    println!("{:<12} {:<10} {:>10} {:>10}   f* and domain", "name", "form", "f* error", "x* error");
    for (name, f, rows) in references() {
        let g = typed(&name, &f);
        let (fs, xs) = errors(&g, &rows);
        let star = g.conjugate_latex().unwrap_or_else(|| "numeric".into());
        println!(
            "{name:<12} {:<10} {fs:>10.1e} {xs:>10.1e}   {star}, {}",
            if g.has_closed_form() { "closed" } else { "numeric" },
            g.domain_text()
        );
        // values: a few units in the last place of f64; x* loses half the digits where f' is flat
        assert!(fs < 2e-13, "{name}: f* is off by {fs:e}");
        assert!(xs < 1e-9, "{name}: x* is off by {xs:e}");
        for r in &rows {
            let (value, _) = g.numeric_conjugate(r.y);
            assert!(
                (value - r.value).abs() < 2e-13 * (1.0 + r.value.abs()),
                "{name}: numeric f*({}) = {value}, not {}",
                r.y,
                r.value
            );
        }
    }
}

#[test]
fn named_generators_agree_with_the_same_f_typed_as_a_closure() {
    for n in gflow::generator::named::ALL {
        for (parameters, text) in n.typed {
            let named = n.build(parameters).unwrap();
            let closure = typed(n.entry.name, text);
            for i in 0..60 {
                let x = 10f64.powf(-3.0 + 0.1 * f64::from(i));
                assert!((named.f(x) - closure.f(x)).abs() < 1e-12 * (1.0 + named.f(x).abs()), "{text} at {x}");
                let y = named.derivative(x);
                let (a, b) = (named.conjugate(y), closure.conjugate(y));
                assert!((a - b).abs() < 1e-11 * (1.0 + a.abs()) || a == b, "{text}: f*({y}) = {a} and {b}");
            }
            let (a, b) = (named.domain(), closure.domain());
            assert!(a.0 == b.0 || (a.0 - b.0).abs() < 1e-12, "{text}: domains {a:?} and {b:?}");
            assert_eq!(a.1, b.1, "{text}");
        }
    }
}

#[test]
fn the_table_of_normalisations() {
    // f'(1) and f'(∞) of the named f
    let expected: &[(&str, f64, f64)] = &[
        ("kl()", 0.0, f64::INFINITY),
        ("reverse_kl()", -1.0, 0.0),
        ("alpha(3)", 0.5, f64::INFINITY),
        ("alpha(0.5)", -2.0, 0.0),
        ("chi2()", 0.0, f64::INFINITY),
        ("hellinger()", 0.0, 1.0),
        ("js()", 0.0, 0.5 * std::f64::consts::LN_2),
        ("jeffreys()", 0.0, f64::INFINITY),
        ("le_cam()", 0.0, 1.0),
    ];
    for (text, at_one, at_infinity) in expected {
        let g = eval(text);
        assert!((g.slope_at_one().0 - at_one).abs() < 1e-12, "{text}: f'(1) = {:?}", g.slope_at_one());
        assert!(
            g.slopes().1 == *at_infinity || (g.slopes().1 - at_infinity).abs() < 1e-9,
            "{text}: f'(∞) = {}",
            g.slopes().1
        );
        // f*(f'(1)) = f'(1)
        assert!((g.conjugate(*at_one) - at_one).abs() < 1e-12, "{text}");
    }
    assert_eq!(eval("tv()").slope_at_one(), (-0.5, 0.5));
    assert_eq!(eval("tv()").domain(), (0.5, true));
    assert_eq!(eval("le_cam()").domain(), (1.0, true));
    assert!(!eval("hellinger()").domain().1);
    assert!(eval("hellinger()").conjugate(1.5).is_infinite());
}

/// f'(∞) approached as slowly as 1/ln x is still found; f' growing as slowly as ln ln x is still infinite.
#[test]
fn slow_limits() {
    let slow = typed("slow", "x*(1 - 1/ln(x + 3)) - (1 - 1/ln(4))");
    assert!((slow.domain().0 - 1.0).abs() < 1e-3, "{:?}", slow.domain());
    let growing = typed("growing", "x*ln(ln(x + 3)) - ln(ln(4))");
    assert!(growing.domain().0.is_infinite());
}

#[test]
fn alpha_tends_to_its_limits() {
    let near = |a: f64, b: &str| {
        let (g, limit) = (eval(&format!("alpha({a})")), eval(b));
        // alike up to a multiple of x − 1, which changes no divergence
        for x in [0.2, 0.7, 1.5, 4.0] {
            let shape = |h: &Generator| h.f(x) - h.derivative(1.0) * (x - 1.0);
            assert!((shape(&g) - shape(&limit)).abs() < 2e-3, "alpha({a}) at {x}: {} and {}", shape(&g), shape(&limit));
        }
    };
    for a in [1.0, 0.9999, 1.0001] {
        near(a, "kl()");
    }
    for a in [0.0, 0.0001, -0.0001] {
        near(a, "reverse_kl()");
    }
}

#[test]
fn the_device_conjugate_is_as_accurate_as_f32_allows() {
    for (name, f, _) in references() {
        let g = typed(&name, &f);
        // closed forms in f32, or a table of 1024 nodes: both below 1e-5 relative
        assert!(g.device_error() < 1e-5, "{name}: {:e}", g.device_error());
    }
}
