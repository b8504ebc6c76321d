//! f + s (x − 1) gives the divergence of f between probability measures, however large s is.

/// D of f in a script, with its bounds.
fn divergence(f: &str, how: &str) -> [f64; 3] {
    let (mut session, _) = crate::common::session();
    let script = format!(
        "let p = data::gaussian(60, 2); let q = data::gaussian(60, 2)*0.8 + 0.4;
        let e = f_divergence(\"f\", |x| {f}).regularized(lipschitz(0.5)).estimate(p, q, #{{ {how} }});
        [e.value, e.lower, e.upper]"
    );
    let found = session.eval("test", &script).map_err(|d| d.message.to_string()).unwrap();
    let text = found.to_string();
    let numbers: Vec<f64> = text.trim_matches(['[', ']']).split(", ").map(|v| v.parse().unwrap()).collect();
    numbers.try_into().unwrap()
}

/// The exact solver closes its bounds to 1e-8 in either form. A network is trained in single precision: the same objective from
/// another table, whose roundings 60 steps carry to 1e-4.
#[test]
fn an_affine_part_changes_nothing() {
    for (f, s) in [
        ("x*ln(x) - x + 1", "1e6"),
        ("x*ln(x) - (x + 1)*ln((x + 1)/2)", "1e14"),
        ("(x - 1)**2", "-1e9"),
        ("abs(x - 1)", "1e5"),
        ("(x - 1)**4", "1e12"),
    ] {
        for (how, tolerance) in [("critic: exact()", 1e-8), ("critic: mlp([16, 16]), steps: 60", 1e-4)] {
            let plain = divergence(f, how);
            let tilted = divergence(&format!("{f} + {s}*(x - 1)"), how);
            for (a, b) in plain.iter().zip(tilted) {
                assert!((a - b).abs() <= tolerance * plain[2], "{f} + {s} (x - 1), {how}: {plain:?} and {tilted:?}");
            }
        }
    }
}

/// alpha near 1 and 0 is a small difference of large numbers, and D is near that of KL or reverse KL: |D_a - D_KL| is of order
/// |a - 1|. Sixty steps of single precision carry roundings of the two tables to some 2e-4.
#[test]
fn alpha_near_its_limits_is_near_them() {
    for (alpha, limit) in
        [("1.000002", "x*ln(x) - x + 1"), ("0.999998", "x*ln(x) - x + 1"), ("0.000002", "x - 1 - ln(x)")]
    {
        let written = format!("(x**{alpha} - 1)/({alpha}*({alpha} - 1))");
        for (how, tolerance) in [("critic: exact()", 1e-5), ("critic: mlp([16, 16]), steps: 60", 1e-3)] {
            let (near, exact) = (divergence(&written, how), divergence(limit, how));
            for (a, b) in near.iter().zip(exact) {
                assert!((a - b).abs() <= tolerance * exact[2], "alpha({alpha}), {how}: {near:?} and {exact:?}");
            }
        }
    }
}
