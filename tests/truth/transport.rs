//! T12, Sinkhorn against plain matrices, unbalanced transport, sliced distances, Rényi.
use crate::common::{column, estimate, printed, upload};
use gflow::critic::SolverBuilder;
use gflow::critic::estimate::{EstimateOptions, estimate_optimizer};
use gflow::critic::exact::Exact;
use gflow::critic::mlp::MlpBuilder;
use gflow::dataset::gaussian::gaussian;
use gflow::divergence::Divergence;
use gflow::divergence::renyi::{Order, Regularized};
use gflow::generator::named;
use gflow::interrupt::Interrupt;
use gflow::metric;
use gflow::random;
use gflow::space::Lipschitz;
use gflow::transport::exact::exact;
use gflow::transport::ground::Cost;
use gflow::transport::sinkhorn::{Problem, Side, SinkhornOptions, divergence, sinkhorn};
use rand::Rng;
use rand_distr::StandardNormal;
use std::sync::Arc;

fn sample(n: usize, d: usize, seed: u64, stream: u64) -> Vec<f64> {
    let mut rng = random::rng(seed, stream);
    (0..n * d).map(|_| rng.sample(StandardNormal)).collect()
}

/// T12: mean{φ + ψ − λ(φ + ψ − ½|x − y|²)₊} over all pairs, the dual of transport with dπ ≤ λ dμ⊗ν. At the exact
/// potentials it is ½W₂² for every λ; they are optimal for λ ≥ n, not below, and below 1 it has no bound.
#[test]
fn the_all_pairs_hinge_is_capacity_constrained_transport() {
    let n = 12;
    let (x, y) = (sample(n, 2, 3, 0), sample(n, 2, 3, 1));
    let half = |i: usize, j: usize| 0.5 * ((x[2 * i] - y[2 * j]).powi(2) + (x[2 * i + 1] - y[2 * j + 1]).powi(2));
    let e = exact(&x, &y, 2, 2.0, &Interrupt::default()).unwrap();
    // cost |x − y|²: halve everything; ψ of the hinge is −ψ of ours
    let phi: Vec<f64> = e.phi.iter().map(|v| 0.5 * v).collect();
    let psi: Vec<f64> = e.psi.iter().map(|v| -0.5 * v).collect();
    let value = |phi: &[f64], psi: &[f64], lambda: f64| -> f64 {
        let pair = |i: usize, j: usize| phi[i] + psi[j] - lambda * (phi[i] + psi[j] - half(i, j)).max(0.0);
        (0..n * n).map(|k| pair(k / n, k % n)).sum::<f64>() / (n * n) as f64
    };
    let w = 0.5 * e.cost;
    for lambda in [0.5, 2.0, n as f64, 100.0] {
        assert!((value(&phi, &psi, lambda) - w).abs() < 1e-12);
    }
    let ascent = |lambda: f64, steps: usize| {
        let (mut p, mut q) = (phi.clone(), psi.clone());
        let mut best = w;
        for s in 0..steps {
            let rate = 0.5 / (1.0 + s as f64).sqrt();
            let (mut gp, mut gq) = (vec![1.0 / n as f64; n], vec![1.0 / n as f64; n]);
            for k in 0..n * n {
                if p[k / n] + q[k % n] > half(k / n, k % n) {
                    gp[k / n] -= lambda / (n * n) as f64;
                    gq[k % n] -= lambda / (n * n) as f64;
                }
            }
            p.iter_mut().zip(gp).for_each(|(v, g)| *v += rate * g);
            q.iter_mut().zip(gq).for_each(|(v, g)| *v += rate * g);
            best = f64::max(best, value(&p, &q, lambda));
        }
        best
    };
    assert!(ascent(n as f64, 3000) <= w + 1e-9, "the potentials are optimal from λ = n on");
    assert!(ascent(3.0, 3000) > w * 1.01, "a tight capacity costs more");
    assert!(value(&phi.iter().map(|v| v + 1e6).collect::<Vec<f64>>(), &psi, 0.9) > 1e4, "below 1 there is no bound");
    // optimality at λ = n: the plan is a supergradient, within the capacity, on tight pairs only
    for (i, j, m) in &e.plan {
        assert!(*m <= n as f64 / (n * n) as f64 + 1e-15 && (phi[*i] + psi[*j] - half(*i, *j)).abs() < 1e-12);
    }
}

