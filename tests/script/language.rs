//! What mathematicians expect of the language.
use crate::common::{printed, session, session_in};

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
fn comparisons_answer_or_say_that_they_cannot() {
    for (script, expected) in [
        ("[1e-17 > 0, 0.0/0.0 == 0.0/0.0, 0.0/0.0 != 1, 1.0/0.0 == 1.0/0.0]", "[true, false, true, true]"),
        ("[\"a\" < \"b\", 'a' == \"a\", () == (), 1 == (), (0..3) == (0..3)]", "[true, true, true, false, true]"),
        ("[[1, \"a\"].contains(\"a\"), [1, 2] == [1, 2], #{ a: 1 } == #{ a: 1.0 }]", "[true, true, true]"),
        (
            "let v = [1, 2, 3]; [v > 1.5, 2 <= v, v < [2, 2, 2]]",
            "[[false, true, true], [false, true, true], [true, false, false]]",
        ),
        ("let n = 0; let f = || { n += 1; n }; [0 < f() < 2, n]", "[true, 1]"),
        ("fn inside(x) { -1 <= x^2 - 1 < 3 } [inside(0), inside(2)]", "[true, false]"),
        ("let a = 1; a < 2 && 2 < 3 || false", "true"),
        ("let t = true; t == 1", "error: a bool and a number are never the same: `==` compares values of one kind"),
        ("let s = \"1\"; s < 1", "error: a text and a number are never in order: `<` compares values of one kind"),
        ("let v = [1]; v > \"a\"", "error: a list and a text are never in order: `>` compares values of one kind"),
        ("[1] < [1, 2]", "error: lists: expected equal lengths, got 1 and 2"),
    ] {
        says(script, expected);
    }
}

#[test]
fn integers_that_overflow_become_floats() {
    for (script, expected) in [
        ("let g = 9223372036854775807; g += 1; g > 9e18", "true"),
        ("let g = -9223372036854775807; g -= 10; g < -9e18", "true"),
        ("let g = 4611686018427387904; g *= 4; g > 1e19", "true"),
        ("let g = 3; g **= 40; g", "12157665459056928801.0"),
        ("let n = 1; for k in 1..21 { n *= k } n", "2432902008176640000"),
    ] {
        let (mut s, r) = session();
        let _ = s.eval("t", script);
        let text = r.text();
        let same =
            text.parse::<f64>().ok().zip(expected.parse::<f64>().ok()).is_some_and(|(a, b)| (a / b - 1.0).abs() < 1e-9);
        assert!(text == expected || same, "{script}: {text}");
    }
}

