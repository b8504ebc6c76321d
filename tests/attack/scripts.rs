//! Random scripts from the catalogue: each ends in time, with a result or an error in a user's words.
use super::grammar::Writer;
use super::long;
use super::trial::{attempts, forbidden, judge};
use crate::common::session;
use std::time::{Duration, Instant};

#[test]
fn random_scripts() {
    let begun = Instant::now();
    let count = if long() { 20_000 } else { 2_000 };
    let scripts: Vec<String> = (0..count).map(|i| Writer::new(i).script()).collect();
    let trials = attempts(&scripts, Duration::from_millis(if long() { 1500 } else { 250 }));
    judge("scripts", &scripts, &trials, begun);
}

/// What once ended the program, or was told in its own words; each with a part of what is said now.
const ONCE: &[(&str, &str)] = &[
    ("let s = \"eval(s)\"; eval(s)", "the recursion is too deep"),
    ("let f = |x| x; let s = \"f(eval(s))\"; eval(s)", "the recursion is too deep"),
    (
        "gan(js(), #{ batch: 1099511627776, latent: \"gaussian\" }).run(data::ring(3), data::ring(3), #{ steps: 1 })",
        "1099511627776 points in dimension 2: would take",
    ),
    (
        "latent(gpa(kl().regularized(lipschitz(1.0))), autoencoder([8], 1000000000))",
        "autoencoder, dim: it is 1000000000, expected 1 to 16384",
    ),
    ("mlp([16386])", "expected 1 to 16384"),
    (
        "let w = []; w.pad(3000, 16384); gpa(kl().regularized(lipschitz(1.0)), #{ critic: mlp(w) }).run(data::ring(9), data::ring(9), #{ steps: 1 })",
        "a network of 805",
    ),
    (
        "let p = data::gaussian(1000000, 1); p.matmul(data::gaussian(1, 1000000))",
        "matmul, 1000000 points in dimension 1000000: would take 8000.0 GB of memory",
    ),
    (
        "let f = plot::scatter(data::ring(10), #{ width: 3000, height: 3000 }); let a = []; for i in 0..2000 { a.push(f) } plot::grid(a, #{ columns: 40 }).save(\"x.png\")",
        "it has 120000 × 150000 pixels, at most 100000",
    ),
    (
        "let l = linspace(0, 299999, 300000); gpa(kl().regularized(lipschitz(1.0))).run(data::gaussian(300000, 2), data::ring(300000), #{ steps: 1, labels: [l, l] })",
        "labels of 300000 classes, a coordinate each, for 600000 points: would take",
    ),
    (
        "w1w2_flow(kl().regularized(lipschitz(1.0)), #{ time_steps: 1099511627776 }).run(data::ring(3), data::ring(3), #{ steps: 1 })",
        "1099511627776 time steps of 3 points: would take",
    ),
    (
        "let r = gan(js(), #{ latent: \"gaussian\", generator: mlp([4]) }).run(data::ring(3), data::ring(3), #{ steps: 1 }); r.sample(900000000000)",
        "sample(n), 900000000000 points in dimension 4: would take",
    ),
    ("let k = gaussian_kernel(1.0); for i in 0..40 { k = k + k } k", "at most 1000"),
    ("let k = gaussian_kernel(1.0); for i in 0..40 { k = k * k } k", "at most 1000"),
    ("let d = w1(); for i in 0..40 { d = d + d } d", "at most"),
    ("let d = w1(); for i in 0..1000000 { d = d.reversed() } d", "at most 64 can be nested"),
    ("plot::images(data::digits().rows(0, 4)).hline(1.0)", "images have no axes"),
    (
        "plot::lines(#{ t: [1.0, 2.0], y: [1.0, 2.0] }, \"t\", [\"y\"], #{ log_y: true }).hline(0.0)",
        "no place on a logarithmic axis",
    ),
    ("plot::scatter(data::ring(3), #{ title: \"$\\\\alpa$\" })", "the nearest is \\alpha, at character 2"),
    ("plot::scatter(data::ring(3)).save(\"x.pgn\")", "the nearest is .png"),
    ("plot::theme(\"papr\")", "the nearest is \"paper\""),
    ("plot::scatter(data::ring(3), #{ color_by: [1.0] })", "3 numbers or labels, one per point, got 1"),
    ("plot::scatter(data::ring(3), #{ map: \"grey\" })", "expected numbers as color_by beside it"),
    (
        "plot::scatter(data::ring(3), #{ bar_label: \"t\", color_by: [\"a\", \"b\", \"c\"] })",
        "expected numbers as color_by",
    ),
    (
        "plot::scatter(data::ring(3), #{ color: \"red\", color_by: [1.0, 2.0, 3.0] })",
        "expected none beside color_by: the colours follow its numbers",
    ),
    ("plot::scatter(data::ring(3), #{ y_range: [0, 5e-324] })", "at least 1e-300 apart"),
    ("plot::density(data::ring(9), #{ x_range: 0 })", "expected [low, high]"),
    ("plot::scatter(data::ring(9) * (0.0/0.0))", "none of the 9 points is finite"),
    (
        "data::gaussian(3, 2, #{ mean: [w1()] })",
        "option `mean` is [Divergence], expected a number or a list of numbers",
    ),
    ("data::gaussian(3, 2, #{ mean: [|x| x] })", "option `mean` is [a closure]"),
    ("data::gaussian(3, 2, #{ mean: [data::ring(3)] })", "option `mean` is [Points]"),
    ("langevin(|x, y| x).run(data::ring(3), data::ring(3))", "the closure does not take (point of formulas)"),
    ("f_divergence(\"a\", |x| x[0])", "a formula has no entries that a number could name"),
    ("3[\"a\", 1]", "an index is one value"),
    ("3[\"a\" \"b\"]", "an index is one value"),
    ("let a = 5; a[\"k\", 2]", "an index is one value"),
    ("let a = [1]; let f = || a; a.push(f); a.push(|| a)", "would change a variable that it also reads"),
    ("throw kl();", "Generator"),
    ("eval(\"1 +\\n\\n nope(2)\")", "there is no function `nope(number)`"),
];

