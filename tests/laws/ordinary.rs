//! 500 ordinary problems: none is refused, every bracket is in order and holds its value, and those of exact solvers are
//! closed. Tolerances that are relative to what is computed must not turn people away.
use crate::common::printed;

/// (divergence, options, the widest gap relative to the upper bound); each is estimated between 50 pairs of samples.
const ORDINARY: &[(&str, &str, f64)] = &[
    ("w1()", ", #{ critic: exact() }", 1e-12),
    ("w2()", "", 1e-12),
    ("w2_squared()", "", 1e-12),
    ("kl().regularized(lipschitz(1.0))", ", #{ critic: exact() }", 1e-6),
    ("infconv(js(), 0.5 * w2_squared())", "", 1e-6),
    ("kl().regularized(lipschitz(1.0))", ", #{ critic: entropic() }", 1.0),
    ("unbalanced(kl(), w2_squared())", "", 2.0),
    ("kl().penalized(rkhs(gaussian_kernel(1.0)), 1e-3)", "", 1e-6),
    ("mmd(gaussian_kernel(1.0))", "", 1e-9),
    ("energy()", "", 1e-9),
];

#[test]
fn five_hundred_ordinary_brackets() {
    for (divergence, options, gap) in ORDINARY {
        let script = format!(
            "for k in range(0, 50) {{
                seed(k);
                let d = 1 + k % 3;
                let p = data::gaussian(2 + k % 23, d, #{{ mean: 0.05 * k, std: 0.5 + 0.02 * k }});
                let q = if k % 5 == 4 {{ p.concat(data::gaussian(3, d)) }} else {{ data::gaussian(2 + (7 * k) % 19, d) }};
                let e = ({divergence}).estimate(p, q{options});
                print(`${{e.lower}} ${{e.value}} ${{e.upper}}`);
            }}"
        );
        let out = printed(&script);
        assert!(!out.contains("error"), "{divergence}{options}: {out}");
        let lines: Vec<&str> = out.lines().filter(|l| !l.trim().is_empty()).collect();
        assert_eq!(lines.len(), 50, "{divergence}{options}: {out}");
        for (k, line) in lines.iter().enumerate() {
            let v: Vec<f64> = line.split_whitespace().map(|v| v.parse().unwrap()).collect();
            let what = format!("{divergence}{options}, case {k}: {line}");
            assert!(v[0] <= v[1] && v[1] <= v[2], "{what}");
            assert!(v[2] - v[0] <= gap * v[2].abs().max(1e-3), "{what}");
        }
    }
}
