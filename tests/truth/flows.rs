//! Flows whose rates and limits are known: T6, T8, T11 and T12.
use crate::common::{cpu, normal_quantiles, printed, session_in};
use crate::differences::partial;
use burn::tensor::{Tensor, TensorData};
use gflow::critic::pair::hinge::{Costs, Slices};
use gflow::device::values;
use gflow::interrupt::Interrupt;
use gflow::transport::exact::exact;

fn number(script: &str) -> f64 {
    let (mut s, _) = session_in(None, &[]);
    s.eval("t", script).unwrap_or_else(|d| panic!("{script}\n{}", d.message)).as_float().unwrap()
}

/// T6: with the exact map W₂ shrinks by 1 − ε a step, forwards, and by 1/(1 + τ) for the implicit scheme; five seeds,
/// f32 particles keep 1e-4. The Sinkhorn divergence of small ε follows within 2 %.
#[test]
fn w2_flows_shrink_at_their_rate() {
    for seed in 0..5 {
        let setup = format!(
            "seed({seed}); let p = data::gaussian(60, 2, #{{ mean: 3.0 }}); let q = data::ring(60); let before = metric::w2(p, q);"
        );
        let euler = number(&format!(
            "{setup} let r = gradient_flow(0.5 * w2_squared(), #{{ dt: 0.1 }}).run(p, q, #{{ steps: 5 }}); metric::w2(r.particles, q) / before"
        ));
        assert!((euler - 0.9f64.powi(5)).abs() < 1e-4, "seed {seed}: {euler}");
        let implicit = number(&format!(
            "{setup} let r = jko(0.5 * w2_squared(), #{{ tau: 0.5, tolerance: 1e-5 }}).run(p, q, #{{ steps: 2 }}); metric::w2(r.particles, q) / before"
        ));
        assert!((implicit - 1.5f64.powi(-2)).abs() < 1e-3, "seed {seed}: {implicit}");
        let soft = number(&format!(
            "{setup} let r = gradient_flow(0.5 * sinkhorn(0.1), #{{ dt: 0.1 }}).run(p, q, #{{ steps: 5 }}); metric::w2(r.particles, q) / before"
        ));
        assert!((soft / 0.9f64.powi(5) - 1.0).abs() < 0.02, "seed {seed}: {soft}");
    }
}

/// T6: before arrival W₁ falls at unit rate.
#[test]
fn the_w1_flow_falls_at_unit_rate() {
    let fall = number(
        "let p = data::gaussian(50, 2, #{ mean: 6.0 }); let q = data::gaussian(50, 2); let r = gradient_flow(w1(), #{ dt: 0.1, critic: exact() }).run(p, q, #{ steps: 20 }); (metric::w1(p, q) - metric::w1(r.particles, q)) / r.time",
    );
    assert!((fall - 1.0).abs() < 1e-4, "{fall}");
}

/// T8: the JKO step λW₂² + KL from N(m₁, s₁²) towards N(0, s₂²) is Gaussian with known mean and deviation; as the
/// proximal law of infconv(kl, λW₂²) between 400 quantiles a side, whose spacing leaves 2 %.
#[test]
fn a_jko_step_between_gaussians() {
    for (lambda, m1, s1, s2) in [(0.5f64, 1.0f64, 0.7f64, 1.0f64), (1.0, -0.8, 1.1, 0.9), (2.0, 0.5, 0.6, 1.0)] {
        let z = normal_quantiles(400);
        let list =
            |v: Vec<f64>| format!("points([{}])", v.iter().map(|v| format!("[{v:e}]")).collect::<Vec<_>>().join(","));
        let p = list(z.iter().map(|z| m1 + s1 * z).collect());
        let targets: Vec<f64> = z.iter().map(|z| s2 * z).collect();
        let script = format!(
            "let e = infconv(kl(), {lambda:?} * w2_squared()).estimate({p}, {}, #{{ critic: exact() }}); print(e.proximal)",
            list(targets.clone())
        );
        let text = printed(&script);
        let w: Vec<f64> = text.trim().trim_matches(['[', ']']).split(',').map(|v| v.trim().parse().unwrap()).collect();
        let mean: f64 = w.iter().zip(&targets).map(|(w, x)| w * x).sum();
        let deviation = w.iter().zip(&targets).map(|(w, x)| w * (x - mean) * (x - mean)).sum::<f64>().sqrt();
        let c = 1.0 / (2.0 * s2 * s2);
        let (m, s) = (
            lambda * m1 / (lambda + c),
            (lambda * s1 + (lambda * lambda * s1 * s1 + 2.0 * lambda + 1.0 / (s2 * s2)).sqrt())
                / (2.0 * lambda + 1.0 / (s2 * s2)),
        );
        assert!(
            (mean - m).abs() < 0.02 && (deviation - s).abs() < 0.02,
            "λ {lambda}: mean {mean} for {m}, deviation {deviation} for {s}"
        );
    }
}

