//! Flows whose particles lie at their target, flows with one pair of points far from all others, and what a run proves of its end.
use crate::common::printed;

fn numbers(script: &str) -> Vec<f64> {
    printed(script).lines().map(|l| l.parse().unwrap_or_else(|_| panic!("{l}"))).collect()
}

/// A flow that is started at P = Q stays, whatever its D, with steps that are found and with a fixed one: solvers and kernels round,
/// and what is entropic is debiased. Particles move by less than a thousandth of the distance between neighbours, 0.1.
#[test]
fn flows_at_their_target_stay() {
    let flows = [
        "sinkhorn(1.0)",
        "sinkhorn(0.1)",
        "unbalanced(kl(), w2_squared())",
        "unbalanced(kl(), w1())",
        "infconv(kl(), w2_squared())",
        "mmd(gaussian_kernel(1.0))",
        "kl().penalized(rkhs(gaussian_kernel(1.0)), 0.1)",
        "energy()",
        "w2_squared()",
    ];
    for d in flows {
        for options in ["", ", #{ dt: 0.2 }"] {
            let moved = numbers(&format!(
                "let q = data::moons(60); let r = gradient_flow({d}{options}).run(q, q, #{{ steps: 30, seed: 1 }});
                 print(metric::w2(r.particles, q)); print(if r.verdict.starts_with(\"settled\") {{ 1.0 }} else {{ 0.0 }});"
            ));
            assert!(moved[0] < 1e-4 && moved[1] == 1.0, "{d}{options}: {moved:?}");
        }
    }
}

/// The same beyond the sizes that are solved as a flow of arcs, by entropic potentials less those within the particles.
#[test]
fn large_unbalanced_flows_at_their_target_stay() {
    for d in ["unbalanced(kl(), w2_squared())", "unbalanced(kl(), w2_squared()).reversed()"] {
        let moved = numbers(&format!(
            "let q = data::moons(400); let r = gradient_flow({d}, #{{ dt: 0.2 }}).run(q, q, #{{ steps: 3, seed: 1 }});
             print(metric::w2(r.particles, q));"
        ));
        assert!(moved[0] < 1e-4, "{d}: {moved:?}");
    }
}

/// An exact estimate of a sample from itself is 0 to rounding, and that is nothing to remark on.
#[test]
fn a_sample_from_itself_needs_no_remark() {
    for f in ["kl()", "js()", "chi2()"] {
        let said = printed(&format!(
            "let p = data::moons(40); let e = ({f}).regularized(lipschitz(1.0)).estimate(p, p, #{{ critic: exact() }});
             print(e.upper); print(e.remarks.len());"
        ));
        let lines: Vec<&str> = said.lines().collect();
        assert!(lines[0].parse::<f64>().unwrap() < 1e-13 && lines[1] == "0", "{f}: {said}");
    }
}

/// 50 points go to their target as they do alone, though one more pair of points lies at (50, 50): no length of the solver is a share of
/// the largest cost.
#[test]
fn a_pair_far_out_changes_nothing() {
    let far = "fn far(p) { let rows = [[50.0, 50.0]]; for i in 0..p.len() { rows.push([p.col(0)[i], p.col(1)[i]]); } points(rows) }";
    let v = numbers(&format!(
        "{far} let p = data::gaussian(50, 2); let q = data::gaussian(50, 2, #{{ mean: 2.0, std: 0.7 }});
         let flow = gradient_flow(unbalanced(kl(), w2_squared()), #{{ dt: 0.2 }});
         let alone = flow.run(p, q, #{{ steps: 100, seed: 1 }}).particles;
         let both = flow.run(far(p), far(q), #{{ steps: 100, seed: 1 }}).particles;
         print(metric::w2(alone, q)); print(metric::w2(both.rows(1, 51), q)); print(metric::w2(p, q));"
    ));
    assert!((v[0] - v[1]).abs() < 1e-3 * v[2] && v[1] < 0.7 * v[2], "{v:?}");
}

/// The verdict of a run with prepared samples is that of the run on samples that were prepared before.
#[test]
fn verdicts_are_in_prepared_units() {
    let same = printed(
        "let p = data::gaussian(150, 2); let q = data::moons(150); let rows = [];
         for i in 0..150 { rows.push([q.col(0)[i], 100.0 * q.col(1)[i]]); }
         let q = points(rows); let t = standardise(q); let flow = gpa(kl().regularized(lipschitz(1.0)));
         print(flow.run(p, q, #{ steps: 40, seed: 1, prepare: t }).verdict);
         print(flow.run(t.apply(p), t.apply(q), #{ steps: 40, seed: 1 }).verdict);",
    );
    let lines: Vec<&str> = same.lines().collect();
    assert_eq!(lines[0], lines[1]);
}

/// The bracket of a run is that of an exact estimate between its particles and its target; trends compare two parts of its history.
#[test]
fn runs_prove_their_divergence() {
    let v = numbers(
        "let p = data::gaussian(80, 2); let q = data::moons(80); let d = kl().regularized(lipschitz(1.0));
         let r = gpa(d).run(p, q, #{ steps: 20, seed: 1 }); let b = r.bracket;
         let e = d.estimate(r.particles, q, #{ critic: exact() });
         print(b.lower); print(b.upper); print(e.value); print(r.report.divergence_trend); print(r.report.fisher_trend);",
    );
    assert!(v[0] <= v[1] && v[1] - v[0] <= 1e-6 * v[1] && (v[2] - v[0]).abs() <= 1e-5 * v[2], "{v:?}");
    assert!(v[3] > 0.0 && v[3] < 1.0 && v[4] > 0.0, "{v:?}");
}
