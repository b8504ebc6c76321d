//! Kernels without a width, steps without a length: what is found from the samples, and that units do not matter to it.
use crate::common::printed;

fn number(script: &str) -> f64 {
    let (before, last) = script.rsplit_once(';').unwrap_or(("", script));
    printed(&format!("{before}; print({last});")).trim().parse().unwrap()
}

/// From s·P to s·Q a run with nothing set is s times that from P to Q, bit for bit where s is a power of two; `langevin` where the density
/// is that of s·x. Names of flows are formulas in S.
#[test]
fn units_do_not_matter_to_kernels() {
    for flow in [
        "mmd_flow()",
        "mmd_flow(#{ noise: 0.01 * S })",
        "mmd_flow(laplace_kernel())",
        "kale_flow()",
        "kale_flow(gaussian_kernel(), #{ lambda: 0.1 })",
        "gradient_flow(chi2().penalized(rkhs(imq_kernel()), 0.1))",
        "gradient_flow(mmd(gaussian_kernel()))",
        "jko(mmd(gaussian_kernel()))",
        "langevin(|x| -0.5 * dot(x / S - 3.0, x / S - 3.0))",
    ] {
        let run = |s: f64| {
            let flow = flow.replace('S', &format!("{s:?}"));
            let script = format!(
                "let run = {flow}.run(data::gaussian(40, 2) * {s:?}, data::moons(40) * {s:?}, #{{ steps: 110 }});
                 print((run.particles * {:?}).to_array());",
                1.0 / s
            );
            printed(&script)
        };
        let one = run(1.0);
        for s in [0.0009765625, 1024.0] {
            assert_eq!(run(s), one, "{flow} times {s}");
        }
    }
}

/// N(0, I) to moons of size 1000 and 0.001 in 120 steps: a Gaussian of the moments of the target lies 2.5 times as far away as
/// the particles, at least (measured: 3.5 and more), and these are no copies.
#[test]
fn kernel_flows_need_no_settings() {
    for (flow, scale, seed) in [("mmd_flow()", 1000.0, 3), ("mmd_flow()", 0.001, 4), ("kale_flow()", 1000.0, 5)] {
        let script = format!(
            "seed({seed}); let q = data::moons(150) * {scale:?}; let fresh = data::moons(150) * {scale:?};
             let run = {flow}.run(data::gaussian(150, 2), q, #{{ steps: 120 }});
             let moments = whiten(q).back(data::gaussian(150, 2));
             print(`${{metric::w2(moments, q) / metric::w2(run.particles, q)}} ${{run.report.nearness}}`);"
        );
        let out = printed(&script);
        let v: Vec<f64> = out.split_whitespace().map(|v| v.parse().unwrap_or_else(|_| panic!("{out}"))).collect();
        assert!(v[0] >= 2.5, "{flow} times {scale}: {v:?}");
        assert!(v[1] >= 0.6, "{flow} times {scale}: {v:?}");
    }
}

/// A width that is found is that of the median rule over both samples, and the name of what was computed says it; one that is
/// named is that one.
#[test]
fn widths_follow_the_median_rule() {
    let samples = "let p = data::gaussian(60, 2); let q = data::ring(60);";
    for (found, named) in [
        ("mmd(gaussian_kernel()).estimate(p, q).value", "mmd(gaussian_kernel(w)).estimate(p, q).value"),
        ("metric::mmd(p, q, laplace_kernel())", "metric::mmd(p, q, laplace_kernel(w))"),
        (
            "kl().penalized(rkhs(imq_kernel()), 0.1).estimate(p, q).lower",
            "kl().penalized(rkhs(imq_kernel(w)), 0.1).estimate(p, q).lower",
        ),
        (
            "mmd(gaussian_kernel()).two_sample_test(p, q, #{ permutations: 49 }).statistic",
            "mmd(gaussian_kernel(w)).two_sample_test(p, q, #{ permutations: 49 }).statistic",
        ),
    ] {
        let both = format!("{samples} let w = median_width(p.concat(q)); let a = {found}; let b = {named}; a - b");
        assert_eq!(number(&both), 0.0, "{found}");
    }
    let said = printed(&format!(
        "{samples} let e = 2.0 * mmd(0.5 * gaussian_kernel() + laplace_kernel()); print(e.estimate(p, q)); print(median_width(p.concat(q)));"
    ));
    let width = said.split_whitespace().last().unwrap();
    assert!(
        said.contains(&format!("gaussian_kernel({width})")) && said.contains(&format!("laplace_kernel({width})")),
        "{said}"
    );
}

/// Langevin dynamics with nothing set has the moments of a Gaussian of any size: a step of a tenth of its variance widens it by
/// 2.6 %, a part of what two samples of 2000 lie apart.
#[test]
fn langevin_finds_its_step() {
    for scale in [0.001, 1.0, 1000.0] {
        let script = format!(
            "let run = langevin(|x| -0.5 * dot(x / {scale:?} - 2.0, x / {scale:?} - 2.0)).run(data::gaussian(2000, 2), data::gaussian(9, 2) * {scale:?}, #{{ steps: 150, seed: 1 }});
             let x = run.particles / {scale:?};
             let draw = || data::gaussian(2000, 2, #{{ mean: 2.0 }});
             let fresh = draw.call();
             print(`${{metric::w2(x, fresh) / metric::w2(draw.call(), fresh)}} ${{run.report.dt / {:?}}}`);",
            scale * scale
        );
        let out = printed(&script);
        let v: Vec<f64> = out.split_whitespace().map(|v| v.parse().unwrap_or_else(|_| panic!("{out}"))).collect();
        assert!(v[0] < 1.4, "scale {scale}: {v:?}");
        assert!((v[1] - 0.1).abs() < 1e-4, "scale {scale}: {v:?}");
    }
    // a density with kinks and one whose curvature grows without bound
    for density in ["-norm(x)", "-sum((x * 100.0)**4)"] {
        let script = format!(
            "let x = langevin(|x| {density}).run(data::gaussian(200, 2), data::ring(9), #{{ steps: 300 }}).particles; metric::w2(x, x * 0.0)"
        );
        let far = number(&script);
        assert!(far.is_finite() && far < 3.0, "{density}: {far}");
    }
}