/// Plain dense Sinkhorn in the log domain, f64: the value Σ a φ − Σ b ψ after many iterations.
fn dense(x: &[f64], y: &[f64], d: usize, power: f64, epsilon: f64) -> f64 {
    let (n, m) = (x.len() / d, y.len() / d);
    let c = |i: usize, j: usize| (0..d).map(|k| (x[i * d + k] - y[j * d + k]).powi(2)).sum::<f64>().powf(0.5 * power);
    let (mut phi, mut g) = (vec![0.0f64; n], vec![0.0f64; m]);
    for _ in 0..4000 {
        for (i, phi) in phi.iter_mut().enumerate() {
            let v: Vec<f64> = (0..m).map(|j| (g[j] - c(i, j)) / epsilon).collect();
            let top = v.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            *phi = -epsilon * (top + (v.iter().map(|v| (v - top).exp()).sum::<f64>() / m as f64).ln());
        }
        for (j, g) in g.iter_mut().enumerate() {
            let v: Vec<f64> = (0..n).map(|i| (phi[i] - c(i, j)) / epsilon).collect();
            let top = v.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            *g = -epsilon * (top + (v.iter().map(|v| (v - top).exp()).sum::<f64>() / n as f64).ln());
        }
    }
    phi.iter().sum::<f64>() / n as f64 + g.iter().sum::<f64>() / m as f64
}

#[test]
fn sinkhorn_divergences_against_plain_matrices() {
    for (power, epsilon, d) in [(2.0, 0.3, 2), (1.0, 0.1, 3), (1.5, 0.2, 1), (2.0, 2.0, 9)] {
        let (x, y) = (sample(40, d, 5, 0), sample(30, d, 5, 1));
        let expected = dense(&x, &y, d, power, epsilon)
            - 0.5 * dense(&x, &x, d, power, epsilon)
            - 0.5 * dense(&y, &y, d, power, epsilon);
        let o = SinkhornOptions { epsilon, tolerance: 1e-11, iterations: 20_000 };
        let s = divergence(
            (&x, &[1.0 / 40.0; 40]),
            (&y, &[1.0 / 30.0; 30]),
            d,
            Cost::new(1.0, power).unwrap(),
            &o,
            [None; 3],
            &Interrupt::default(),
        )
        .unwrap();
        assert!(s.failure(&o).is_none());
        assert!(
            (s.value - expected).abs() < 1e-9 * (1.0 + expected),
            "p {power}, ε {epsilon}: {} and {expected}",
            s.value
        );
    }
}

/// Both marginals free: at the optimum each has the mass its price asks for, x = f*'(price), to the tolerance.
#[test]
fn unbalanced_transport_satisfies_its_first_order_conditions() {
    let (x, y) = (sample(30, 2, 8, 0), sample(25, 2, 8, 1));
    let (a, b) = (vec![1.0 / 30.0; 30], vec![1.0 / 25.0; 25]);
    for name in ["kl", "chi2", "tv", "hellinger", "js", "jeffreys"] {
        let f = named::find(name).unwrap().build(&[]).unwrap();
        let cost = Cost::new(1.0, 2.0).unwrap();
        let p = Problem { x: &x, y: &y, d: 2, cost, a: &a, b: &b, rows: Side::Free(&f), columns: Side::Free(&f) };
        let e = sinkhorn(
            &p,
            &SinkhornOptions { epsilon: 0.2, tolerance: 1e-9, iterations: 20_000 },
            None,
            &Interrupt::default(),
        )
        .unwrap();
        assert!(e.converged, "{name}: error {}", e.error);
        let c = |i: usize, j: usize| (0..2).map(|k| (x[2 * i + k] - y[2 * j + k]).powi(2)).sum::<f64>();
        let mass = |i: usize, j: usize| a[i] * b[j] * ((e.phi[i] - e.psi[j] - c(i, j)) / 0.2).exp();
        for (j, psi) in e.psi.iter().enumerate() {
            let got = (0..30).map(|i| mass(i, j)).sum::<f64>() / b[j];
            let (left, right) = (f.conjugate_grad(psi - 1e-6), f.conjugate_grad(psi + 1e-6));
            assert!(
                got >= left - 1e-5 && got <= right + 1e-5,
                "{name}: column {j} has {got}, its price asks for {left} to {right}"
            );
        }
        for (i, phi) in e.phi.iter().enumerate() {
            let got = (0..25).map(|j| mass(i, j)).sum::<f64>() / a[i];
            let (left, right) = (f.conjugate_grad(-phi - 1e-6), f.conjugate_grad(-phi + 1e-6));
            assert!(
                got >= left - 1e-5 && got <= right + 1e-5,
                "{name}: row {i} has {got}, its price asks for {left} to {right}"
            );
        }
    }
}

