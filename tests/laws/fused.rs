//! Ascent steps of network critics on the host, all in one pass, against burn's automatic differentiation, step by step: every
//! activation, constraint, f and optimiser.
use super::autodiff::Traced;
use gflow::critic::mlp::{Constraint, MlpBuilder, MlpOptions};
use gflow::critic::{Ascent, CriticBuilder, Frame, Named};
use gflow::device::{Points, Values, host, points, rows, values, vector};
use gflow::divergence::{Objective, Renyi, Term};
use gflow::generator::{Generator, expr, named};
use gflow::network::Activation;
use gflow::network::optimizer::OptimizerOptions;
use gflow::random;
use gflow::space::{Lipschitz, Space};
use rand::Rng;
use std::sync::Arc;

const WIDTHS: [usize; 2] = [8, 6];
const DIM: usize = 2;
const SEED: u64 = 3;
const LIPSCHITZ: f64 = 1.5;
const PENALTY: f64 = 2.0;

fn named<'a>(state: &'a [Named], name: &str) -> &'a [f32] {
    state.iter().find(|n| n.name == name).map_or(&[], |n| &n.data)
}

/// The derivative of an activation applied to a cotangent, as a function of what came out of it that can be differentiated once
/// more.
fn pull(d: Traced<2>, z: Traced<2>, kind: Activation) -> Traced<2> {
    match kind {
        Activation::Relu => d * z.greater_scalar(0.0),
        Activation::LeakyRelu => d * z.greater_scalar(0.0).mul_scalar(0.8).add_scalar(0.2),
        Activation::Tanh => {
            let h = z.tanh();
            d * (h.clone() * h).neg().add_scalar(1.0)
        }
        Activation::Groupsort => {
            let half = z.dims()[1] / 2;
            let kept = z.clone().narrow(1, 0, half).greater_equal(z.narrow(1, half, half));
            let other = kept.clone().neg().add_scalar(1.0);
            let (a, b) = (d.clone().narrow(1, 0, half), d.narrow(1, half, half));
            Traced::cat([a.clone() * kept.clone() + b.clone() * other.clone(), a * other + b * kept], 1)
        }
    }
}

/// One layer: its weights, its biases.
type Layer = (Traced<2>, Traced<2>);

fn forward(layers: &[Layer], x: Traced<2>, kind: Activation) -> (Traced<2>, Vec<Traced<2>>) {
    let (mut h, mut before) = (x, vec![]);
    for (l, (w, b)) in layers.iter().enumerate() {
        let z = h.matmul(w.clone()) + b.clone();
        if l + 1 == layers.len() {
            return (z, before);
        }
        h = z.clone().activate(kind);
        before.push(z);
    }
    unreachable!("there is a last layer")
}

/// ∇net at every row, as tensor operations.
fn slopes(layers: &[Layer], x: Traced<2>, kind: Activation) -> Traced<2> {
    let (out, before) = forward(layers, x, kind);
    let mut d = out.ones_like();
    for (l, (w, _)) in layers.iter().enumerate().rev() {
        d = d.matmul(w.clone().transpose());
        if l > 0 {
            d = pull(d, before[l - 1].clone(), kind);
        }
    }
    d
}

/// What one step does by automatic differentiation: the gradient of the objective in the parameters.
struct Reference<'a> {
    term: &'a Term,
    constraint: Constraint,
    activation: Activation,
    frame: &'a Frame,
}

