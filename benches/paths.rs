//! The hot paths, each set up once and run again and again: what criterion times and the instruction count counts.
use gflow::critic::mlp::{Activation, Constraint, MlpBuilder, MlpOptions};
use gflow::critic::{Ascent, CriticBuilder, Frame};
use gflow::dataset::gaussian::gaussian;
use gflow::dataset::ring::ring;
use gflow::device::{self, Points, host};
use gflow::divergence::{Objective, Term};
use gflow::flow::{ParticleOptions, ParticleRecipe, Recipe, Setting, State};
use gflow::generator::{Generator, named};
use gflow::interrupt::Interrupt;
use gflow::space::kernel::Kernel;
use gflow::space::kernel_sum::KernelSum;
use gflow::space::{Lipschitz, Space};
use gflow::transport::exact::exact;
use gflow::{plot, random};
use std::sync::Arc;

/// One path: its name, the arithmetic of one run in multiplications and additions (0 where that says nothing), and how it is set up.
pub struct HotPath {
    pub name: &'static str,
    pub flops: usize,
    pub make: fn() -> Box<dyn FnMut()>,
}

/// Points on the ring, and Gaussian ones.
fn samples(n: usize) -> (Points, Points) {
    let q = ring(n, &Default::default(), &mut random::rng(1, 0)).unwrap();
    let p = gaussian(n, 2, &Default::default(), &mut random::rng(1, 1)).unwrap();
    let narrow = |r: gflow::dataset::Rows| r.data.into_iter().map(|v| v as f32).collect();
    (device::points(narrow(p), n, 2, &host()), device::points(narrow(q), n, 2, &host()))
}

fn f(name: &str) -> Arc<Generator> {
    Arc::new(named::find(name).unwrap().build(&[]).unwrap())
}

/// Points of each sample in an ascent step.
const POINTS: usize = 1000;

/// Multiplications of a row in a critic from the plane with three hidden layers.
const fn work(width: usize) -> usize {
    2 * width + 2 * width * width + width
}
/// Forward, back, and onto the weights: three products of two operations per multiplication, for both samples.
const fn ascent_flops(width: usize) -> usize {
    6 * work(width) * 2 * POINTS
}
/// Those, and for every interpolate forward, back, the tangent forward and onto the weights.
const fn penalty_flops(width: usize) -> usize {
    ascent_flops(width) + 8 * work(width) * POINTS
}

/// One ascent step of a critic with three hidden layers.
fn ascent(f_name: &str, width: usize, activation: Activation, constraint: Constraint) -> Box<dyn FnMut()> {
    let (p, q) = samples(POINTS);
    let term = Term {
        objective: Objective::F(f(f_name)),
        space: Space::Lipschitz(Lipschitz::new(1.0).unwrap()),
        reversed: false,
    };
    let options = MlpOptions { activation, constraint, power_iterations: 1, ..MlpOptions::default() };
    let mut critic =
        MlpBuilder::new(vec![width; 3], options).unwrap().build(&term, &Frame::of(&q).unwrap(), 0, 0).unwrap();
    let mut step = move || drop(critic.fit(&term, &p, &q, &Ascent { steps: 1, ..Ascent::default() }).unwrap());
    step();
    Box::new(step)
}

/// One GPA step with five ascent steps.
fn gpa(n: usize) -> Box<dyn FnMut()> {
    let (p, q) = samples(n);
    let critic = MlpBuilder::new(
        vec![32, 32, 32],
        MlpOptions { activation: Activation::Relu, power_iterations: 1, ..MlpOptions::default() },
    )
    .unwrap();
    let divergence =
        Arc::new(gflow::divergence::Regularized { generator: f("kl"), space: Lipschitz::new(1.0).unwrap() });
    let recipe = ParticleRecipe {
        algorithm: "gpa".into(),
        divergence,
        options: ParticleOptions { inner_steps: 5, ..ParticleOptions::default() },
        critic: Arc::new(critic),
        explicit: true,
    };
    let mut flow = recipe
        .start(&Setting {
            splits: None,
            source: &p,
            target: &q,
            labels: None,
            seed: 0,
            steps: 1,
            saved: &[],
            interrupt: &Interrupt::default(),
        })
        .unwrap();
    let mut state = Some(State::at(p));
    Box::new(move || state = Some(flow.step(state.take().unwrap()).unwrap().0))
}