/// SW ≤ max-sliced ≤ W₂, and a shift is found to rounding: its direction has the whole distance.
#[test]
fn max_sliced_finds_the_shift() {
    let z = gaussian(200, 5, &Default::default(), &mut random::rng(2, 0)).unwrap();
    let moved = gflow::dataset::Rows {
        data: z.data.iter().enumerate().map(|(i, v)| if i % 5 == 3 { v + 2.0 } else { *v }).collect(),
        ..z.clone()
    };
    let at = |name: &str| metric::by_name(name).unwrap().evaluate(&upload(z.clone()), &upload(moved.clone())).unwrap();
    let (sliced, best, w2) = (at("sliced"), at("max_sliced"), at("w2"));
    assert!((best - 2.0).abs() < 1e-6 && sliced < best && best <= w2 + 1e-9, "{sliced} {best} {w2}");
}

/// Rényi between Diracs a distance r apart: inf over the mass s that moves of L r s − ln(s)/α, at s = min(1, 1/(α L r)).
#[test]
fn renyi_of_diracs() {
    for alpha in [1.001, 1.5, 2.0, 5.0] {
        for (l, r) in [(1.0, 0.1), (1.0, 3.0), (4.0, 0.5)] {
            let d: Arc<dyn Divergence> =
                Arc::new(Regularized { order: Order::new(alpha).unwrap(), space: Lipschitz::new(l).unwrap() });
            let e = estimate(
                &d,
                &column(&[r]),
                &column(&[0.0]),
                &SolverBuilder(Arc::new(Exact::default())),
                &EstimateOptions::default(),
            );
            let s = f64::min(1.0, 1.0 / (alpha * l * r));
            let exact = l * r * s - s.ln() / alpha;
            // 0.1 is rounded to f32
            assert!(
                (e.value - exact).abs() < 1e-6 * exact && e.upper - e.lower < 1e-8,
                "α {alpha}, L {l}, r {r}: {} to {} for {exact}",
                e.lower,
                e.upper
            );
        }
    }
}

/// Between samples both bounds meet, a network's bound lies below, and the value falls with α.
#[test]
fn renyi_closes() {
    let p = upload(gaussian(25, 2, &Default::default(), &mut random::rng(6, 0)).unwrap());
    let q = upload(gaussian(20, 2, &Default::default(), &mut random::rng(6, 1)).unwrap()).add_scalar(0.6);
    let mut last = f64::INFINITY;
    for alpha in [1.001, 1.5, 2.0, 5.0] {
        let d: Arc<dyn Divergence> =
            Arc::new(Regularized { order: Order::new(alpha).unwrap(), space: Lipschitz::new(1.0).unwrap() });
        let e = estimate(&d, &p, &q, &SolverBuilder(Arc::new(Exact::default())), &EstimateOptions::default());
        assert!(e.upper - e.lower < 1e-8 && e.lower <= e.upper + 1e-12, "α {alpha}: {} to {}", e.lower, e.upper);
        // 1/(α(α − 1)) makes it fall with α
        assert!(e.value.is_finite() && e.value < last);
        last = e.value;
        let mlp = MlpBuilder {
            optimizer: estimate_optimizer(),
            ..MlpBuilder::new(vec![32, 32], Default::default()).unwrap()
        };
        let n = estimate(&d, &p, &q, &mlp, &EstimateOptions { steps: 600, ..Default::default() });
        // −softplus of a Lipschitz network is flatter than what it may be: it proves 75 to 99 %
        assert!(
            n.lower <= e.upper + 1e-9 && n.lower > 0.7 * e.value && (n.upper - e.upper).abs() < 1e-8,
            "α {alpha}: the network proves {} to {}, exact {}",
            n.lower,
            n.upper,
            e.value
        );
    }
}

