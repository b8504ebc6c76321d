//! What mathematicians expect of the language.
use crate::common::{session, session_in};

fn says(script: &str, expected: &str) {
    let (mut s, r) = session();
    let _ = s.eval("t", script);
    assert_eq!(r.text(), expected, "{script}");
}

#[test]
fn arithmetic() {
    for (script, expected) in [
        ("1/2", "0.5"),
        ("4/2", "2.0"),
        ("2**-1", "0.5"),
        ("2**10", "1024"),
        ("-2**2", "-4"),
        ("let x = 3; -x**2 + 1", "-8"),
        ("(-2)**2", "4"),
        ("2 ** 0.5 == sqrt(2)", "true"),
        ("let x = 1; x /= 2; x", "0.5"),
        ("let x = 2; x **= -1; x", "0.5"),
        ("let x = 1; x += 0.5; x", "1.5"),
        ("ln(1) + exp(0) + abs(-2) + max(1, 2.5)", "5.5"),
        ("idiv(7, 2)", "3"),
        ("idiv(-7, 2)", "-4"),
        ("9223372036854775807 + 1 > 9.2e18", "true"),
        ("1 == 1.0", "true"),
        ("[1, 2] + [3, 4]", "[4.0, 6.0]"),
        ("2 * [1, 2] - [1, 1]", "[1.0, 3.0]"),
        ("[[1, 2], [3, 4]] * 2", "[[2.0, 4.0], [6.0, 8.0]]"),
        ("concat([1], [2])", "[1, 2]"),
        ("exp([0, 0])", "[1.0, 1.0]"),
        ("sum([1, 2]) + mean([1, 3])", "5.0"),
        ("linspace(0, 1, 3)", "[0.0, 0.5, 1.0]"),
    ] {
        says(script, expected);
    }
}

#[test]
fn whole_floats_serve_as_indices_and_ranges() {
    says("let a = [1, 2, 3, 4]; let n = 4; a[n/2]", "3");
    says("let a = [1, 2, 3]; a[4/2] = 9; a", "[1, 2, 9]");
    says("let s = 0; for i in 0..6/2 { s += i; } s", "3");
    says("data::gaussian(8/2, 2.0).len()", "4");
    says("let a = [1, 2]; a[1/2]", "error: 0.5 is not a whole number");
}

#[test]
fn closures_and_functions() {
    says("let f = |x| x**2; f(3)", "9");
    says("let a = 2; let f = |x| a*x; a = 5; f(1)", "5");
    says("fn twice(f, x) { f(f(x)) } twice(|x| x + 1, 3)", "5");
    says("fn f(x) { x } fn g(f) { f(2) } [g(|z| z*10), f(3)]", "[20, 3]");
    says("let mean = |v| 42; mean([1, 2])", "42");
    says("let mean = 3; mean([1, 2]) + mean", "4.5");
    says("fn h(value, x) { value(x) } h(|v| v + 1, 2)", "3");
    says("let g = |x| x + 1; fn h(x) { g(x) * 2 } h(1)", "4");
    says("let n = 10; fn g(t) { n * t } n = 20; g(3)", "60");
    says("let total = 0; fn peek() { total } for i in 0..4 { total += peek() + i; } total", "11");
    says("const C = 7; fn c() { C } c()", "7");
}

#[test]
fn generators_are_traced() {
    says("let a = 0.5; fn shape(x) { x*ln(x) } f_divergence(\"f\", |x| shape(x) + a*(x - 1)).f(1)", "0.0");
    says("f_divergence(\"f\", |x| { let s = 0; for k in 1..4 { s += (x - 1)**(2*k) / k; } s }).conjugate(0)", "0.0");
    says("f_divergence(\"f\", |x| if x > 1 { (x - 1)**2 } else { 2*(x - 1)**2 }).conjugate_grad(2)", "2.0");
    says(
        "let d = 0.5 * kl().regularized(lipschitz(1)) + ipm(lipschitz(2)); d",
        "0.5 * kl.regularized(lipschitz(1)) + ipm(lipschitz(2))",
    );
    says("kl().conjugate([0, 1])", "[0.0, 1.718281828459045]");
    says("hellinger().domain()", "y < 1");
}

/// Tracing calls the closure a handful of times, and no flow ever calls it again.
#[test]
fn the_closure_is_called_to_be_read_and_never_again() {
    // and once more, to see that it is the same
    says(
        "let calls = []; let f = f_divergence(\"f\", |x| { calls.push(1); x*ln(x) }); gpa(f.regularized(lipschitz(1))).run(data::gaussian(20, 2), data::ring(20), #{ steps: 3 }); calls.len()",
        "2",
    );
}

/// A formula is read path by path, and all of it twice; what it prints on a path is printed once.
#[test]
fn what_a_closure_prints_is_printed_once() {
    let text =
        crate::common::printed("let f = f_divergence(\"f\", |x| { print(\"read\"); x*ln(x) }); print(\"made\");");
    assert_eq!(text.lines().collect::<Vec<_>>(), ["read", "made"]);
}

#[test]
fn points_and_tables() {
    says("let p = points([[0, 1], [2, 3]]); [p.len(), p.dim(), p.col(1)]", "[2, 2, [1.0, 3.0]]");
    says("let p = points([[0, 1], [2, 3]]); (2*p + [1, 0] - p).to_array()", "[[1.0, 1.0], [3.0, 3.0]]");
    says("let p = points([[0, 1], [2, 3]]); [p.mean(), p.std()]", "[[1.0, 2.0], [1.0, 1.0]]");
    says("let p = points([[0, 1], [2, 3]]); p.concat(p.rows(0, 1)).len()", "3");
    says("data::ring(800).len()", "800");
    says(
        "let m = metric::modes(data::ring(800, #{ std: 0 }), data::ring_centers(8, 4), 0.1); [min(m.shares), m.strays]",
        "[0.125, 0.0]",
    );
}

#[test]
fn parameters_have_the_type_of_their_default() {
    let (mut s, r) = session_in(None, &[("n", "7"), ("rate", "2"), ("name", "5"), ("on", "true"), ("bad", "x")]);
    let _ = s.eval(
        "t",
        "[param(\"n\", 1), param(\"rate\", 0.5), param(\"name\", \"a\"), param(\"on\", false), param(\"other\", 3)]",
    );
    assert_eq!(r.text(), "[7, 2.0, \"5\", true, 3]");
    let _ = s.eval("t", "param(\"bad\", 1)");
    assert_eq!(r.text(), "error: --set: option `bad` is \"x\", expected a number");
}
