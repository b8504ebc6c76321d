//! The kernels of networks and objectives on wgpu against the host.
use super::wgpu;
use gflow::device::{self, Choice, Compute};

/// The passes of one launch against those of the host: every activation, tiles that are full and that are not, one and several
/// tiles to a cube, several outputs. f32 sums in another order: 1e-5 of the largest entry, parameter gradients 3e-5 as they sum over
/// up to 9,000 rows.
#[test]
fn passes_on_wgpu_agree_with_the_host() {
    use gflow::device::{points, rows, values, vector};
    use gflow::network::{Activation, open, optimizer::OptimizerOptions, shape::Shape};
    use rand::Rng;
    let Some(gpu) = wgpu() else { return };
    let cpu = device::open(Choice::Cpu).unwrap();
    for activation in [Activation::Groupsort, Activation::Relu, Activation::Tanh, Activation::LeakyRelu] {
        for (d, widths, outs, n) in [
            (1, vec![8], 1, 1),
            (2, vec![32, 32, 32], 1, 433),
            (5, vec![20, 6], 3, 35),
            (3, vec![128], 2, 70),
            (2, vec![16, 16], 1, 9000),
            (4, vec![], 2, 50),
            (2, vec![7, 1], 1, 50),
        ] {
            if activation == Activation::Groupsort && widths.iter().any(|w| w % 2 > 0) {
                continue;
            }
            let mut rng = gflow::random::rng(n as u64, 5);
            // a layout belongs to one device, so that each has its own shape
            let shape = || Shape::new(d, &widths, outs, activation);
            let theta: Vec<f32> = (0..shape().parameters()).map(|_| rng.random_range(-0.5..0.5)).collect();
            let x: Vec<f32> = (0..n * d).map(|_| rng.random_range(-2.0..2.0)).collect();
            let seeds: Vec<f32> = (0..n * outs).map(|_| rng.random_range(-1.0..1.0)).collect();
            let run = |compute: &Compute| {
                let device = &compute.device;
                let network = open(shape(), None, OptimizerOptions::default(), &mut gflow::random::rng(0, 0), device);
                let layers = network.layers_at(&vector(theta.clone(), device)).unwrap();
                let pass = layers.forward(&[&points(x.clone(), n, d, device)]).unwrap();
                let seeds = vector(seeds.clone(), device);
                let (both, inputs) = pass.both_gradients(&seeds).unwrap();
                let alone = pass.input_gradient(&seeds).unwrap();
                let parameters = pass.gradient(&[seeds]).unwrap();
                [
                    values(&pass.outputs().unwrap()[0]).unwrap(),
                    rows(&inputs).unwrap(),
                    rows(&alone).unwrap(),
                    values(&both).unwrap(),
                    values(&parameters).unwrap(),
                ]
            };
            for (k, (a, b)) in run(&cpu).into_iter().zip(run(&gpu)).enumerate() {
                let scale = a.iter().fold(1e-3f32, |m, v| m.max(v.abs()));
                let worst = a.iter().zip(&b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                let bound = if k < 3 { 1e-5 } else { 3e-5 };
                assert!(
                    a.len() == b.len() && worst < bound * scale,
                    "{activation:?} {widths:?}, {n} rows, number {k}: {worst:e} of {scale}"
                );
            }
        }
    }
}

/// Penalties of one launch a part against those of the host: every activation and function of the norm, tiles that are full and that
/// are not, one and several to a cube. f32 sums in another order: 3e-5 of the largest entry.
#[test]
fn penalties_on_wgpu_agree_with_the_host() {
    use gflow::device::ops::tangents::Excess;
    use gflow::device::{points, values, vector};
    use gflow::network::constraint::Soft;
    use gflow::network::host::{layers::HostLayers, samples};
    use gflow::network::{Activation, shape::Shape, tensor::layers::TensorLayers};
    use rand::Rng;
    let Some(gpu) = wgpu() else { return };
    for activation in [Activation::Groupsort, Activation::Relu, Activation::Tanh, Activation::LeakyRelu] {
        for (d, widths, n) in
            [(1, vec![8], 1), (2, vec![32, 32, 32], 133), (5, vec![20, 6], 35), (2, vec![16, 16], 9000)]
        {
            let mut rng = gflow::random::rng(n as u64, 6);
            let shape = || Shape::new(d, &widths, 1, activation);
            let theta: Vec<f32> = (0..shape().parameters()).map(|_| rng.random_range(-0.9..0.9)).collect();
            let x: Vec<f32> = (0..n * d).map(|_| rng.random_range(-2.0..2.0)).collect();
            for kind in [Excess::OneSided, Excess::Squared, Excess::TwoSided] {
                let scale = 0.7 / n as f64;
                let slope = |g: &mut [f32]| {
                    let squared = g.iter().map(|g| f64::from(*g).powi(2)).sum::<f64>();
                    let norm = squared.sqrt();
                    let (value, r) = match kind {
                        Excess::OneSided => ((squared - 1.0).max(0.0), if squared > 1.0 { 2.0 } else { 0.0 }),
                        Excess::Squared => ((norm - 1.0).max(0.0).powi(2), 2.0 * (norm - 1.0).max(0.0) / norm),
                        Excess::TwoSided => ((norm - 1.0).powi(2), 2.0 * (norm - 1.0) / norm),
                    };
                    g.iter_mut().for_each(|g| *g *= (scale * r) as f32);
                    value
                };
                let mut exact = vec![0.0; shape().parameters()];
                let value = scale
                    * samples::add_penalty(
                        &HostLayers::new(gflow::scratch::copy(&theta), &shape()),
                        &x,
                        &slope,
                        &mut exact,
                    )
                    .unwrap();
                let layers = TensorLayers::new(vector(theta.clone(), &gpu.device), &shape());
                let (got, gradient) =
                    layers.penalty(&points(x.clone(), n, d, &gpu.device), &Soft { excess: kind, weight: 0.7 }).unwrap();
                let got = f64::from(values(&got).unwrap()[0]);
                assert!(
                    (got - value).abs() < 1e-5 * (1.0 + value),
                    "{activation:?} {widths:?} {kind:?}: {got} and {value}"
                );
                let size = exact.iter().fold(1e-3f32, |m, v| m.max(v.abs()));
                let worst =
                    values(&gradient).unwrap().iter().zip(&exact).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                assert!(worst < 3e-5 * size, "{activation:?} {widths:?} {kind:?}: {worst:e} of {size}");
            }
        }
    }
}

/// Every named f, functions whose conjugate is a table everywhere, and kinks: f* and f*' of the device against f64, between
/// f'(1e-3) and f'(1e3) and beyond finite ends. Cubic pieces in f32: 2e-6 of f*, 1e-5 where f*'
/// jumps inside a piece, 1e-4 of f*' away from its jumps.
#[test]
fn conjugates_on_wgpu_are_right() {
    use gflow::device::{values, vector};
    let Some(gpu) = wgpu() else { return };
    for g in generators() {
        let (d0, dinf) = g.slopes();
        let ends = [g.derivative(1e-3), g.derivative(1e3)];
        let mut y: Vec<f32> = (0..999).map(|i| (ends[0] + (ends[1] - ends[0]) * f64::from(i) / 998.0) as f32).collect();
        y.extend([d0 - 0.3, d0 - 30.0, dinf + 0.3, dinf + 30.0].iter().filter(|y| y.is_finite()).map(|y| *y as f32));
        let c = g.conjugate_tensor(&vector(y.clone(), &gpu.device));
        let (f, slope) = (values(&c.value).unwrap(), values(&c.gradient).unwrap());
        let mut off = 0;
        for (i, y) in y.iter().map(|y| f64::from(*y)).enumerate() {
            let near =
                |a: f32, b: f64, bound: f64| f64::from(a) == b || (f64::from(a) - b).abs() <= bound * (1.0 + b.abs());
            // within rounding of an end it may be on either side of it
            let at_end = [d0, dinf].iter().any(|e| (y - e).abs() < 1e-6 * (1.0 + e.abs()));
            let (exact, at) = g.conjugate_pair(y);
            assert!(
                at_end || near(f[i], exact, if g.has_kinks() { 1e-5 } else { 2e-6 }),
                "{} at {y}: {} and {exact}",
                g.name(),
                f[i]
            );
            off += usize::from(!at_end && exact.is_finite() && !near(slope[i], at, 1e-4));
        }
        assert!(off <= if g.has_kinks() { 20 } else { 0 }, "{}: {off} derivatives differ", g.name());
    }
}

/// Every named f that there is, one that has no closed conjugate, one with a kink, and one whose f*' jumps from 1 to 3.
fn generators() -> Vec<std::sync::Arc<gflow::generator::Generator>> {
    use gflow::generator::{Generator, expr, named};
    let x = expr::x();
    let square = expr::mul(&x, &x);
    let quartic = expr::add(&expr::mul(&square, &square), &expr::constant(-1.0));
    let kl = expr::mul(&x, &expr::unary(gflow::generator::scalar::Unary::Ln, &x));
    let tilted = expr::add(
        &kl,
        &expr::scale(0.5, &expr::unary(gflow::generator::scalar::Unary::Abs, &expr::sub(&x, &expr::constant(1.0)))),
    );
    let distance = |at: f64| {
        expr::scale(0.5, &expr::unary(gflow::generator::scalar::Unary::Abs, &expr::sub(&x, &expr::constant(at))))
    };
    let jumping = expr::add(&expr::add(&distance(1.0), &distance(3.0)), &expr::constant(-1.0));
    let mut all: Vec<Generator> = named::ALL.iter().map(|n| n.build(&vec![1.5; n.parameters]).unwrap()).collect();
    all.extend([
        Generator::new("quartic", quartic).unwrap(),
        Generator::new("tilted", tilted).unwrap(),
        Generator::new("jumping", jumping).unwrap(),
    ]);
    all.into_iter().map(std::sync::Arc::new).collect()
}

/// Objectives weighed in one launch against those of slices on the host, for every f, with samples of two sizes and either way
/// round, from nothing and from near the root. f32 and a table: values 2e-5 of the size of φ, derivatives 1e-3 of the largest; where
/// f is kinked f*' is a step, and a root may lie on either side of a few.
#[test]
fn objectives_on_wgpu_agree_with_the_host() {
    use gflow::device::{points, values, vector};
    use gflow::divergence::{Objective, Term};
    use gflow::network::tensor::layers::{TensorLayers, evaluate, join};
    use gflow::network::{Activation, shape::Shape};
    use gflow::space::{Lipschitz, Space};
    use rand::Rng;
    let Some(gpu) = wgpu() else { return };
    let (n, m, height) = (300, 77, 1.5);
    let mut rng = gflow::random::rng(8, 0);
    let shape = Shape::new(2, &[12], 1, Activation::Relu);
    let theta: Vec<f32> = (0..shape.parameters()).map(|_| rng.random_range(-0.5..0.5)).collect();
    let x: Vec<f32> = (0..(n + m) * 2).map(|_| rng.random_range(-2.0..2.0)).collect();
    let layers = TensorLayers::new(vector(theta, &gpu.device), &shape);
    let pass = layers.forward(&points(x, n + m, 2, &gpu.device));
    let phi: Vec<f32> = values(&join(&pass)).unwrap().into_iter().map(|v| height * v).collect();
    let mut objectives: Vec<(String, bool, Objective)> =
        generators().into_iter().map(|f| (f.name().to_string(), f.has_kinks(), Objective::F(f))).collect();
    objectives.push(("ipm".into(), false, Objective::Ipm));
    let smooth = generators().into_iter().filter(|f| !f.has_kinks());
    objectives.extend(smooth.map(|f| (format!("variational {}", f.name()), false, Objective::Variational(f))));
    for (name, kinked, objective) in objectives {
        for reversed in [false, true] {
            let term =
                Term { objective: objective.clone(), space: Space::Lipschitz(Lipschitz::new(1.0).unwrap()), reversed };
            let (mut source, mut target) = (phi[..n].to_vec(), phi[n..].to_vec());
            let exact = term.evaluate_slices(&mut source, &mut target, &mut None).unwrap();
            let slopes: Vec<f32> = source.iter().chain(&target).map(|v| height * v).collect();
            let scale = slopes.iter().fold(0.0f32, |m, v| m.max(v.abs()));
            let mut nu = None;
            for _ in 0..2 {
                let functional = term.functional(n, f64::from(height), nu.as_ref(), &gpu.device).unwrap();
                let got = evaluate(&pass, &functional).unwrap();
                let value = f64::from(values(&got.value).unwrap()[0]);
                assert!(
                    (value - exact).abs() < 2e-5 * (1.0 + exact.abs()),
                    "{name}, reversed {reversed}, warm {}: {value} and {exact}",
                    nu.is_some()
                );
                let found = values(&got.slopes).unwrap();
                let others: f32 = if reversed { found[..n].iter().sum() } else { found[n..].iter().sum() };
                assert!(
                    name.starts_with("variational") || (others + height).abs() < 1e-2 * height,
                    "{name}, reversed {reversed}: slopes sum to {others}"
                );
                let off = found.iter().zip(&slopes).filter(|(a, b)| (**a - **b).abs() > 1e-3 * scale).count();
                assert!(
                    off <= if kinked { 3 } else { 0 },
                    "{name}, reversed {reversed}, warm {}: {off} derivatives differ",
                    nu.is_some()
                );
                // from a little aside, as that of an earlier φ would be
                nu = got.nu.map(|nu| nu.add_scalar(0.05));
            }
        }
    }
}

/// Near equilibrium, where f* of f32 is its tangent, values are relative: against fifty digits, cold and from near the root, 1e-4, and a
/// rounding of both means, 1e-7 of how far potentials are apart. KL is a log-mean-exp of f32.
#[test]
fn values_near_equilibrium_on_wgpu_are_relative() {
    use crate::truth::equilibrium::cases;
    use gflow::device::{points, values, vector};
    use gflow::network::tensor::layers::{TensorLayers, evaluate};
    use gflow::network::{Activation, shape::Shape};
    let Some(gpu) = wgpu() else { return };
    let shape = Shape::new(1, &[], 1, Activation::Relu);
    // the network that returns what it is given
    let layers = TensorLayers::new(vector(vec![1.0, 0.0], &gpu.device), &shape);
    let mut wrong = vec![];
    for case in cases().into_iter().filter(|c| !c.name.starts_with("kl")) {
        let both: Vec<f32> = case.p.iter().chain(&case.q).copied().collect();
        let pass = layers.forward(&points(both, 26, 1, &gpu.device));
        let mut nu = None;
        for _ in 0..2 {
            let functional = case.term.functional(13, 1.0, nu.as_ref(), &gpu.device).unwrap();
            let got = evaluate(&pass, &functional).unwrap();
            let value = f64::from(values(&got.value).unwrap()[0]);
            let mass: f64 = values(&got.slopes).unwrap()[13..].iter().map(|v| f64::from(*v)).sum();
            let apart = case.q.iter().fold(0.0, |m: f64, v| m.max(f64::from(v - case.q[0])));
            if (value - case.exact).abs() > 1e-4 * case.exact.abs() + 1e-7 * apart || (mass + 1.0).abs() > 1e-2 {
                wrong.push(format!("{}: {value:e} and {:e}; mass {mass}", case.name, case.exact));
            }
            nu = got.nu;
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

/// A value that is no number, in either sample, makes every objective one: the run then ends with a message.
#[test]
fn nan_reaches_every_objective_on_wgpu() {
    use gflow::device::{points, values, vector};
    use gflow::divergence::{Objective, Term};
    use gflow::network::tensor::layers::{TensorLayers, evaluate};
    use gflow::network::{Activation, shape::Shape};
    use gflow::space::{Lipschitz, Space};
    let Some(gpu) = wgpu() else { return };
    let objectives = generators()
        .into_iter()
        .flat_map(|f| [Objective::F(f.clone()), Objective::Variational(f)])
        .chain([Objective::Ipm]);
    for (k, objective) in objectives.enumerate() {
        let shape = Shape::new(
            1,
            &[8],
            1,
            [Activation::Relu, Activation::Tanh, Activation::Groupsort, Activation::LeakyRelu][k % 4],
        );
        let layers = TensorLayers::new(vector(vec![0.1; shape.parameters()], &gpu.device), &shape);
        for at in [0, 39] {
            if matches!(&objective, Objective::Variational(f) if f.has_kinks()) {
                continue;
            }
            let x: Vec<f32> = (0..40).map(|i| if i == at { f32::NAN } else { i as f32 / 20.0 }).collect();
            let pass = layers.forward(&points(x, 40, 1, &gpu.device));
            let term = Term {
                objective: objective.clone(),
                space: Space::Lipschitz(Lipschitz::new(1.0).unwrap()),
                reversed: false,
            };
            let got = evaluate(&pass, &term.functional(20, 1.0, None, &gpu.device).unwrap()).unwrap();
            assert!(values(&got.value).unwrap()[0].is_nan(), "objective {k}, row {at}");
        }
    }
}

/// Power iteration, division and the optimiser behind them, each in one launch: what they promise, in f64. 1e-5 of sums of a few
/// numbers in f32.
#[test]
fn layers_are_divided_and_moved_by_their_formulas() {
    use burn::tensor::{Tensor, TensorData};
    use gflow::device::ops::layers::{Update, ascend, divide};
    use gflow::device::ops::layout::Layout;
    use rand::Rng;
    let matrices = [(2, 300), (300, 5), (5, 1)];
    let Some(compute) = wgpu() else { return };
    let layout = Layout::of(&matrices, &compute.device).unwrap();
    let mut rng = gflow::random::rng(4, 0);
    let mut draw = |n: usize| -> Vec<f32> { (0..n).map(|_| rng.random_range(-1.0..1.0)).collect() };
    let (theta, uv, g, first, second) =
        (draw(layout.len), draw(layout.u + layout.v), draw(layout.len), draw(layout.len), draw(layout.len));
    let second: Vec<f32> = second.iter().map(|v| v.abs()).collect();
    let on = |v: &[f32]| -> gflow::device::Values {
        Tensor::from_data(TensorData::new(v.to_vec(), [v.len()]), &compute.device)
    };
    let divided = divide(&on(&theta), &on(&uv), &layout, 2);
    let (weights, uv) = (device::values(&divided.weights).unwrap(), device::values(&divided.uv).unwrap());
    assert!(weights.len() == layout.len + matrices.len() && uv.len() == layout.u + layout.v);
    let (sigmas, out) = (weights[layout.len..].to_vec(), [&weights[..layout.len], &uv].concat());
    let (mut w0, mut u0, mut v0) = (0, 0, 0);
    let mut raw = vec![0.0f64; layout.len];
    for (l, (k, n)) in matrices.into_iter().enumerate() {
        let (u, v) = (&out[layout.len + u0..][..k], &out[layout.len + layout.u + v0..][..n]);
        let length = |v: &[f32]| v.iter().map(|v| f64::from(*v) * f64::from(*v)).sum::<f64>();
        assert!((length(u) - 1.0).abs() < 1e-5 && (length(v) - 1.0).abs() < 1e-5, "{}: layer {l}", compute.name);
        let bilinear =
            |w: &[f32]| (0..k * n).map(|e| f64::from(w[e]) * f64::from(u[e / n]) * f64::from(v[e % n])).sum::<f64>();
        let sigma = f64::from(sigmas[l]);
        assert!(
            (bilinear(&out[w0..]) - 1.0).abs() < 1e-5 && (bilinear(&theta[w0..]) / sigma - 1.0).abs() < 1e-5,
            "{}: layer {l}",
            compute.name
        );
        assert!(
            out[w0 + k * n..w0 + k * n + n] == theta[w0 + k * n..w0 + k * n + n],
            "{}: biases of layer {l}",
            compute.name
        );
        let inner: f64 = (0..k * n).map(|e| f64::from(g[w0 + e]) * f64::from(out[w0 + e])).sum();
        for e in 0..(k + 1) * n {
            let g = f64::from(g[w0 + e]);
            raw[w0 + e] = if e < k * n { (g - inner * f64::from(u[e / n]) * f64::from(v[e % n])) / sigma } else { g };
        }
        (w0, u0, v0) = (w0 + (k + 1) * n, u0 + k, v0 + n);
    }
    for (adam, through) in [(true, true), (false, true), (true, false), (false, false)] {
        let update = Update { adam, beta1: 0.9, beta2: 0.99, rate: 0.01, epsilon: 1e-8 };
        let moments = on(&[&first[..], &second].concat());
        let [moved, moments] = ascend(&on(&theta), &moments, &on(&g), through.then_some((&divided, &layout)), update)
            .map(|t| device::values(&t).unwrap());
        // the gradient in θ itself, where the layers were not divided
        let raw: Vec<f64> = if through { raw.clone() } else { g.iter().map(|g| f64::from(*g)).collect() };
        let moved = [&moved[..], &moments[..layout.len], &moments[layout.len..]];
        for i in 0..layout.len {
            let m = if adam { 0.9 * f64::from(first[i]) + 0.1 * raw[i] } else { raw[i] };
            let s = 0.99 * f64::from(second[i]) + 0.01 * raw[i] * raw[i];
            let next = f64::from(theta[i]) + 0.01 * m / (s.sqrt() + 1e-8);
            let near = |a: f32, b: f64| (f64::from(a) - b).abs() < 1e-4 * (1.0 + b.abs());
            assert!(
                near(moved[0][i], next)
                    && near(moved[2][i], s)
                    && near(moved[1][i], if adam { m } else { f64::from(first[i]) }),
                "{}: entry {i}, adam {adam}, divided {through}",
                compute.name
            );
        }
    }
}
