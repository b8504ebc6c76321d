//! T1, T3, T4 and T10: (f,Γ)-divergences and flows with known values.
use crate::common::{column, estimate, generators, named_divergence, normal_quantiles, regularized};
use gflow::critic::estimate::{Estimate, EstimateOptions, estimate_optimizer};
use gflow::critic::mlp::{Activation, MlpBuilder, MlpOptions};
use gflow::device::Points;
use gflow::divergence::Divergence;
use gflow::flow::{Dt, Ending, ParticleOptions, ParticleRecipe, Run, RunOptions, flow_optimizer};
use gflow::interrupt::Interrupt;
use std::sync::Arc;

fn fit(d: &Arc<dyn Divergence>, p: &Points, q: &Points, steps: usize, seed: u64) -> Estimate {
    let critic =
        MlpBuilder { optimizer: estimate_optimizer(), ..MlpBuilder::new(vec![32, 32], MlpOptions::default()).unwrap() };
    let options = EstimateOptions { steps, seed, ..Default::default() };
    estimate(d, p, q, &critic, &options)
}

/// T1: between Diracs D = L|a − b| for every f (Birrell's convention). The certified bound is exact there; the
/// network, a hard L-Lipschitz function, reaches at least 97 % and never more.
#[test]
fn diracs() {
    for g in generators() {
        for (l, a, b) in [(1.0, 0.0, 3.0), (2.0, -1.0, 0.5)] {
            let e = fit(&regularized(&g, l), &column(&[a]), &column(&[b]), 150, 1);
            let exact = l * (b - a).abs();
            assert!((e.lower - exact).abs() < 1e-6, "{}: lower bound {} for {exact}", g.name(), e.lower);
            assert!(e.value <= exact * 1.0001 && e.value > 0.97 * exact, "{}: {} for {exact}", g.name(), e.value);
        }
    }
}

/// T3: N(Δ, s²) against N(0, s²): Δ²/(2s²) while Δ ≤ Ls², then LΔ − L²s²/2. Quantile grids of 800 points carry
/// almost no sampling error; 2 % covers it and the network.
#[test]
fn equal_covariance_gaussians() {
    let z = normal_quantiles(800);
    for (delta, s, l, seed) in [(0.5, 1.0, 1.0, 1), (3.0, 1.0, 1.0, 2), (1.0, 0.7, 3.0, 3)] {
        let exact = if delta <= l * s * s { delta * delta / (2.0 * s * s) } else { l * delta - 0.5 * l * l * s * s };
        let p: Vec<f64> = z.iter().map(|z| delta + s * z).collect();
        let q: Vec<f64> = z.iter().map(|z| s * z).collect();
        let e = fit(&named_divergence("kl", l), &column(&p), &column(&q), 800, seed);
        assert!((e.value - exact).abs() < 0.02 * exact, "Δ {delta}: {} for {exact}", e.value);
        assert!(e.lower <= exact * 1.03 && e.lower > 0.97 * exact, "Δ {delta}: lower {} for {exact}", e.lower);
    }
}

/// T4: U[0, 1+c] against U[0, 1], L = 1, c = 0.1 → 0.0258190.
#[test]
fn overlapping_uniforms() {
    let n = 1100;
    let p: Vec<f64> = (0..n).map(|i| 1.1 * (i as f64 + 0.5) / n as f64).collect();
    let q: Vec<f64> = (0..1000).map(|i| (i as f64 + 0.5) / 1000.0).collect();
    let e = fit(&named_divergence("kl", 1.0), &column(&p), &column(&q), 1500, 4);
    assert!((e.value - 0.025_819).abs() < 0.025_819 * 0.03, "{}", e.value);
    assert!(e.lower <= 0.025_819 * 1.003, "{}", e.lower);
}

fn run(divergence: Arc<dyn Divergence>, p: &[f64], q: &[f64], dt: f64, steps: usize) -> Run {
    let critic = MlpBuilder {
        optimizer: flow_optimizer(),
        ..MlpBuilder::new(vec![32, 32], MlpOptions { activation: Activation::LeakyRelu, ..Default::default() }).unwrap()
    };
    let options = ParticleOptions { dt: Dt::Fixed(dt), inner_steps: 20, warm_up: 400, ..Default::default() };
    let recipe =
        ParticleRecipe { algorithm: "gpa".into(), divergence, options, critic: Arc::new(critic), explicit: true };
    let mut run = Run::new(
        &recipe,
        column(p),
        column(q),
        None,
        RunOptions { steps, seed: Some(1), record_every: 1, ..Default::default() },
        &Interrupt::default(),
    )
    .unwrap();
    assert!(matches!(run.advance(steps, &Interrupt::default(), &mut |_| {}), Ending::Finished));
    run
}

/// T10 with T3: the distance between the means falls at rate min(Δ/s², L), and dD/dt = −mean|v|² along the way.
#[test]
fn dissipation() {
    let z = normal_quantiles(400);
    let p: Vec<f64> = z.iter().map(|z| 4.0 + z).collect();
    let r = run(named_divergence("kl", 1.0), &p, &z, 0.05, 40);
    let mean = gflow::device::rows_f64(&r.state.particles).unwrap().iter().sum::<f64>() / 400.0;
    // two time units at unit rate: 4 → 2; the critic saturates at slope L almost everywhere
    assert!((mean - 2.0).abs() < 0.1, "mean {mean}");
    let (d, fisher) = (r.history.column("divergence").unwrap(), r.history.column("fisher").unwrap());
    let dissipated: f64 = fisher[1..41].iter().map(|f| 0.05 * f).sum();
    let fallen = d[1] - d[40];
    assert!((fallen - dissipated).abs() < 0.1 * dissipated, "D fell by {fallen}, ∫|v|² is {dissipated}");
}

/// A reversed divergence moves the particles too, and its estimate is that of the exchanged pair.
#[test]
fn reversed_exchanges_the_samples() {
    let z = normal_quantiles(200);
    let p: Vec<f64> = z.iter().map(|z| 2.0 + 0.5 * z).collect();
    let d = named_divergence("kl", 1.0);
    let reversed: Arc<dyn Divergence> = Arc::new(gflow::divergence::Reversed(d.clone()));
    let a = fit(&reversed, &column(&p), &column(&z), 600, 1).value;
    let b = fit(&d, &column(&z), &column(&p), 600, 1).value;
    assert!((a - b).abs() < 0.02 * b, "{a} and {b}");
    let r = run(reversed, &p, &z, 0.1, 15);
    let mean = gflow::device::rows_f64(&r.state.particles).unwrap().iter().sum::<f64>() / 200.0;
    assert!(mean < 1.5, "the particles stayed at {mean}");
}
