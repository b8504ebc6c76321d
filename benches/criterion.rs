//! Criterion benchmarks: one GPA step, exact transport, the conjugate on a tensor, a figure.
use criterion::{Criterion, criterion_group, criterion_main};
use gflow::critic::mlp::{Activation, MlpBuilder, MlpOptions};
use gflow::dataset::gaussian::gaussian;
use gflow::dataset::ring::ring;
use gflow::device::{self, Choice};
use gflow::divergence::Regularized;
use gflow::flow::gradient_flow::FlowRecipe;
use gflow::flow::options::FlowOptions;
use gflow::flow::{Recipe, Setting, State};
use gflow::generator::named;
use gflow::space::Lipschitz;
use gflow::transport::exact::exact;
use gflow::{interrupt::Interrupt, plot, random};
use std::sync::Arc;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn step(c: &mut Criterion) {
    let cpu = device::open(Choice::Cpu).unwrap().device;
    for (name, activation) in [("relu", Activation::Relu), ("groupsort", Activation::Groupsort)] {
        for n in [200, 1000, 10_000] {
            let q = ring(n, &Default::default(), &mut random::rng(1, 0)).unwrap();
            let p = gaussian(n, 2, &Default::default(), &mut random::rng(1, 1)).unwrap();
            let (q, p) = (device::points(q.data, n, 2, &cpu), device::points(p.data, n, 2, &cpu));
            let critic = MlpBuilder::new(vec![32, 32, 32], MlpOptions { activation, power_iterations: 1, ..Default::default() }).unwrap();
            let generator = Arc::new(named::find("kl").unwrap().build(&[]).unwrap());
            let divergence = Arc::new(Regularized { generator, space: Lipschitz::new(1.0).unwrap() });
            let options = FlowOptions { inner_steps: 5, ..Default::default() };
            let recipe = FlowRecipe { preset: "gpa".into(), divergence, options, critic: Arc::new(critic), chosen: true };
            let mut flow = recipe.start(&Setting { source: &p, target: &q, labels: None, seed: 0, steps: 1, saved: &[], interrupt: &Interrupt::default() }).unwrap();
            let mut state = Some(State::at(p));
            c.bench_function(&format!("gpa step, {name}, {n} particles"), |b| {
                b.iter(|| {
                    let s = state.take().unwrap();
                    state = Some(flow.step(s).unwrap().0);
                })
            });
        }
    }
}

fn transport(c: &mut Criterion) {
    let draw = |stream| -> Vec<f64> { gaussian(1000, 2, &Default::default(), &mut random::rng(2, stream)).unwrap().data.into_iter().map(f64::from).collect() };
    let (x, y) = (draw(0), draw(1));
    c.bench_function("exact W2, 1000 points a side", |b| b.iter(|| exact(&x, &y, 2, 2.0, &Interrupt::default()).unwrap().cost));
}

fn conjugate(c: &mut Criterion) {
    let cpu = device::open(Choice::Cpu).unwrap().device;
    let y = device::points((0..10_000).map(|i| -3.0 + i as f32 * 3e-4).collect(), 10_000, 1, &cpu).reshape([10_000]);
    for name in ["chi2", "jeffreys", "js"] {
        let g = named::find(name).unwrap().build(&[]).unwrap();
        c.bench_function(&format!("conjugate of {name}, 10000 values"), |b| b.iter(|| g.conjugate_tensor(&y).value));
    }
}

fn figure(c: &mut Criterion) {
    let data = ring(200, &Default::default(), &mut random::rng(3, 0)).unwrap();
    let cloud = plot::Cloud { name: "ring".into(), rows: data.data.into_iter().map(f64::from).collect(), d: 2 };
    c.bench_function("scatter of 200 points to SVG", |b| {
        b.iter(|| plot::render::svg(&plot::scatter::scatter(std::slice::from_ref(&cloud), &Default::default()).unwrap()).unwrap())
    });
}

criterion_group! { name = benches; config = Criterion::default().sample_size(20); targets = step, transport, conjugate, figure }
criterion_main!(benches);