impl Reference<'_> {
    fn gradient(&self, before: &[Named], after: &[Named], y: &[f32], x: &[f32]) -> (Vec<f32>, f64) {
        let theta = named(before, "theta");
        let theta = Traced::new(theta.to_vec(), [theta.len()]).require_grad();
        let mut at = 0;
        let mut take = |a: usize, b: usize| {
            at += a * b;
            theta.clone().narrow(0, at - a * b, a * b).reshape([a, b])
        };
        let sizes: Vec<usize> = [DIM].into_iter().chain(WIDTHS).chain([1]).collect();
        let raw: Vec<Layer> = sizes.windows(2).map(|s| (take(s[0], s[1]), take(1, s[1]))).collect();
        let row = |name: String| {
            let v = named(after, &name);
            Traced::new(v.to_vec(), [1, v.len()])
        };
        // σ = ⟨v, Wᵀu⟩ with the singular vectors of the step, held fixed
        let scaled = |(l, (w, b)): (usize, &Layer)| {
            let sigma = (row(format!("power_u{l}")).matmul(w.clone()) * row(format!("power_v{l}"))).sum();
            (w.clone() / sigma.reshape([1, 1]), b.clone())
        };
        let layers: Vec<Layer> = match self.constraint {
            Constraint::Spectral => raw.iter().enumerate().map(scaled).collect(),
            Constraint::Bjorck => raw.iter().enumerate().map(scaled).map(|(w, b)| (orthonormal(w), b)).collect(),
            _ => raw,
        };
        let n = |v: &[f32]| v.len() / DIM;
        let enter = |v: &[f32]| {
            points(v.to_vec(), n(v), DIM, &host())
                .sub(points(self.frame.center.clone(), 1, DIM, &host()))
                .div_scalar(self.frame.scale)
        };
        let (y, x) = (enter(y), enter(x));
        let height = LIPSCHITZ * self.frame.scale;
        let phi = |v: &Points| {
            let out = forward(&layers, Traced::of(v), self.activation).0;
            let n = out.dims()[0];
            out.reshape([n]).mul_scalar(height)
        };
        let (p, q) = (phi(&y), phi(&x));
        let nu = Some(vector(named(after, "nu").to_vec(), &host())).filter(|nu| nu.dims()[0] > 0);
        let scores = self.term.evaluate(&vector(p.values(), &host()), &vector(q.values(), &host()), nu.as_ref());
        let with = |phi: Traced<1>, seeds: Values| (phi * Traced::of(&seeds)).sum();
        let mut value = f64::from(values(&scores.value).unwrap()[0]);
        let mut objective = with(p, scores.on_source) + with(q, scores.on_target);
        if matches!(self.constraint, Constraint::Penalty | Constraint::Lp | Constraint::Gp) {
            let draws = named(before, "draws").first().copied().unwrap_or(0.0) as u64;
            let mut rng = random::rng(SEED ^ 0x9E37_79B9_7F4A_7C15, (1u64 << 32) + draws);
            let least = y.dims()[0].min(x.dims()[0]);
            let (a, b) = (random::shuffled(&y, least, &mut rng), random::shuffled(&x, least, &mut rng));
            let epsilon = points((0..least).map(|_| rng.random::<f32>()).collect(), least, 1, &host());
            let at = b.clone() + (a - b) * epsilon;
            let g = slopes(&layers, Traced::of(&at), self.activation);
            let squared = (g.clone() * g).sum_dim(1);
            let over = squared.clone().add_scalar(1e-12).sqrt().sub_scalar(1.0);
            let r = match self.constraint {
                Constraint::Penalty => squared.sub_scalar(1.0).clamp_min(0.0),
                Constraint::Lp => over.clone().clamp_min(0.0) * over.clamp_min(0.0),
                _ => over.clone() * over,
            };
            let penalty = r.mean().mul_scalar(PENALTY);
            value -= f64::from(penalty.values()[0]);
            objective = objective - penalty;
        }
        let gradients = objective.backward();
        (theta.grad(&gradients), value)
    }
}

/// W ← (3W − W WᵀW)/2, a few times.
fn orthonormal(mut w: Traced<2>) -> Traced<2> {
    for _ in 0..MlpOptions::default().bjorck_iterations {
        w = w.clone().mul_scalar(1.5) - w.clone().matmul(w.clone().transpose().matmul(w)).mul_scalar(0.5);
    }
    w
}

fn objectives() -> Vec<(String, Objective)> {
    let mut out: Vec<(String, Objective)> = named::ALL
        .iter()
        .map(|n| (n.entry.name.to_string(), Objective::F(Arc::new(n.build(&vec![1.5; n.parameters]).unwrap()))))
        .collect();
    // its conjugate is a table
    let x = expr::x();
    let square = expr::mul(&x, &x);
    let f = expr::add(&expr::mul(&square, &square), &expr::sub(&expr::mul(&x, &expr::ln(&x)), &expr::constant(1.0)));
    out.push(("a table".into(), Objective::F(Arc::new(Generator::new("table", f).unwrap()))));
    out.push(("ipm".into(), Objective::Ipm));
    out.push(("renyi".into(), Objective::Renyi(Renyi::order(2.0))));
    out
}

