//! The observed order of every integrator, on dY/dt = −Y + cos(Y): smooth, nonlinear, known by a fine solution.
use crate::common::column;
use burn::tensor::Tensor;
use gflow::device::Points;
use gflow::error::Result;
use gflow::flow::field::{Field, Velocity};
use gflow::flow::integrators::{ALL, Control, find};
use gflow::record::{Record, State};

struct Known;

impl Field for Known {
    fn velocity(&mut self, y: &Points) -> Result<Velocity> {
        let v = y.clone().neg() + y.clone().cos();
        let zero: Tensor<1> = y.clone().sum().mul_scalar(0.0);
        Ok(Velocity { record: Record::of(zero, &v), v })
    }
    fn velocity_at(&mut self, _: &Points, x: &Points) -> Result<Points> {
        Ok(x.clone().neg() + x.clone().cos())
    }
}

fn control(dt: f64, tolerance: f64) -> Control {
    Control { dt, tolerance, scale: 1.0, iterations: 50, halvings: 0 }
}

fn solve(integrator: usize, steps: usize) -> f64 {
    let mut s = State::at(column(&[3.0]));
    for _ in 0..steps {
        s = (ALL[integrator].step)(s, &control(2.0 / steps as f64, 1e-6), &mut Known).unwrap().0;
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

/// The slope of ln |y| over ln |x|, by least squares.
fn slope(x: &[f64], y: &[f64]) -> f64 {
    let n = x.len() as f64;
    let (x, y): (Vec<f64>, Vec<f64>) = (x.iter().map(|v| v.ln()).collect(), y.iter().map(|v| v.abs().ln()).collect());
    let (mx, my) = (x.iter().sum::<f64>() / n, y.iter().sum::<f64>() / n);
    x.iter().zip(&y).map(|(x, y)| (x - mx) * (y - my)).sum::<f64>() / x.iter().map(|x| (x - mx) * (x - mx)).sum::<f64>()
}

/// By regression over five step lengths. f32 leaves about 3e-7: the fourth-order scheme is measured on coarse grids.
#[test]
fn every_integrator_has_its_order() {
    let truth = exact();
    for (i, integrator) in ALL.iter().enumerate().filter(|(_, s)| s.name != "adaptive") {
        let grids: [usize; 5] = if integrator.order == 4 { [6, 7, 8, 10, 12] } else { [16, 20, 26, 32, 40] };
        let errors = grids.map(|n| solve(i, n) - truth);
        let order = slope(&grids.map(|n| 2.0 / n as f64), &errors);
        let expected = f64::from(integrator.order);
        assert!((order - expected).abs() < 0.35, "{}: observed order {order:.2}, errors {errors:?}", integrator.name);
    }
}

/// The adaptive scheme keeps the error per step at the tolerance: its global error falls in proportion, and it takes
/// long steps where the solution is flat.
#[test]
fn the_adaptive_scheme_obeys_its_tolerance() {
    let adaptive = find("adaptive").unwrap();
    let run = |tolerance: f64| {
        let (mut s, mut lengths) = (State::at(column(&[3.0])), vec![]);
        while s.time.read().unwrap() < 2.0 {
            let left = 2.0 - s.time.read().unwrap();
            let dt = s.dt.unwrap_or(1.0).min(left);
            let before = s.time.read().unwrap();
            s = (adaptive.step)(State { dt: Some(dt), ..s }, &control(1.0, tolerance), &mut Known).unwrap().0;
            lengths.push(s.time.read().unwrap() - before);
        }
        (f64::from(gflow::device::rows(&s.particles).unwrap()[0]) - exact(), lengths)
    };
    let tolerances = [1e-2, 3e-3, 1e-3, 3e-4];
    let runs = tolerances.map(run);
    let errors: Vec<f64> = runs.iter().map(|r| r.0).collect();
    let order = slope(&tolerances, &errors);
    assert!((order - 1.0).abs() < 0.3, "error against tolerance: slope {order:.2}, {errors:?}");
    let lengths = &runs[3].1;
    assert!(lengths[lengths.len() - 2] > 1.3 * lengths[0], "{lengths:?}");
}