#[test]
fn what_once_went_wrong() {
    let scripts: Vec<String> = ONCE.iter().map(|o| o.0.to_string()).collect();
    let begun = Instant::now();
    // on the stack of the program, and then in a session of this thread for what is said
    let trials = attempts(&scripts, Duration::from_secs(20));
    judge("scripts that once went wrong", &scripts, &trials, begun);
    for (script, said) in ONCE {
        let (mut s, _) = session();
        let d = s.eval("script", script).err().unwrap_or_else(|| panic!("no error of {script}"));
        assert!(d.message.contains(said), "{script}\nsaid {}\nwanted {said}", d.message);
    }
}

/// A place beyond what the interpreter counts is not told wrongly, and one before it is told.
#[test]
fn long_scripts_tell_no_wrong_place() {
    for (line, counted) in [(65_000, true), (70_000, false)] {
        let script = format!("{}nope(1)", "\n".repeat(line - 1));
        let (mut s, _) = session();
        let d = s.eval("script", &script).err().unwrap();
        assert_eq!(d.place.as_ref().map(|p| p.line), counted.then_some(line), "{}", d.message);
        assert_eq!(d.message.contains("beyond line 65534"), !counted, "{}", d.message);
    }
    let (mut s, _) = session();
    let d = s.eval("script", &format!("{}nope(1)", "1;".repeat(40_000))).err().unwrap();
    assert!(d.place.is_none() && d.message.contains("column 65534"), "{}", d.message);
}

/// The list of words finds them: what the guard says of a panic, and a type of the program, are on it.
#[test]
fn forbidden_words_are_found() {
    let fault = gflow::fault::guarded("a test", || -> gflow::error::Result<()> { panic!("on purpose") });
    assert!(forbidden(&fault.unwrap_err().to_string()).is_some());
    assert!(forbidden(std::any::type_name::<gflow::plot::Figure>()).is_some());
    assert!(forbidden("data::ring: option `std` is -1, expected a number ≥ 0").is_none());
}
