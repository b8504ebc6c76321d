//! No estimate, metric, figure or claim hands out NaN: it is an error with what to try, or a number.
use crate::common::{printed, session};
use gflow::script::Class;

const DIVERGENCES: &[&str] = &[
    "kl().regularized(lipschitz(1.0))",
    "reverse_kl().regularized(lipschitz(1.0))",
    "alpha(3.0).regularized(lipschitz(1e3))",
    "tv().regularized(lipschitz(1e30))",
    "chi2().regularized(lipschitz(1.0)).reversed()",
    "js().regularized(lipschitz(1e300))",
    "ipm(lipschitz(1e300))",
    "ipm(lipschitz(1e-300))",
    "renyi(2.0).regularized(lipschitz(1.0))",
    "f_divergence(\"lin\", |x| (x - 1)*0.5).regularized(lipschitz(1.0))",
    "0.5 * kl().regularized(lipschitz(1.0)) + w2_squared()",
];

const SOLVED: &[&str] = &[
    "w1()",
    "w2()",
    "w2_squared()",
    "wasserstein(10.0)",
    "infconv(kl(), w2_squared())",
    "unbalanced(kl(), w2_squared())",
    "energy()",
    "mmd(gaussian_kernel(1.0))",
    "mmd(energy_kernel(), #{ unbiased: true })",
    "sinkhorn(0.1)",
    "kl().penalized(rkhs(gaussian_kernel(1.0)), 1e-3)",
    "kl().penalized(rkhs(gaussian_kernel(1.0)), 1e-12)",
];

const METRICS: &[&str] = &[
    "metric::w1(p, q)",
    "metric::w2(p, q)",
    "metric::sliced(p, q)",
    "metric::max_sliced(p, q)",
    "metric::mmd(p, q)",
    "metric::energy(p, q)",
    "metric::sinkhorn(p, q, 0.1)",
    "metric::ccdf_distance(p, q)",
    "metric::hill(p, 3)",
    "median_width(p)",
    "adaptive_width(\"laplace\", p, q)",
];

/// p and q of six points, many or no widths apart, in units of `scale`; `same` makes all points one.
fn samples(scale: &str, same: bool) -> String {
    if same {
        return format!("let p = points([[1.0, 2.0], [1.0, 2.0], [1.0, 2.0], [1.0, 2.0]]) * {scale}; let q = p;");
    }
    format!("seed(3); let p = data::gaussian(6, 2) * {scale}; let q = p + 2.0 * {scale};")
}

const SCALES: [&str; 8] = ["1e-38", "1e-20", "1e-8", "1.0", "1e6", "1e18", "1e30", "1e37"];

fn is_clean(what: &str, out: &str) {
    let lower = out.to_lowercase();
    let known = lower.starts_with("error: ");
    assert!(known || !lower.split_whitespace().any(|w| w == "nan"), "{what}: {out}");
    // what the error says is a sentence for people
    assert!(!lower.contains("nan >") && !lower.contains("panicked"), "{what}: {out}");
}

#[test]
fn estimates_are_numbers() {
    for scale in ["1e-38", "1e-8", "1e6", "1e18", "1e37"] {
        for (same, options) in
            [(false, ""), (true, ""), (false, ", #{ critic: exact() }"), (false, ", #{ critic: entropic() }")]
        {
            let trained = DIVERGENCES
                .iter()
                .map(|d| (d, if options.is_empty() { ", #{ steps: 10, repeats: 2 }" } else { options }));
            let solved = SOLVED.iter().map(|d| (d, options));
            for (d, options) in trained.chain(solved) {
                let script = format!(
                    "{} let e = ({d}).estimate(p, q{options}); print(`${{e.value}} ${{e.lower}} ${{e.upper}} ${{e.values}} ${{e.slope}}`); print(e);",
                    samples(scale, same)
                );
                is_clean(&format!("{d}{options} at {scale}"), &printed(&script));
            }
        }
    }
}

#[test]
fn metrics_are_numbers() {
    for scale in SCALES {
        for same in [false, true] {
            for metric in METRICS {
                let out = printed(&format!("{} print({metric});", samples(scale, same)));
                is_clean(&format!("{metric} at {scale}"), &out);
            }
        }
    }
}

/// The three that were handed out with exit code 0 are errors of the class that ends the program with code 3.
#[test]
fn a_lost_value_ends_the_script() {
    let big = "let p = data::gaussian(50, 2) * 1e6; let q = p + 2e6;";
    for d in ["reverse_kl().regularized(lipschitz(1.0))", "ipm(lipschitz(1e300))"] {
        let (mut s, _) = session();
        let script = format!("{big} ({d}).estimate(p, q, #{{ steps: 300 }}).value");
        let error = s.eval("t", &script).err().unwrap_or_else(|| panic!("{d} has a value"));
        assert_eq!(error.class, Class::Diverged, "{}", error.message);
        assert!(error.message.contains("not a number") && error.hint.is_some(), "{}", error.message);
    }
}

/// Chunks of an ascent's history are read as it goes; its length and its last value are those of the whole.
#[test]
fn a_long_history_is_whole() {
    let out = printed(
        "let p = data::gaussian(5, 2); let q = data::gaussian(5, 2, #{ mean: 2.0 });
         let e = w1().estimate(p, q, #{ critic: mlp([4]), steps: 2345 });
         print(`${e.history.len()} ${e.iterations} ${e.history[2344]} ${e.history[0]}`);",
    );
    let v: Vec<f64> = out.split_whitespace().map(|v| v.parse().unwrap_or_else(|_| panic!("{out}"))).collect();
    assert!(v[0] == 2345.0 && v[1] == 2345.0 && v[2] > v[3] && v[2] < 4.0, "{out}");
}