/// Moments after each step against the gradient by automatic differentiation, 2e-4 of the largest entry (f32 in another order,
/// and ν to the last digit), the objective to 2e-5, and parameters against the update written out in f64, 1e-6. Where a step-like
/// f*' decides between points, its mass on one point may fall to either side: TV is given 3e-2.
#[test]
fn fused_steps_are_those_of_automatic_differentiation() {
    let (n, m) = (60, 45);
    let mut rng = random::rng(9, 0);
    let mut draw =
        |n: usize, shift: f32| -> Vec<f32> { (0..n).map(|_| shift + rng.random_range(-1.0f32..1.0)).collect() };
    let (y, x) = (draw(n * DIM, 0.3), draw(m * DIM, 0.0));
    let (source, target) = (points(y.clone(), n, DIM, &host()), points(x.clone(), m, DIM, &host()));
    let frame = Frame::of(&target).unwrap();
    for activation in [Activation::Relu, Activation::LeakyRelu, Activation::Tanh, Activation::Groupsort] {
        for constraint in [
            Constraint::Spectral,
            Constraint::Bjorck,
            Constraint::Penalty,
            Constraint::Lp,
            Constraint::Gp,
            Constraint::None,
        ] {
            for (name, objective) in objectives() {
                for (optimizer, reversed) in [("adam", false), ("rmsprop", true)] {
                    let what = format!("{activation:?}, {constraint:?}, {name}, {optimizer}, reversed {reversed}");
                    let options =
                        OptimizerOptions { optimizer: optimizer.into(), lr: 5e-3, ..OptimizerOptions::default() };
                    let builder = MlpBuilder::new(
                        WIDTHS.to_vec(),
                        MlpOptions { activation, constraint, penalty: PENALTY, ..MlpOptions::default() },
                    )
                    .unwrap();
                    let builder = MlpBuilder { optimizer: options.clone(), ..builder };
                    let term = Term {
                        objective: objective.clone(),
                        space: Space::Lipschitz(Lipschitz::new(LIPSCHITZ).unwrap()),
                        reversed,
                    };
                    let mut critic = builder.build(&term, &frame, SEED, 0).unwrap();
                    let reference = Reference { term: &term, constraint, activation, frame: &frame };
                    let loose = if name == "tv" { 3e-2 } else { 2e-4 };
                    for step in 1..=3 {
                        let before = critic.state().unwrap();
                        let fit =
                            critic.fit(&term, &source, &target, &Ascent { steps: 1, ..Ascent::default() }).unwrap();
                        let after = critic.state().unwrap();
                        let (gradient, value) = reference.gradient(&before, &after, &y, &x);
                        let got = f64::from(values(&fit.value).unwrap()[0]);
                        assert!(
                            (got - value).abs() < 2e-5 * (1.0 + value.abs()),
                            "{what}: objective {got} and {value} at step {step}"
                        );
                        let scale = gradient.iter().fold(0.0f32, |m, g| m.max(g.abs()));
                        let moment = |state: &[Named], i: usize| {
                            named(state, "optimizer_moments").get(i).copied().map_or(0.0, f64::from)
                        };
                        for (i, g) in gradient.iter().enumerate() {
                            let (g, theta) = (f64::from(*g), f64::from(named(&after, "theta")[i]));
                            // the first moments, then the second
                            let squares = i + gradient.len();
                            let second = moment(&after, squares);
                            let keep = if optimizer == "adam" { options.beta2 } else { options.decay };
                            let square = (second - keep * moment(&before, squares)) / (1.0 - keep);
                            let size = f64::from(scale);
                            assert!(
                                (square - g * g).abs() < 2.0 * loose * size * size,
                                "{what}: square of entry {i} at step {step}: {square} and {} of {}",
                                g * g,
                                size * size
                            );
                            let moved = if optimizer == "adam" {
                                let first = moment(&after, i);
                                let found = (first - options.beta1 * moment(&before, i)) / (1.0 - options.beta1);
                                assert!(
                                    (found - g).abs() < loose * size,
                                    "{what}: entry {i} at step {step}: {found} and {g} of {size}"
                                );
                                let (c1, c2) = (1.0 - options.beta1.powi(step), 1.0 - options.beta2.powi(step));
                                options.lr * first / c1 / ((second / c2).sqrt() + options.epsilon)
                            } else {
                                // where the gradient is no more than rounding, its sign is too
                                if g.abs() < loose * size {
                                    continue;
                                }
                                options.lr * square.max(0.0).sqrt() * g.signum() / (second.sqrt() + options.epsilon)
                            };
                            let expected = f64::from(named(&before, "theta")[i]) + moved;
                            let slack = if optimizer == "adam" { 1e-6 } else { 1e-4 };
                            assert!(
                                (theta - expected).abs() < slack,
                                "{what}: parameter {i} at step {step}: {theta} and {expected}"
                            );
                        }
                    }
                }
            }
        }
    }
}

/// The same numbers on one thread and on many, for samples of many groups.
#[test]
fn steps_do_not_depend_on_the_number_of_threads() {
    let mut rng = random::rng(2, 0);
    let mut draw = |n: usize| points((0..n * DIM).map(|_| rng.random_range(-1.0f32..1.0)).collect(), n, DIM, &host());
    let (source, target) = (draw(5000), draw(7000));
    let term = Term {
        objective: Objective::F(Arc::new(named::find("kl").unwrap().build(&[]).unwrap())),
        space: Space::Lipschitz(Lipschitz::new(1.0).unwrap()),
        reversed: false,
    };
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let mut critic = MlpBuilder::new(vec![32, 32], MlpOptions::default())
                .unwrap()
                .build(&term, &Frame::of(&target).unwrap(), 1, 0)
                .unwrap();
            critic.fit(&term, &source, &target, &Ascent { steps: 3, ..Ascent::default() }).unwrap();
            let g = rows(&critic.gradient(&source).unwrap()).unwrap();
            (critic.state().unwrap(), g)
        })
    };
    let (one, gradient) = run(1);
    for threads in [2, 3, 8] {
        let (many, other) = run(threads);
        assert!(one == many && gradient == other, "{threads} threads");
    }
}

