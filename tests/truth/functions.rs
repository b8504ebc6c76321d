//! Functions of formulas and their derivatives against 60-digit values (functions.csv, made by reference_functions.py).
use super::conjugates::typed;
use gflow::generator::diff::diff;
use gflow::generator::expr::{Expr, add, constant, div, exp, ln, scale, sub, sum, unary, x};
use gflow::generator::latex::latex;
use gflow::generator::scalar::Unary;
use gflow::generator::tape::Tape;

fn function(name: &str) -> Unary {
    match name {
        "sinh" => Unary::Sinh,
        "cosh" => Unary::Cosh,
        "log_cosh" => Unary::LogCosh,
        "atan" => Unary::Atan,
        "asinh" => Unary::Asinh,
        "erf" => Unary::Erf,
        "lgamma" => Unary::LnGamma,
        "digamma" => Unary::Polygamma(0),
        "trigamma" => Unary::Polygamma(1),
        "log1p" => Unary::Log1p,
        "expm1" => Unary::Expm1,
        "tanh" => Unary::Tanh,
        "sigmoid" => Unary::Sigmoid,
        _ => Unary::Softplus,
    }
}

/// A function with its first two derivatives.
fn jet(f: Unary) -> [Expr; 3] {
    let e = unary(f, &x());
    let d1 = diff(&e, &x());
    let d2 = diff(&d1, &x());
    [e, d1, d2]
}

/// Each to 1e-14 of its size, a few roundings of the library's functions; ψ, which has a zero where its terms have not, and σ'' to
/// 1e-14 of the size of their terms, and the functions of Γ on the negative axis to what rounding of πv does to the reflection.
#[test]
fn functions_and_their_derivatives_are_exact_to_rounding() {
    let mut rows = 0;
    for line in include_str!("functions.csv").lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let number = |i: usize| cells[i].parse::<f64>().unwrap();
        let v = number(1);
        let tape = Tape::new(&jet(function(cells[0])));
        let mut registers = vec![];
        tape.eval(v, &mut registers);
        for k in 0..3 {
            let (got, exact) = (tape.out(k, &registers), number(2 + k));
            let near_zero = match cells[0] {
                "digamma" | "lgamma" if v < 0.0 => 1.0 + exact.abs() * 10.0,
                "digamma" | "lgamma" => 1.0,
                // σ'' = σ(v) σ(−v) (σ(−v) − σ(v)): at 0 halves are subtracted, and their rounding stays
                "sigmoid" if k == 2 && v.abs() < 1.0 => 1.0,
                _ => 0.0,
            };
            assert!(
                (got - exact).abs() <= 1e-14 * (exact.abs() + near_zero),
                "derivative {k} of {} at {v}: {got} and {exact}",
                cells[0]
            );
        }
        rows += 1;
    }
    assert!(rows > 300, "{rows} rows");
}

/// The same against central differences, between the points of the table; 1e-6 is what a step of 1e-5 leaves.
#[test]
fn derivatives_are_what_differences_give() {
    for name in ["sinh", "cosh", "log_cosh", "atan", "asinh", "erf", "lgamma", "digamma", "trigamma", "sigmoid"] {
        let f = function(name);
        let [e, d1, d2] = jet(f);
        let tape = Tape::new(&[e, d1, d2.clone(), diff(&d2, &x())]);
        let at = |v: f64, k: usize| {
            let mut registers = vec![];
            tape.eval(v, &mut registers);
            tape.out(k, &registers)
        };
        for i in 0..40 {
            let v = 0.37 + 0.093 * f64::from(i);
            for k in 0..3 {
                let h = 1e-5 * v;
                let difference = (at(v + h, k) - at(v - h, k)) / (2.0 * h);
                let exact = at(v, k + 1);
                assert!(
                    (difference - exact).abs() <= 1e-6 * (1.0 + exact.abs()),
                    "{name} at {v}: {difference}, {exact}"
                );
            }
        }
    }
}

