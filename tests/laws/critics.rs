//! Critics: gradients against finite differences, bounds against slopes, results at any thread count.
use crate::common::{cpu, named_divergence, printed, upload};
use crate::differences::partial;
use gflow::catalogue::Given;
use gflow::critic::kind::Form;
use gflow::critic::mlp::{Activation, Constraint, MlpBuilder, MlpOptions};
use gflow::critic::natural::{CRITICS, from_json};
use gflow::critic::{Ascent, Critic, CriticBuilder, Frame, SolverBuilder};
use gflow::dataset::gaussian;
use gflow::dataset::ring::ring;
use gflow::device::{Points, points, rows_f64, values};
use gflow::interrupt::Interrupt;
use gflow::random;
use std::sync::Arc;

const ACTIVATIONS: [Activation; 4] = [Activation::Groupsort, Activation::Relu, Activation::Tanh, Activation::LeakyRelu];

fn samples(n: usize, seed: u64) -> (Points, Points) {
    let p = gaussian::gaussian(n, 2, &Default::default(), &mut random::rng(seed, 0)).unwrap();
    let q = ring(n, &Default::default(), &mut random::rng(seed, 1)).unwrap();
    (upload(p), upload(q))
}

fn fitted(activation: Activation, constraint: Constraint, n: usize, steps: usize) -> Box<dyn Critic> {
    let (p, q) = samples(n, 1);
    let builder = MlpBuilder::new(vec![16, 16], MlpOptions { activation, constraint, ..Default::default() }).unwrap();
    let term = named_divergence("kl", 1.0).terms().remove(0).1;
    let mut critic = builder.build(&term, &Frame::of(&q).unwrap(), 3, 0).unwrap();
    let ascent =
        Ascent { steps, tolerance: 0.0, keep_history: false, interrupt: Interrupt::default(), ..Default::default() };
    critic.fit(&term, &p, &q, &ascent).unwrap();
    critic
}

/// Central differences with step 2e-3: f32 values of size 1 leave errors of about 1e-4; kinks are rare enough that
/// nine points in ten must agree.
#[test]
fn gradients_match_finite_differences() {
    for activation in ACTIVATIONS {
        let critic = fitted(activation, Constraint::Spectral, 100, 30);
        let at: Vec<f32> =
            (0..40).flat_map(|i| [(i as f32 * 0.37).sin() * 4.0, (i as f32 * 0.61).cos() * 4.0]).collect();
        let gradient = rows_f64(&critic.gradient(&points(at.clone(), 40, 2, &cpu().device)).unwrap()).unwrap();
        let mut good = 0;
        for i in 0..40 {
            for k in 0..2 {
                let difference = partial(&at[2 * i..2 * i + 2], k, 2e-3, |x| {
                    f64::from(values(&critic.value(&points(x.to_vec(), 1, 2, &cpu().device)).unwrap()).unwrap()[0])
                });
                good += usize::from((difference - gradient[2 * i + k]).abs() < 3e-3);
            }
        }
        assert!(good >= 72, "{activation:?}: {good} of 80 agree");
    }
}

/// The reported bound is above every slope between points, for every activation and constraint.
#[test]
fn the_bound_is_an_upper_bound() {
    for activation in ACTIVATIONS {
        for constraint in [Constraint::Spectral, Constraint::Penalty, Constraint::None] {
            let critic = fitted(activation, constraint, 100, 60);
            let bound = critic.lipschitz_bound().unwrap().unwrap();
            let at = gaussian::gaussian(300, 2, &Default::default(), &mut random::rng(8, 0)).unwrap();
            let phi = values(&critic.value(&upload(at.clone())).unwrap()).unwrap();
            let mut steepest = 0.0f64;
            for i in 0..300 {
                for j in 0..i {
                    let d = (at.data[2 * i] - at.data[2 * j]).hypot(at.data[2 * i + 1] - at.data[2 * j + 1]);
                    if d > 0.1 {
                        steepest = steepest.max(f64::from((phi[i] - phi[j]).abs()) / d);
                    }
                }
            }
            assert!(steepest <= bound * (1.0 + 1e-5), "{activation:?} {constraint:?}: slope {steepest}, bound {bound}");
            if constraint == Constraint::Spectral {
                assert!(bound < 1.05, "{activation:?}: bound {bound}");
            }
        }
    }
}

/// The same bits with one thread and with three: blocks and sums do not depend on threads. 2600 points are three blocks.
#[test]
fn results_do_not_depend_on_threads() {
    let state = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| fitted(Activation::Groupsort, Constraint::Spectral, 2600, 4).state().unwrap())
    };
    assert_eq!(state(1), state(3));
}

/// So do the bounds of entropic transport, whose columns were once summed by as many tasks as there are threads.
#[test]
fn bounds_of_transport_do_not_depend_on_threads() {
    let said = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let script = "let e = w2().estimate(data::gaussian(700, 2), data::ring(650), #{ critic: entropic() }); \
                      `${e.lower} ${e.value} ${e.upper}`";
        pool.install(|| printed(script))
    };
    let one = said(1);
    assert_eq!([said(2), said(3)], [one.clone(), one]);
}

/// The ascent ends early once it stops improving, and not before it was asked to look.
#[test]
fn early_stopping() {
    let (p, q) = samples(60, 1);
    let builder = MlpBuilder::new(vec![8], MlpOptions::default()).unwrap();
    let term = named_divergence("kl", 1.0).terms().remove(0).1;
    let steps = |tolerance: f64| {
        let mut critic = builder.build(&term, &Frame::of(&q).unwrap(), 3, 0).unwrap();
        let ascent = Ascent {
            steps: 3000,
            tolerance,
            keep_history: false,
            interrupt: Interrupt::default(),
            ..Default::default()
        };
        critic.fit(&term, &p, &q, &ascent).unwrap().iterations
    };
    assert_eq!(steps(0.0), 3000);
    let (loose, tight) = (steps(0.05), steps(1e-6));
    assert!(loose < tight && tight < 3000, "{loose} and {tight}");
}

#[test]
fn a_critic_survives_saving() {
    for constraint in [Constraint::Spectral, Constraint::Penalty] {
        let mut a = fitted(Activation::Relu, constraint, 80, 10);
        let mut b = fitted(Activation::Relu, constraint, 80, 0);
        b.restore(&a.state().unwrap(), &cpu().device).unwrap();
        let (p, q) = samples(80, 1);
        let term = named_divergence("kl", 1.0).terms().remove(0).1;
        let ascent = Ascent {
            steps: 5,
            tolerance: 0.0,
            keep_history: false,
            interrupt: Interrupt::default(),
            ..Default::default()
        };
        a.fit(&term, &p, &q, &ascent).unwrap();
        b.fit(&term, &p, &q, &ascent).unwrap();
        assert_eq!(a.state().unwrap(), b.state().unwrap(), "{constraint:?}");
    }
}

/// Every kind of the list is read from what it saves, as the same recipe.
#[test]
fn saved_recipes_come_back() {
    for kind in CRITICS {
        let given = Given::new("critic");
        let made: Arc<dyn CriticBuilder> = match kind.form {
            Form::Widths { make, .. } => make(vec![8, 8], &given).unwrap(),
            Form::Options { make } => make(&given).unwrap(),
            Form::Features { make, .. } => make(MlpBuilder::new(vec![8], MlpOptions::default()).unwrap(), 3).unwrap(),
            Form::Solver { make, .. } => Arc::new(SolverBuilder(make(&given).unwrap())),
        };
        let again = from_json(&made.to_json()).unwrap();
        assert_eq!((again.describe(), again.to_json()), (made.describe(), made.to_json()));
    }
}
