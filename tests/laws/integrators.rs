//! The observed order of every integrator, on dY/dt = −Y + cos(Y): smooth, nonlinear, known by a fine solution.
use crate::common::column;
use burn::tensor::Tensor;
use gflow::device::Points;
use gflow::error::Result;
use gflow::flow::field::{Field, Velocity};
use gflow::flow::integrators::ALL;
use gflow::flow::{Record, State};

struct Known;

impl Field for Known {
    fn velocity(&mut self, y: &Points) -> Result<Velocity> {
        let v = y.clone().neg() + y.clone().cos();
        let zero: Tensor<1> = y.clone().sum().mul_scalar(0.0);
        Ok(Velocity { v, record: Record { divergence: zero.clone(), fisher: zero.clone(), speed: zero.clone(), fastest: zero } })
    }
}

fn solve(integrator: usize, steps: usize) -> f64 {
    let mut s = State { particles: column(&[3.0]), previous: None, time: 0.0, step: 0 };
    for _ in 0..steps {
        s = ALL[integrator].step(s, 2.0 / steps as f64, &mut Known).unwrap().0;
    }
    f64::from(gflow::device::rows(&s.particles).unwrap()[0])
}

fn exact() -> f64 {
    let (mut y, n) = (3.0f64, 200_000);
    let h = 2.0 / f64::from(n);
    for _ in 0..n {
        let f = |y: f64| -y + y.cos();
        let (k1, k2) = (f(y), f(y + 0.5 * h * f(y)));
        let k3 = f(y + 0.5 * h * k2);
        y += h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + f(y + h * k3));
    }
    y
}

#[test]
fn every_integrator_has_its_order() {
    let truth = exact();
    for (i, integrator) in ALL.iter().enumerate() {
        // f32 leaves about 3e-7: the fourth-order scheme is measured on coarse grids
        let (coarse, fine) = if integrator.order() == 4 { (6, 12) } else { (16, 32) };
        let errors = [coarse, fine].map(|n| (solve(i, n) - truth).abs());
        let order = (errors[0] / errors[1]).log2();
        let expected = f64::from(integrator.order());
        assert!((order - expected).abs() < 0.45, "{}: observed order {order:.2}, errors {errors:?}", integrator.name());
        assert!(errors[1] < if integrator.order() == 1 { 0.1 } else { 0.01 });
    }
}