/// T11 and T3 together: between N(0, 1) and N(3, 1) the W1+W2 flow with L = 1 balances L·m against λm²/2: it moves by
/// m = L/λ as long as the rest stays beyond Ls². Its potential is linear: kinetic energy λm²/2, straight paths, and
/// no Hamilton–Jacobi residual. A trained potential reaches 10 % of
/// displacement and energy; its residual, of second derivatives, is held to 0.3.
#[test]
fn the_proximal_flow_moves_as_far_as_it_pays() {
    let script = "let p = data::gaussian(400, 1); let q = data::gaussian(400, 1, #{ mean: 3.0 });
        let r = w1w2_flow(kl().regularized(lipschitz(1.0)), #{ lambda: 0.8, potential: mlp([32, 32]), critic: mlp([32, 32]), batch: 0, lr: 5e-3, generator_lr: 3e-3 }).run(p, q, #{ steps: 250 });
        [r.particles.mean()[0] - p.mean()[0], r.report.kinetic, r.report.straightness, r.report.hamilton_jacobi]";
    let (mut s, _) = session_in(None, &[]);
    let v: Vec<f64> =
        s.eval("t", script).unwrap().into_array().unwrap().into_iter().map(|v| v.as_float().unwrap()).collect();
    assert!((v[0] - 1.25).abs() < 0.125, "moved by {}", v[0]);
    assert!((v[1] - 0.8 * 1.25 * 1.25 / 2.0).abs() < 0.125, "kinetic energy {}", v[1]);
    assert!(v[2] > 0.99 && v[3] < 0.3, "straightness {}, residual {}", v[2], v[3]);
}

/// T12: the hinge over all pairs prices plans with dπ ≤ λ dP⊗dQ: W for λ ≥ n, more for less, no bound below 1.
#[test]
fn the_hinge_is_capacity_constrained_transport() {
    let n = 6;
    let device = cpu().device;
    let (y, x): (Vec<f64>, Vec<f64>) = (
        (0..n).map(|i| (i as f64 * 1.7).sin() * 2.0).collect(),
        (0..n).map(|i| (i as f64 * 0.9).cos() + 1.0).collect(),
    );
    let cost: Vec<f32> = y.iter().flat_map(|a| x.iter().map(move |b| (0.5 * (a - b) * (a - b)) as f32)).collect();
    let c = Slices(cost);
    let truth = 0.5 * exact(&y, &x, 1, 2.0, &Interrupt::default()).unwrap().cost;
    let solve = |lambda: f64| {
        let zero = || Tensor::<1>::from_data(TensorData::new(vec![0.0f32; n], [n]), &device);
        let (mut phi, mut psi, mut best) = (zero(), zero(), f64::NEG_INFINITY);
        // subgradient ascent with falling steps: 20,000 of them leave 1 %
        for t in 0..20_000 {
            let (value, a, b) = c.hinge(&phi, &psi, lambda).unwrap();
            best = best.max(f64::from(values(&value).unwrap()[0]));
            let step = 3.0 / (1.0 + t as f64 * 0.02);
            phi = phi + a.mul_scalar(step);
            psi = psi + b.mul_scalar(step);
        }
        best
    };
    let (full, half, none) = (solve(n as f64), solve(1.5), solve(0.9));
    assert!((full / truth - 1.0).abs() < 0.01, "λ = n: {full} for {truth}");
    assert!(half > 1.05 * truth, "λ = 1.5: {half} for {truth}");
    assert!(none > 10.0 * truth, "λ = 0.9: {none}");
}

/// The drift of a traced log density against its closed form: two runs with the same noise differ by Δt·∇ln π alone.
#[test]
fn langevin_follows_the_traced_gradient() {
    let script = "let p = points([[0.3, -1.2], [2.0, 0.7], [-4.0, 40.0]]);
        let f = |x| logsumexp([-0.5 * dot(x - [1.0, 0.0], x - [1.0, 0.0]), ln(3.0) - norm(x + 1.0)]);
        let a = langevin(f, #{ dt: 0.5 }).run(p, p, #{ steps: 1, runaway: 1000.0 });
        let b = langevin(|x| 0.0 * x[0], #{ dt: 0.5 }).run(p, p, #{ steps: 1, runaway: 1000.0 });
        (2.0 * (a.particles - b.particles)).to_array()";
    let (mut s, _) = session_in(None, &[]);
    let rows: Vec<Vec<f64>> = s
        .eval("t", script)
        .unwrap_or_else(|d| panic!("{}", d.message))
        .into_array()
        .unwrap()
        .into_iter()
        .map(|r| r.into_array().unwrap().into_iter().map(|v| v.as_float().unwrap()).collect())
        .collect();
    for ([a, b], got) in [[0.3, -1.2], [2.0, 0.7], [-4.0, 40.0f64]].into_iter().zip(rows) {
        let (u, r) = (-0.5 * ((a - 1.0f64).powi(2) + b * b), ((a + 1.0).powi(2) + (b + 1.0).powi(2)).sqrt());
        let (e, f) = ((u - u.max(3f64.ln() - r)).exp(), (3f64.ln() - r - u.max(3f64.ln() - r)).exp());
        let share = e / (e + f);
        let gradient = [-share * (a - 1.0) - (1.0 - share) * (a + 1.0) / r, -share * b - (1.0 - share) * (b + 1.0) / r];
        for (g, w) in got.iter().zip(gradient) {
            assert!((g - w).abs() < 1e-4 * (1.0 + w.abs()), "at ({a}, {b}): {g} for {w}");
        }
    }
}

/// Metrics of tails and neighbours in closed form.
#[test]
fn tails_and_neighbours() {
    // Pareto quantiles of index 1.5: Hill's estimate from the top tenth is within 3 %
    let pareto: Vec<String> =
        (0..4000).map(|i| format!("[{:e}]", ((i as f64 + 0.5) / 4000.0).powf(-1.0 / 1.5))).collect();
    let points = format!("points([{}])", pareto.join(","));
    let hill = number(&format!("metric::hill({points}, 400)"));
    assert!((hill - 1.5).abs() < 0.045, "{hill}");
    let doubled = number("let p = data::student_t(500, 2, 1.0); metric::ccdf_distance(2.0 * p, p)");
    assert!((doubled - 2f64.ln()).abs() < 1e-5, "a factor of two moves every log norm by ln 2: {doubled}");
    let accuracy =
        number("metric::nn_accuracy(points([[0.1], [0.9], [0.4]]), [0, 1, 1], points([[0.0], [1.0]]), [0, 1])");
    assert!((accuracy - 2.0 / 3.0).abs() < 1e-12, "{accuracy}");
    let copies = number("let t = data::gaussian(300, 5); metric::memorisation(t, t, data::gaussian(300, 5)).copies");
    assert!(copies == 1.0, "a copy of the training set is all copies: {copies}");
    let honest = number(
        "let t = data::gaussian(300, 5); metric::memorisation(data::gaussian(300, 5), t, data::gaussian(300, 5)).copies",
    );
    assert!(honest < 0.06, "{honest}");
}

/// PCA of data of rank two keeps everything; a decoder stretches no distance beyond its bound.
#[test]
fn codecs_keep_what_they_can() {
    let setup = "let q = data::gaussian(80, 2).matmul(data::gaussian(2, 30));";
    let explained = number(&format!(
        "{setup} latent(gradient_flow(w1(), #{{ critic: exact() }}), pca(2)).run(data::gaussian(20, 2), q, #{{ steps: 1 }}).report.explained"
    ));
    assert!((explained - 1.0).abs() < 1e-6, "{explained}");
    let learned = number(&format!(
        "{setup} latent(gradient_flow(w1(), #{{ critic: exact() }}), autoencoder([32], 2, #{{ steps: 1500 }})).run(data::gaussian(20, 2), q, #{{ steps: 1 }}).report.explained"
    ));
    assert!(learned > 0.95, "{learned}");
    // the same two latent points, moved by nothing: their images are at most Lip(D) times as far apart
    let ratio = number(&format!("{setup} let z = data::gaussian(20, 2); let r = latent(gradient_flow(w1(), #{{ dt: 1e-9, critic: exact() }}), autoencoder([32], 2, #{{ steps: 300 }})).run(z, q, #{{ steps: 1 }});
        let worst = 0.0; for i in 0..19 {{ worst = max(worst, metric::w2(r.particles.rows(i, i + 1), r.particles.rows(i + 1, i + 2)) / metric::w2(z.rows(i, i + 1), z.rows(i + 1, i + 2))); }} worst / r.report.decoder_lipschitz"));
    assert!(ratio <= 1.0 && ratio > 0.01, "{ratio}");
}

/// Where the decoder is an isometry onto the space of the data, the flow outside with mobility J Jᵀ is the latent flow: 1e-4
/// of f32 steps. A target off that space cannot be reached, and the latent points settle below it.
#[test]
fn mobility_is_the_latent_flow_seen_from_outside() {
    let setup = "let q = data::gaussian(40, 2).matmul(data::gaussian(2, 6)); let z = data::gaussian(30, 2); let flow = gradient_flow(0.5 * w2_squared(), #{ dt: 0.2 });";
    let apart = number(&format!(
        "{setup} let a = latent(flow, pca(2)).run(z, q, #{{ steps: 12 }}); let b = latent(flow, pca(2), #{{ mobility: true }}).run(z, q, #{{ steps: 12 }}); metric::w2(a.particles, b.particles)"
    ));
    assert!(apart < 1e-4, "{apart}");
    let left = number(
        "let q = data::gaussian(60, 3, #{ std: [3.0, 2.0, 0.1] }); let flow = gradient_flow(0.5 * w2_squared(), #{ dt: 0.5 });
        let r = latent(flow, pca(2), #{ mobility: true }).run(data::gaussian(60, 2), q, #{ steps: 40 }); metric::w2(r.particles, q)",
    );
    assert!((left - 0.1).abs() < 0.03, "the third coordinate stays: {left}");
}

/// The regression loss of two-layer networks against loops, and its first variation against differences of the value.
#[test]
fn two_layer_networks() {
    for (activation, sigma) in [("relu", (|u: f64| u.max(0.0)) as fn(f64) -> f64), ("tanh", f64::tanh)] {
        let z = [[0.5, -1.0], [1.5, 0.3], [-0.7, 0.9]];
        let p = [[0.4, 0.2, 0.17, 1.0], [-0.3, 0.8, -0.2, -0.5]];
        let q = [[1.0, -1.0, 0.3, 0.7]];
        let f = |thetas: &[[f64; 4]], z: &[f64; 2]| {
            thetas.iter().map(|t| t[3] * sigma(t[0] * z[0] + t[1] * z[1] + t[2])).sum::<f64>() / thetas.len() as f64
        };
        let loss = |p: &[[f64; 4]]| z.iter().map(|z| (f(p, z) - f(&q, z)).powi(2)).sum::<f64>() / 3.0;
        let script = format!(
            "let d = two_layer(points({z:?}), #{{ activation: \"{activation}\" }}); let e = d.estimate(points({p:?}), points({q:?}));"
        );
        let value = number(&format!("{script} e.value"));
        assert!((value - loss(&p)).abs() < 1e-6, "{activation}: {value} for {}", loss(&p));
        for i in 0..2 {
            for k in 0..4 {
                let wanted = 2.0 * partial(p.as_flattened(), 4 * i + k, 1e-5, |p| loss(p.as_chunks::<4>().0));
                let got = number(&format!("{script} e.critic.gradient(points({p:?})).to_array()[{i}][{k}]"));
                assert!((got - wanted).abs() < 1e-5, "{activation} {i} {k}: {got} for {wanted}");
            }
        }
    }
}