/// Refusals say why: what composes and what does not.
#[test]
fn nonsense_is_refused_with_the_reason() {
    for (script, words) in [
        ("infconv(kl(), chi2())", "no metric between P and its proxy"),
        ("infconv(kl(), w2())", "its root is not a linear cost"),
        ("infconv(kl(), sinkhorn(0.1))", "not a supremum"),
        ("infconv(kl(), w1() + w2_squared())", "sum"),
        ("infconv(kl(), kl().regularized(lipschitz(1.0)))", "two discrepancies"),
        ("energy_kernel() * gaussian_kernel(1.0)", "conditionally positive definite"),
        ("kl().penalized(rkhs(energy_kernel()), 0.1)", "positive definite"),
        ("kl().penalized(rkhs(gaussian_kernel(1.0)), 0.0)", "> 0"),
        ("mmd(gaussian_kernel(1.0)).estimate([[0.0]], [[1.0]], #{ critic: exact() })", "kernel term"),
        ("mmd(gaussian_kernel(1.0)).estimate([[0.0]], [[1.0]], #{ critic: mlp([8]) })", "Lipschitz"),
        ("w1().estimate([[0.0]], [[1.0]], #{ critic: exact(), lr: 0.1 })", "not trained"),
        ("w1().estimate([[0.0], [1.0]], [[1.0]], #{ critic: exact(), source_weights: [0.5, 0.6] })", "sum to 1.1"),
        (
            "w1().estimate([[0.0], [1.0]], [[1.0]], #{ critic: exact(), source_weights: [1.5, -0.5] })",
            "weight 1 is -0.5",
        ),
        ("w1().estimate([[0.0], [1.0]], [[1.0]], #{ critic: exact(), source_weights: [1.0] })", "2 weights"),
        ("sinkhorn(0.0)", "> 0"),
        ("entropic(#{ epsilon: 0.0 })", "> 0"),
        ("renyi(1.0)", "other than 1"),
        ("mmd(gaussian_kernel(1.0)).path([[0.0]], [[1.0]], [1.0])", "lipschitz(L)"),
        ("kl().regularized(lipschitz(1.0)).two_sample_test([[0.0]], [], #{ permutations: 9 })", "empty"),
    ] {
        let text = printed(script);
        assert!(text.contains("error") && text.contains(words), "{script}: {text}");
    }
}

/// Hard bounds of unbalanced transport: Diracs at distance r, min over the mass m of m r² + 2 f(m) for one f on both sides.
#[test]
fn unbalanced_transport_of_diracs() {
    for name in ["kl", "chi2", "tv", "hellinger", "reverse_kl", "jeffreys"] {
        let f = named::find(name).unwrap().build(&[]).unwrap();
        let slope = 0.5 * (f.slope_at_one().0 + f.slope_at_one().1);
        for r in [0.3f64, 1.0, 2.0] {
            let total = |m: f64| m * r * r + 2.0 * (f.f(m) - slope * (m - 1.0));
            let exact = (0..=40_000)
                .map(|k| total(f64::from(k) / 20_000.0))
                .filter(|v| v.is_finite())
                .fold(f64::INFINITY, f64::min);
            let script = format!(
                "let e = unbalanced({name}(), w2_squared()).estimate([[{r}]], [[0.0]]);\nprint(`${{e.lower}} ${{e.upper}}`);"
            );
            let v: Vec<f64> = printed(&script).split_whitespace().map(|v| v.parse().unwrap()).collect();
            // the grid of masses and entropy at ε = r²/1000 leave a thousandth
            assert!(
                v[0] <= exact + 1e-6 && v[1] >= exact - 1e-6 && v[1] - v[0] < 5e-3 * (1.0 + exact),
                "{name}, r {r}: {v:?} for {exact}"
            );
        }
    }
}