#[test]
fn numbers_and_texts_are_written_as_asked() {
    for (script, expected) in [
        ("[0.1 + 0.2, 1/3, 1e300, 2.0, -1e-8]", "[0.3, 0.3333333333333333, 1e300, 2.0, -1e-8]"),
        ("let x = PI(); `${x} ${x:.2f} ${[x, 1]:.1f} ${2 * x:>8.3f}|`", "3.141592653589793 3.14 [3.1, 1.0]    6.283|"),
        ("let m = #{ a: 1.5 }; `${m.a:.2f} ${if m.a > 1 { `${m.a:.1f}` } else { \"no\" }}`", "1.50 1.5"),
        (
            "[fmt(2.5, 0), fmt([1, 2.25], 1), fmt(12345.678, \",.1f\"), fmt(\"a\", \">3\")]",
            "[\"2\", \"[1.0, 2.2]\", \"12,345.7\", \"  a\"]",
        ),
        ("print(\"a\", 1, [2.5]); ()", "a 1 [2.5]"),
        ("[round(2.5), round(-2.675, 2), round([0.25, 0.35], 1)]", "[3.0, -2.67, [0.3, 0.3]]"),
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
    says(
        "let a = [1, 2]; a[1/2]",
        "error: 0.5 is not a whole number; idiv(a, b) divides to one, v.to_int() cuts one off",
    );
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

/// Lists say what is not there, begin where they begin, and ranges count from 0.
#[test]
fn lists_go_on_in_no_silence() {
    for (script, expected) in [
        (
            "print([1, 2, 3].reduce(|s, x| s + x)); print([1, 2, 3].reduce_rev(|s, x| s - x)); print([].reduce(|s, x| s + x))",
            "6\n0\n",
        ),
        ("print([1, 2, 3].reduce(|s, x| s + x, 10))", "16"),
        ("let v = [1, 2]; v.set(-1, 9); print(v)", "[1, 9]"),
        (
            "print([2, 1.5, 3].order_desc()); print([2, 1.5, 3].order()); print([\"b\", \"a\"].order_desc())",
            "[3, 2, 1.5]\n[1.5, 2, 3]\n[\"b\", \"a\"]",
        ),
        ("const V = [2, 1]; print(V.order()); print(V)", "[1, 2]\n[2, 1]"),
        (
            "print([1, 2, 3].extract(1..)); print([1, 2, 3].extract(0..=1)); print([1, 2, 3].extract(2..9))",
            "[2, 3]\n[1, 2]\n[3]",
        ),
        (
            "let v = [1, 2, 3, 4]; print(v.drain(1..3)); print(v); v.splice(0..1, [7, 8]); print(v)",
            "[2, 3]\n[1, 4]\n[7, 8, 4]",
        ),
        ("print(\"abcd\".sub_string(1..3))", "bc"),
        ("let x = 5; print(x.int); print(x.is_nan); print(x.is_finite)", "5\nfalse\ntrue"),
        (
            "print([1, (), 0.0/0.0, \"a\"].is_missing()); print([1, ()].fill_missing(2))",
            "[false, true, true, false]\n[1, 2]",
        ),
        ("print(9007199254740992 == 9007199254740994.0); print(0.1 + 0.2 == 0.3)", "false\ntrue"),
    ] {
        assert_eq!(printed(script), expected, "{script}");
    }
    for (script, why) in [
        ("let v = [1, 2]; v.set(2, 9)", "index 2 is outside a list of 2"),
        ("[1, 2, 3].extract(-2..)", "extract(-2..): a range counts from 0; extract(-2) are the last 2"),
        ("[1, 2, 3].extract(-2..2)", "extract(-2..2): a range counts from 0"),
        ("[1, 2, 3].drain(0..-1)", "drain(0..-1): a range counts from 0"),
        ("\"abc\".sub_string(-2..3)", "a range counts from 0"),
        ("[1, \"a\"].order_desc()", "sort() takes numbers or texts"),
    ] {
        let got = printed(script);
        assert!(got.contains(why), "{script}: {got}");
    }
}

/// What would change a constant, or a copy that nobody keeps, says so: nothing goes on in silence.
#[test]
fn changes_that_would_be_lost_are_told() {
    let refused = |script: &str, expected: &str| {
        let (mut s, r) = session();
        let _ = s.eval("t", script);
        let text = r.text();
        assert!(text.contains(expected), "{script}: {text}");
    };
    for text in ["V.push(3)", "V.sort()", "M.x.push(2)"] {
        refused(&format!("const V = [1, 2]; const M = #{{ x: [1] }}; {text}"), "would change a constant");
    }
    for text in ["V[0] = 3", "M.x = 2", "M.y[0] = 2"] {
        refused(&format!("const V = [1, 2]; const M = #{{ x: 1, y: [1] }}; {text}"), "cannot change");
    }
    let run = "let r = mmd_flow(gaussian_kernel(1.0)).run(data::ring(9), data::ring(9), #{ steps: 1 });";
    for change in ["r.history.step[0] = 7", "r.history.step.push(7)", "let m = #{ r: r }; m.r.history.step[0] += 1"] {
        refused(&format!("{run} {change}"), "is a copy");
    }
    refused("let s = \" a\"; let t = if true { s.trim() } else { s };", "changes s and gives nothing");
    says("let m = #{ x: [1], y: #{ z: [1] } }; m.x.push(2); m.y.z[0] = 5; `${m.x} ${m.y.z}`", "[1, 2] [5]");
    says("const V = [3, 1]; `${V.len()} ${V.contains(3)} ${mean(V)} ${V[0]} ${V.map(|x| 2*x)}`", "2 true 2.0 3 [6, 2]");
}