fn rows(n: usize, stream: u64) -> Vec<f64> {
    gaussian(n, 2, &Default::default(), &mut random::rng(2, stream)).unwrap().data
}

pub const ALL: &[HotPath] = &[
    HotPath {
        name: "ascent, relu",
        flops: ascent_flops(32),
        make: || ascent("kl", 32, Activation::Relu, Constraint::Spectral),
    },
    HotPath {
        name: "ascent, leaky_relu",
        flops: ascent_flops(32),
        make: || ascent("kl", 32, Activation::LeakyRelu, Constraint::Spectral),
    },
    HotPath {
        name: "ascent, tanh",
        flops: ascent_flops(32),
        make: || ascent("kl", 32, Activation::Tanh, Constraint::Spectral),
    },
    HotPath {
        name: "ascent, groupsort",
        flops: ascent_flops(32),
        make: || ascent("kl", 32, Activation::Groupsort, Constraint::Spectral),
    },
    HotPath {
        name: "ascent, groupsort, bjorck",
        flops: ascent_flops(32),
        make: || ascent("kl", 32, Activation::Groupsort, Constraint::Bjorck),
    },
    HotPath {
        name: "ascent, relu, penalty",
        flops: penalty_flops(32),
        make: || ascent("kl", 32, Activation::Relu, Constraint::Penalty),
    },
    HotPath {
        name: "ascent, relu, gp",
        flops: penalty_flops(32),
        make: || ascent("kl", 32, Activation::Relu, Constraint::Gp),
    },
    HotPath {
        name: "ascent, relu, width 64",
        flops: ascent_flops(64),
        make: || ascent("kl", 64, Activation::Relu, Constraint::Spectral),
    },
    HotPath {
        name: "ascent, relu, width 128",
        flops: ascent_flops(128),
        make: || ascent("kl", 128, Activation::Relu, Constraint::Spectral),
    },
    HotPath {
        name: "ascent, relu, chi2",
        flops: ascent_flops(32),
        make: || ascent("chi2", 32, Activation::Relu, Constraint::Spectral),
    },
    HotPath {
        name: "ascent, relu, jeffreys",
        flops: ascent_flops(32),
        make: || ascent("jeffreys", 32, Activation::Relu, Constraint::Spectral),
    },
    HotPath { name: "gpa step, 200 particles", flops: 0, make: || gpa(200) },
    HotPath { name: "gpa step, 1000 particles", flops: 0, make: || gpa(1000) },
    HotPath { name: "gpa step, 10000 particles", flops: 0, make: || gpa(10_000) },
    HotPath {
        name: "kernel sum, 2000 by 2000",
        flops: 0,
        make: || {
            let (x, sum) = (rows(2000, 0), KernelSum::<f32>::new(&Kernel::Gaussian(1.0), &rows(2000, 1), 2, None));
            Box::new(move || drop(sum.at(&x, &Interrupt::default()).unwrap()))
        },
    },
    HotPath {
        name: "exact W2, 500 points a side",
        flops: 0,
        make: || {
            let (x, y) = (rows(500, 0), rows(500, 1));
            Box::new(move || drop(exact(&x, &y, 2, 2.0, &Interrupt::default()).unwrap()))
        },
    },
    HotPath {
        name: "conjugate of jeffreys, 10000 values",
        flops: 0,
        make: || {
            let (g, y) = (f("jeffreys"), (0..10_000).map(|i| -3.0 + i as f32 * 3e-4).collect::<Vec<f32>>());
            Box::new(move || {
                let mut sum = 0.0;
                g.on_slices().at_slice(&y, 0.0, |_, n, lanes| sum += lanes.value[..n].iter().sum::<f32>());
                std::hint::black_box(sum);
            })
        },
    },
    HotPath {
        name: "scatter of 200 points to SVG",
        flops: 0,
        make: || {
            let data = ring(200, &Default::default(), &mut random::rng(3, 0)).unwrap();
            let cloud = plot::Cloud { name: "ring".into(), rows: data.data, d: 2 };
            Box::new(move || {
                drop(
                    plot::render::svg(
                        &plot::scatter::scatter(std::slice::from_ref(&cloud), &Default::default()).unwrap(),
                    )
                    .unwrap(),
                )
            })
        },
    },
];
