//! The error gallery: every kind of mistake with the report it gets, as snapshots.
//!
//! `GFLOW_WRITE_GALLERY=1 cargo test --release gallery` rewrites gallery.txt after a deliberate change.
use crate::common::session;

const MISTAKES: &[(&str, &str)] = &[
    ("a non-convex f", "let f = f_divergence(\"bad\", |x| x*ln(x) - 3*(x - 1)**2);"),
    ("a concave kink", "f_divergence(\"bad\", |x| -abs(x - 1))"),
    ("a jump", "f_divergence(\"bad\", |x| if x > 2 { x } else { x - 1 })"),
    ("a pole inside (0, inf)", "f_divergence(\"pole\", |x| -ln((x - 2)**2))"),
    ("an f with a gap", "f_divergence(\"gap\", |x| if x > 2 && x < 3 { 1.0/0.0 } else { (x - 1)**2 })"),
    ("a pole that f comes back from", "f_divergence(\"pole\", |x| 1/(2 - x) - 1)"),
    ("a formula that explodes", "f_divergence(\"big\", |x| { let y = x; for i in 0..40 { y = sin(y) + cos(y); } y })"),
    ("f(1) is not 0", "let f = f_divergence(\"off\", |x| x*ln(x) + 0.5);"),
    ("f undefined at 1", "f_divergence(\"u\", |x| ln(x - 1))"),
    ("f returns a text", "f_divergence(\"u\", |x| \"a\")"),
    ("f returns a map", "f_divergence(\"u\", |x| #{ value: x })"),
    ("f returns a list", "f_divergence(\"u\", |x| [x, x])"),
    ("f returns a truth", "f_divergence(\"u\", |x| x > 1)"),
    ("f returns a text somewhere", "f_divergence(\"u\", |x| if x > 2 { x - 1 } else { \"a\" })"),
    (
        "f reads a clock",
        "f_divergence(\"u\", |x| { let t = timestamp(); sleep(0.001); (1 + t.elapsed)*(x*ln(x) - x + 1) })",
    ),
    (
        "f draws random numbers",
        "f_divergence(\"u\", |x| data::gaussian(1, 1).std()[0] + data::gaussian(2, 1).std()[0]*(x - 1)**2)",
    ),
    ("f counts its calls", "let k = 0;\nf_divergence(\"u\", |x| { k += 1; k*(x - 1)**2 })"),
    (
        "a formula of many operations",
        "f_divergence(\"u\", |x| { let y = x; for i in 0..100000 { y += exp(-i*x); } y })",
    ),
    ("f ignores x", "f_divergence(\"u\", |x| 0)"),
    ("f is constant", "f_divergence(\"u\", |x| sin(x)**2 + cos(x)**2 - 1)"),
    ("f is linear", "f_divergence(\"u\", |x| 3*(x - 1))"),
    ("f is linear where it is asked", "f_divergence(\"u\", |x| max(x, -1) + max(-x, 0) - 1)"),
    ("f is infinite but at 1", "f_divergence(\"u\", |x| if x == 1 { 0 } else { 1.0/0.0 })"),
    ("f is infinite beyond 1", "f_divergence(\"u\", |x| if x > 1 { 1.0/0.0 } else { (x - 1)**2 })"),
    ("f(1) is infinite", "f_divergence(\"u\", |x| 1/(x - 1)**2)"),
    ("f(1) is minus infinity", "f_divergence(\"u\", |x| ln(abs(x - 1)), #{ shift: true })"),
    ("f(1) is no number", "f_divergence(\"u\", |x| (x - 1)**2*ln(abs(x - 1)))"),
    ("f branches for ever", "f_divergence(\"u\", |x| { let k = 0; while x > k { k += 1; } x - 1 })"),
    ("not a closure", "f_divergence(\"u\", 3)"),
    ("an error inside the closure", "let a = [1, 2];\nlet f = f_divergence(\"x\", |x| x*ln(x) + a[5]);"),
    ("dimension mismatch", "gpa(kl().regularized(lipschitz(1.0))).run(data::gaussian(10, 2), data::gaussian(10, 3))"),
    ("empty points", "points([])"),
    ("ragged points", "points([[1, 2], [3]])"),
    ("not a number in a list", "points([[1, \"a\"]])"),
    (
        "NaN data",
        "let q = points([[1e300, 0.0]]) * 1e30;\nkl().regularized(lipschitz(1.0)).estimate(q, data::gaussian(10, 2))",
    ),
    ("standardising with a gap", "let x = points([[1.0, 2.0], [3.0, 1.0/0.0], [5.0, 6.0]]);\nlet t = standardise(x);"),
    ("standardising one row", "standardise([[1.0, 2.0]])"),
    ("whitening fewer rows than columns", "let t = whiten(data::gaussian(5, 10));"),
    ("a transform of another dimension", "standardise(data::ring(9)).apply(data::gaussian(9, 3))"),
    (
        "a run prepared by a transform of another dimension",
        "let t = whiten(data::gaussian(20, 3));\ngpa(kl().regularized(lipschitz(1.0))).run(data::ring(9), data::ring(9), #{ prepare: t })",
    ),
    (
        "a run prepared by an unknown word",
        "gpa(kl().regularized(lipschitz(1.0))).run(data::ring(9), data::ring(9), #{ prepare: \"whitened\" })",
    ),
    (
        "a density in other units",
        "langevin(|x| -dot(x, x)/2).run(data::ring(9), data::ring(9), #{ prepare: \"standardise\" })",
    ),
    ("a scale of 0", "scale([1.0, 0.0])"),
    ("a split into one part", "split(data::ring(10), 1.0)"),
    ("labels of another sample", "split(#{ points: data::ring(10), labels: [1, 2] }, 0.5)"),
    ("a row that is not there", "let x = data::ring(10);\nx[10]"),
    ("zero points", "data::gaussian(0, 2)"),
    ("half a point", "data::gaussian(1/2, 2)"),
    ("too many points", "data::gaussian(1000000000000, 2)"),
    ("unknown option", "let flow = gpa(kl().regularized(lipschitz(1.0)), #{\n    dt: 0.1,\n    inner_step: 5,\n});"),
    ("wrong type", "gpa(kl().regularized(lipschitz(1.0)), #{ dt: \"big\" })"),
    ("out of range", "gpa(kl().regularized(lipschitz(1.0)), #{ dt: -1 })"),
    ("not among the choices", "mlp([8], #{ activation: \"gelu\" })"),
    ("odd width for groupsort", "mlp([7])"),
    ("not a critic", "gpa(kl().regularized(lipschitz(1.0)), #{ critic: 5 })"),
    (
        "option in a nested map",
        "gpa(kl().regularized(lipschitz(1.0))).run(data::ring(9), data::ring(9), #{ stop: #{ divergense: 1 } })",
    ),
    (
        "unknown metric",
        "gpa(kl().regularized(lipschitz(1.0))).run(data::ring(9), data::ring(9), #{ metrics: [\"w3\"] })",
    ),
    ("missing file", "io::load(\"nope.npy\")"),
    ("unknown format", "io::save(data::ring(3), \"x.xlsx\")"),
    ("undefined variable", "let alpha = 1;\nprint(alhpa + 1);"),
    ("undefined function", "fn kernel_width(x) { x }\nkernel_widht(2)"),
    ("undefined in a function never called", "fn g(t) { t + unknown_thing }\n1"),
    ("unknown data set", "data::rong(10)"),
    ("unknown module", "dato::ring(10)"),
    ("wrong arguments", "data::ring()"),
    ("missing method", "kl().regularised(lipschitz(1.0))"),
    ("missing property", "gpa(kl().regularized(lipschitz(1.0))).critik"),
    ("no function space", "gpa(kl())"),
    ("adding generators", "kl() + js()"),
    ("negative weight", "-1 * kl().regularized(lipschitz(1.0))"),
    ("L is not positive", "lipschitz(0)"),
    ("error in nested functions", "fn g(t) { let a = [1, 2]; a[t] }\nfn h(t) { g(t) + 1 }\nh(7)"),
    ("deep recursion", "fn f(n) { f(n + 1) }\nf(0)"),
    ("syntax", "let a = (1 + ;"),
    ("a bare point", "let a = .5;"),
    ("reserved word", "let default = 3;"),
    ("missing import", "import \"nowhere\" as m;"),
    ("unknown column", "let t = #{ a: [1, 2] };\nplot::lines(t, \"a\", [\"b\"])"),
    ("nothing to draw", "plot::hist([])"),
    ("an option of another plot", "plot::images(data::digits().rows(0, 4), #{ log_y: true })"),
    ("an exception of one's own after a caught one", "try { kl().f(\"a\") } catch { }\nthrow \"mine\";"),
    ("a list of a million million numbers", "linspace(0, 1, 1e12)"),
    ("a text that grows for ever", "let s = \"x\";\nloop { s += s; }"),
    ("unknown help", "help(\"kll\")"),
];

fn gallery() -> String {
    let mut out = String::from("Every mistake, and what gflow says about it.\n");
    for (what, script) in MISTAKES {
        let (mut s, _) = session();
        let d = s.eval("script", script).err().unwrap_or_else(|| panic!("{what}: no error"));
        assert!(d.place.is_some(), "{what}: no place in {d:?}");
        out += &format!("\n== {what}\n{}", s.render(&d, false));
    }
    out
}

#[test]
fn gallery_of_errors() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/script/gallery.txt");
    let got = gallery();
    if std::env::var_os("GFLOW_WRITE_GALLERY").is_some() {
        std::fs::write(&path, &got).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    for (a, b) in got.split("\n== ").zip(kept.split("\n== ")) {
        assert_eq!(a, b);
    }
    assert_eq!(got.len(), kept.len());
}

/// Rust's and Rhai's own words for types never reach a user.
#[test]
fn no_internal_names_leak() {
    let text = gallery();
    for word in ["f64", "i64", "core::", "alloc::", "gflow::", "Dynamic", "anon$", "FnPtr", "__index", "Rhai"] {
        assert!(!text.contains(word), "the gallery contains {word}");
    }
}