/// A hundred ascent steps more ask for no more memory than a few: every activation and constraint, KL and an f with a ν, in one block and in
/// many groups.
#[test]
fn ascent_steps_allocate_nothing() {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    for (n, f) in [(100, "kl"), (3000, "chi2"), (3000, "js")] {
        for activation in [Activation::Relu, Activation::Tanh, Activation::Groupsort] {
            for constraint in [Constraint::Spectral, Constraint::Bjorck, Constraint::Gp] {
                let asked = |steps: usize| {
                    let mut rng = random::rng(2, 0);
                    let mut draw = |n: usize| {
                        points((0..n * DIM).map(|_| rng.random_range(-1.0f32..1.0)).collect(), n, DIM, &host())
                    };
                    let (source, target) = (draw(n), draw(n));
                    let term = Term {
                        objective: Objective::F(Arc::new(named::find(f).unwrap().build(&[]).unwrap())),
                        space: Space::Lipschitz(Lipschitz::new(1.0).unwrap()),
                        reversed: false,
                    };
                    let options = MlpOptions { activation, constraint, ..MlpOptions::default() };
                    let mut critic = MlpBuilder::new(vec![32, 32], options)
                        .unwrap()
                        .build(&term, &Frame::of(&target).unwrap(), 1, 0)
                        .unwrap();
                    let mut climb = |steps: usize| {
                        critic.fit(&term, &source, &target, &Ascent { steps, ..Ascent::default() }).map(|_| ()).unwrap()
                    };
                    // what is kept is made in the first steps
                    climb(3);
                    let before = crate::allocations::count();
                    climb(steps);
                    crate::allocations::count() - before
                };
                let (few, many) = pool.install(|| (asked(5), asked(105)));
                // but for two lists of numbers, which rows are paired under a soft constraint
                let drawn = if constraint == Constraint::Gp { 2 * 100 } else { 0 };
                // other tests borrow from the same shelf at the same time
                assert!(
                    many <= few + drawn + 20,
                    "{f}, {n} points, {activation:?}, {constraint:?}: {few} in 5 steps, {many} in 105"
                );
            }
        }
    }
}

/// One NaN among the points of either sample makes the objective NaN, never a plausible number.
#[test]
fn nan_is_not_lost_on_the_way() {
    for (f, reversed) in ["kl", "js", "chi2", "tv", "jeffreys"].into_iter().flat_map(|f| [(f, false), (f, true)]) {
        for (constraint, activation) in [
            (Constraint::Spectral, Activation::Relu),
            (Constraint::Penalty, Activation::Groupsort),
            (Constraint::Lp, Activation::Tanh),
            (Constraint::None, Activation::LeakyRelu),
        ] {
            for (bad, at) in [(0, 0), (0, 133), (1, 7), (1, 260)] {
                let mut rng = random::rng(5, 0);
                let mut draw = |k: usize| {
                    let mut v: Vec<f32> = (0..300 * DIM).map(|_| rng.random_range(-1.0f32..1.0)).collect();
                    if k == bad {
                        v[at * DIM] = f32::NAN;
                    }
                    points(v, 300, DIM, &host())
                };
                let (source, target) = (draw(0), draw(1));
                let term = Term {
                    objective: Objective::F(Arc::new(named::find(f).unwrap().build(&[]).unwrap())),
                    space: Space::Lipschitz(Lipschitz::new(1.0).unwrap()),
                    reversed,
                };
                let frame = Frame { center: vec![0.0; DIM], scale: 1.0, appended: 0, device: host() };
                let mut critic =
                    MlpBuilder::new(vec![8, 8], MlpOptions { activation, constraint, ..MlpOptions::default() })
                        .unwrap()
                        .build(&term, &frame, 1, 0)
                        .unwrap();
                let fit = critic.fit(&term, &source, &target, &Ascent { steps: 1, ..Ascent::default() }).unwrap();
                let value = values(&fit.value).unwrap()[0];
                assert!(
                    !value.is_finite(),
                    "{f}, reversed {reversed}, {constraint:?}, {activation:?}, NaN in sample {bad} at {at}: {value}"
                );
            }
        }
    }
}