/// Formulas whose exponentials overflow against each other, at x = 2 as they are written and at 1e4 as they are in the
/// limit, with their slopes there; to 1e-13 relative, a few roundings.
#[test]
fn exponentials_do_not_overflow_against_each_other() {
    let one = constant(1.0);
    let e = |k: f64| exp(&scale(k, &x()));
    let f2 = |v: f64| v.exp() / (1.0 + v.exp());
    let far = 1e4;
    let cases = [
        (div(&e(1.0), &add(&one, &e(1.0))), f2(2.0), 1.0, 0.0),
        (div(&e(1.0), &add(&constant(3.0), &e(1.0))), 2f64.exp() / (3.0 + 2f64.exp()), 1.0, 0.0),
        (ln(&add(&one, &e(1.0))), 2f64.exp().ln_1p(), far, 1.0),
        (ln(&add(&e(1.0), &e(-1.0))), (2f64.exp() + (-2f64).exp()).ln(), far, 1.0),
        (ln(&sum([one.clone(), e(1.0), e(2.0)])), (1.0 + 2f64.exp() + 4f64.exp()).ln(), 2.0 * far, 2.0),
        (ln(&add(&x(), &e(1.0))), (2.0 + 2f64.exp()).ln(), far, 1.0),
        (ln(&unary(Unary::Cosh, &x())), 2f64.cosh().ln(), far - 2f64.ln(), 1.0),
        (div(&unary(Unary::Sinh, &x()), &unary(Unary::Cosh, &x())), 2f64.tanh(), 1.0, 0.0),
        (div(&sub(&e(1.0), &e(-1.0)), &add(&e(1.0), &e(-1.0))), 2f64.tanh(), 1.0, 0.0),
        (ln(&sub(&e(1.0), &one)), 2f64.exp_m1().ln(), far, 1.0),
    ];
    for (f, near, value, slope) in cases {
        let tape = Tape::new(&[f.clone(), diff(&f, &x())]);
        let mut registers = vec![];
        let close = |a: f64, b: f64| (a - b).abs() <= 1e-13 * (1.0 + b.abs());
        tape.eval(2.0, &mut registers);
        assert!(close(tape.out(0, &registers), near), "{}: {}", latex(&f), tape.out(0, &registers));
        tape.eval(far, &mut registers);
        assert!(close(tape.out(0, &registers), value), "{}: {}", latex(&f), tape.out(0, &registers));
        assert!(close(tape.out(1, &registers), slope), "{}: {}", latex(&f), tape.out(1, &registers));
    }
}

/// Convex f whose exponentials overflow far out, as people write them, are taken; each against what it is, at places where that
/// does not overflow either, to 1e-13 of the size of its terms, and with its slope at infinity.
#[test]
fn f_with_exponentials_by_hand_are_taken() {
    type Case = (&'static str, fn(f64) -> f64, f64);
    let cases: [Case; 8] = [
        (
            "x**2 - 1 + exp(x)/(1 + exp(x)) - exp(1)/(1 + exp(1))",
            |x| x * x - 1.0 + 1.0 / (1.0 + (-x).exp()) - 1.0 / (1.0 + (-1f64).exp()),
            f64::INFINITY,
        ),
        (
            "ln(exp(x) + exp(1 - x)) - ln(exp(1) + 1)",
            |x| x + (1.0 - 2.0 * x).exp().ln_1p() - (1f64.exp() + 1.0).ln(),
            1.0,
        ),
        (
            "ln((exp(x - 1) + exp(1 - x))/2)",
            |x| (x - 1.0).abs() + (-2.0 * (x - 1.0).abs()).exp().ln_1p() - 2f64.ln(),
            1.0,
        ),
        (
            "ln(1 + exp(x) + exp(2*x)) - ln(1 + exp(1) + exp(2))",
            |x| 2.0 * x + ((-x).exp() + (-2.0 * x).exp()).ln_1p() - (1.0 + 1f64.exp() + 2f64.exp()).ln(),
            2.0,
        ),
        (
            "ln(0.5*exp(5*(x - 1)) + 0.3*exp(-2*(x - 1)) + 0.2)",
            |x| {
                let u = x - 1.0;
                5.0 * u + (0.5 + 0.3 * (-7.0 * u).exp() + 0.2 * (-5.0 * u).exp()).ln()
            },
            5.0,
        ),
        ("ln(cosh(3*(x - 1)))", |x| 3.0 * (x - 1.0).abs() + (-6.0 * (x - 1.0).abs()).exp().ln_1p() - 2f64.ln(), 3.0),
        (
            "x**2 - 1 - ln(1 + exp(x)) + ln(1 + exp(1))",
            |x| x * x - 1.0 - x - (-x).exp().ln_1p() + (1.0 + 1f64.exp()).ln(),
            f64::INFINITY,
        ),
        ("x*sinh(x)/cosh(x) - tanh(1) + (x - 1)**2", |x| x * x.tanh() - 1f64.tanh() + (x - 1.0).powi(2), f64::INFINITY),
    ];
    for (text, exact, slope) in cases {
        let f = typed("f", text);
        for x in [1e-9, 0.1, 0.5, 0.999, 2.0, 17.0, 300.0, 900.0, 1e6] {
            let (got, exact) = (f.f(x), exact(x));
            assert!((got - exact).abs() <= 1e-13 * (4.0 + exact.abs()), "{text} at {x}: {got} and {exact}");
        }
        assert_eq!(f.slopes().1, slope, "{text}");
    }
}
