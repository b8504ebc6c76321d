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

/// An f that is infinite below 1/4 asks that no part of Q be thinned beyond that: here nothing has to be, and D is L W1 = 0.125. The
/// potentials that attain it lie where f* of the other values is infinite; what they prove is shown.
#[test]
fn what_an_infinite_f_proves_is_shown() {
    let out = crate::common::printed(
        "let f = f_divergence(\"short\", |x| if x < 0.25 { 1.0/0.0 } else { x*ln(x) - x + 1 });
         let e = f.regularized(lipschitz(1.0)).estimate(points([[0.0], [1.0]]), points([[1.0], [0.25]]), #{ critic: exact() });
         print(`${e.value} ${e.lower} ${e.upper}`);",
    );
    for v in out.split_whitespace().map(|v| v.parse::<f64>().unwrap()) {
        assert!((v - 0.125).abs() < 1e-12, "{out}");
    }
}
