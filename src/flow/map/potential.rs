//! The flow of a potential U(x, t): dx/dt = −∇U/λ over unit time, with the kinetic energy it costs. [gu2024w1w2](crate::references#gu2024w1w2)
//!
//! x_{i+1} = x_i − (Δt/λ)∇U(x_i, t_i). The gradient in the parameters runs back through the steps: with a_i = ∂loss/∂x_i
//! and c_i = ∂loss/∂∇U_i, a_i = a_{i+1} + ∇²U_i c_i, and each step adds ∂_θ⟨c_i, ∇U_i⟩. All in coordinates centred and
//! scaled by the samples, in which λ is λs², so that a run in other units is the same run.
use super::Map;
use crate::critic::Named;
use crate::device::{Points, Values, points, rows_f64};
use crate::error::{Error, Result};
use crate::network::architecture::Architecture;
use crate::network::interface::Slopes;
use crate::network::optimizer::OptimizerOptions;
use crate::network::{Activation, Frame, Layers, Network, open, prefixed, under};
use crate::random::Rng;
use crate::{interrupt, memory};
use burn::tensor::Tensor;

/// The map x(0) ↦ x(1).
#[derive(Clone)]
pub struct PotentialFlow {
    network: Box<dyn Network>,
    center: Points,
    scale: f64,
    /// λ s², what |v|² in coordinates of the frame costs
    cost: f64,
    /// what the slope of the network is divided by to be that velocity
    lambda: f64,
    /// weight of the kinetic energy: 1, or 0 for the flow without it
    kinetic: f64,
    /// steps of unit time
    steps: usize,
}

/// What a potential flow is told besides its layers.
#[derive(Clone, Copy, Debug)]
pub struct Way {
    /// λ
    pub lambda: f64,
    /// whether U is the network, whose slope in the frame is λs² times a velocity; it was s² times that, and λ, in runs that were saved before
    pub in_units: bool,
    /// weight of the kinetic energy, 1 or 0
    pub kinetic: f64,
    /// steps of unit time
    pub steps: usize,
}

/// One step on the way.
struct Leg {
    /// ∇net, shape [n, d]
    gradient: Points,
    /// ∂net/∂t, shape [n, 1]
    in_time: Points,
    slopes: Box<dyn Slopes>,
}

impl PotentialFlow {
    /// A potential of these hidden layers, in the coordinates of a frame. Errors if the layers cannot read points with a time.
    pub fn new(
        layers: &Architecture,
        optimizer: OptimizerOptions,
        frame: &Frame,
        way: Way,
        rng: &mut Rng,
    ) -> Result<PotentialFlow> {
        let d = frame.dim();
        let shape = layers.reading(d + 1, 1, 1, Activation::Tanh, false)?;
        let network = open(shape, None, optimizer, rng, &frame.device);
        Ok(PotentialFlow {
            network,
            center: points(frame.center.clone(), 1, d, &frame.device),
            scale: frame.scale,
            cost: way.lambda * frame.scale * frame.scale,
            lambda: if way.in_units { way.lambda * frame.scale * frame.scale } else { way.lambda },
            kinetic: way.kinetic,
            steps: way.steps,
        })
    }

    /// Errors if the way of so many points, of which the gradient keeps every step, is more than memory holds.
    pub fn check_memory(&self, points: usize) -> Result<()> {
        let (steps, leg) = (self.steps, self.network.shape().stored(points));
        memory::check(
            &format!("w1w2_flow, {steps} time steps of {points} points"),
            leg.saturating_mul(2 * steps as u128),
        )
    }

    fn dt(&self) -> f64 {
        1.0 / self.steps as f64
    }

    fn leg(&self, layers: &dyn Layers, at: Points, i: usize) -> Result<Leg> {
        interrupt::poll()?;
        let [n, d] = at.dims();
        let time: Points = Tensor::full([n, 1], i as f64 * self.dt(), &at.device());
        let input = Tensor::cat(vec![at.clone(), time], 1);
        let slopes = layers.forward(&[&input])?.slopes()?;
        let full = slopes.gradient().clone();
        Ok(Leg { gradient: full.clone().narrow(1, 0, d), in_time: full.narrow(1, d, 1), slopes })
    }

    /// The legs of the way, and its end in the coordinates of the samples.
    fn travel(&self, layers: &dyn Layers, z: &Points) -> Result<(Vec<Leg>, Points)> {
        let mut x = (z.clone() - self.center.clone()).div_scalar(self.scale);
        let mut legs = vec![];
        for i in 0..self.steps {
            let leg = self.leg(layers, x.clone(), i)?;
            x = x - leg.gradient.clone().mul_scalar(self.dt() / self.lambda);
            legs.push(leg);
        }
        Ok((legs, x.mul_scalar(self.scale) + self.center.clone()))
    }

    /// The gradient of loss(x(1)) + kinetic energy in the parameters.
    fn gradient(&self, z: &Points, loss: &mut dyn FnMut(&Points) -> Result<Points>) -> Result<Values> {
        let (legs, end) = self.travel(&*self.network.layers(), z)?;
        let [n, _] = end.dims();
        let mut a = loss(&end)?.mul_scalar(self.scale);
        let mut total: Option<Values> = None;
        let h = self.dt() / self.lambda;
        for leg in legs.into_iter().rev() {
            interrupt::poll()?;
            let own = leg.gradient.clone().mul_scalar(self.kinetic * h * self.cost / (self.lambda * n as f64));
            let c = own - a.clone().mul_scalar(h);
            let padded = Tensor::cat(vec![c, leg.in_time.zeros_like()], 1);
            let (gradient, hessian) = leg.slopes.tangent(&padded)?;
            if let Some(hessian) = hessian {
                let d = a.dims()[1];
                a = a + hessian.narrow(1, 0, d);
            }
            total = Some(match total {
                None => gradient,
                Some(t) => t + gradient,
            });
        }
        total.ok_or_else(|| Error::data("w1w2_flow", "it takes no time steps"))
    }
}

impl Map for PotentialFlow {
    fn at(&self, z: &Points) -> Result<Points> {
        // without the way back nothing needs to be kept, and the fast path of networks will do
        let layers = self.network.layers();
        let mut x = (z.clone() - self.center.clone()).div_scalar(self.scale);
        let [n, d] = x.dims();
        for i in 0..self.steps {
            interrupt::poll()?;
            let time: Points = Tensor::full([n, 1], i as f64 * self.dt(), &x.device());
            let (_, gradient) = layers.value_and_input_gradient(&Tensor::cat(vec![x.clone(), time], 1))?;
            x = x - gradient.narrow(1, 0, d).mul_scalar(self.dt() / self.lambda);
        }
        Ok(x.mul_scalar(self.scale) + self.center.clone())
    }
    fn now(&self, z: &Points) -> Result<Points> {
        self.at(z)
    }
    fn descend(&mut self, z: &Points, loss: &mut dyn FnMut(&Points) -> Result<Points>) -> Result<()> {
        let gradient = self.gradient(z, loss)?;
        self.network.ascend(gradient.neg())
    }
    fn slow(&mut self, share: f64) {
        self.network.slow(share);
    }
    fn state(&self) -> Result<Vec<Named>> {
        Ok(prefixed(self.network.state()?, "generator"))
    }
    fn restore(&mut self, state: &[Named]) -> Result<()> {
        self.network.restore(&under(state, "generator"))
    }
    /// kinetic: λ∫½|v|²; hamilton_jacobi: E|U_t − |∇U|²/(2λ) − its mean| over E|∇U|²/(2λ), 0 for an optimal
    /// flow; straightness: how far
    /// points come over how far they go, 1 for straight lines.
    fn report(&self, z: &Points) -> Result<Vec<(&'static str, f64)>> {
        let (legs, end) = self.travel(&*self.network.layers(), z)?;
        let [n, d] = end.dims();
        let (mut kinetic, mut residual, mut length) = (0.0, 0.0, vec![0.0; n]);
        for leg in &legs {
            let (g, t) = (rows_f64(&leg.gradient)?, rows_f64(&leg.in_time)?);
            let energies: Vec<f64> =
                g.chunks(d).map(|g| g.iter().map(|v| v * v).sum::<f64>() / (2.0 * self.lambda)).collect();
            // U is known up to a function of time, which moves nothing
            let gauge = t.iter().zip(&energies).map(|(t, e)| t - e).sum::<f64>() / n as f64;
            for ((e, t), l) in energies.iter().zip(t).zip(&mut length) {
                kinetic += self.dt() * e / n as f64;
                residual += self.dt() * (t - e - gauge).abs() / n as f64;
                *l += self.dt() / self.lambda * (2.0 * self.lambda * e).sqrt() * self.scale;
            }
        }
        let (start, end) = (rows_f64(z)?, rows_f64(&end)?);
        let far = start
            .chunks(d)
            .zip(end.chunks(d))
            .map(|(a, b)| a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt());
        let straight = far.zip(&length).map(|(f, l)| if *l > 0.0 { f / l } else { 1.0 }).sum::<f64>() / n as f64;
        Ok(vec![
            ("kinetic", self.cost / self.lambda * kinetic),
            ("hamilton_jacobi", residual / kinetic.max(1e-300)),
            ("straightness", straight),
        ])
    }
    fn boxed_clone(&self) -> Box<dyn Map> {
        Box::new(self.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{host, rows, values};
    use crate::differences::partial;
    use rand::Rng as _;

    fn way(lambda: f64, steps: usize) -> Way {
        Way { lambda, in_units: true, kinetic: 1.0, steps }
    }

    /// The adjoint against central differences of E⟨w, x(1)⟩ + kinetic energy in every ninth parameter: step 1e-2 in f32
    /// leaves 2 % of the largest entry.
    #[test]
    fn adjoint_gradients_match_finite_differences() {
        let device = host();
        let mut rng = crate::random::rng(5, 0);
        let (n, d) = (16, 2);
        let z = points((0..n * d).map(|_| rng.random_range(-2.0..2.0)).collect(), n, d, &device);
        let w = points((0..n * d).map(|_| rng.random_range(-1.0..1.0)).collect(), n, d, &device);
        let frame = Frame::of(&z).unwrap();
        let mut flow =
            PotentialFlow::new(&vec![8, 6].into(), OptimizerOptions::default(), &frame, way(0.5, 4), &mut rng).unwrap();
        let exact = flow.gradient(&z, &mut |_| Ok(w.clone().div_scalar(n as f64))).unwrap();
        let exact = values(&exact).unwrap();
        let state = flow.network.state().unwrap();
        let theta = values(&flow.network.theta()).unwrap();
        let scale = exact.iter().fold(0.0f32, |a, b| a.max(b.abs()));
        for i in (0..theta.len()).step_by(9) {
            let slope = partial(&theta, i, 1e-2, |theta| {
                let mut moved = state.clone();
                moved.iter_mut().find(|n| n.name == "theta").unwrap().data = theta.to_vec();
                flow.network.restore(&moved).unwrap();
                let gain: f32 = rows(&(flow.at(&z).unwrap() * w.clone())).unwrap().iter().sum::<f32>() / n as f32;
                f64::from(gain) + flow.report(&z).unwrap()[0].1
            });
            assert!((slope - f64::from(exact[i])).abs() < 0.02 * f64::from(scale), "{i}: {slope} and {}", exact[i]);
        }
    }

    /// T11: towards the terminal cost a|x|²/2 the optimal potential is U = a|x|²/(2(1 + a(1 − t)/λ)), whose flow is straight
    /// and ends at x/(1 + a/λ), in five steps as in continuous time. 600 steps of Adam come to 4 %.
    #[test]
    fn a_quadratic_cost_has_the_potential_of_hamilton_and_jacobi() {
        let device = host();
        let (a, lambda, n) = (1.5, 0.8, 200);
        let mut rng = crate::random::rng(8, 0);
        let z = points((0..n).map(|_| rng.random_range(-2.0..2.0)).collect(), n, 1, &device);
        let frame = Frame::of(&z).unwrap();
        let optimizer = OptimizerOptions { lr: 5e-3, ..OptimizerOptions::default() };
        let mut flow = PotentialFlow::new(&vec![32, 32].into(), optimizer, &frame, way(lambda, 5), &mut rng).unwrap();
        for _ in 0..600 {
            flow.descend(&z, &mut |y| Ok(y.clone().mul_scalar(a / n as f64))).unwrap();
        }
        let (start, end) = (rows_f64(&z).unwrap(), rows_f64(&flow.at(&z).unwrap()).unwrap());
        let shrunk = 1.0 / (1.0 + a / lambda);
        let wrong = start.iter().zip(&end).map(|(x, y)| (y - shrunk * x).abs()).sum::<f64>()
            / start.iter().map(|x| x.abs()).sum::<f64>();
        assert!(wrong < 0.04, "the ends are {wrong} of the starts off");
        // ∇U along the way: the velocity −∇U/λ stays what it is at the start, a/(1 + a/λ) x
        let layers = flow.network.layers();
        for (i, leg) in flow.travel(&*layers, &z).unwrap().0.iter().enumerate() {
            let slopes = rows_f64(&leg.gradient).unwrap();
            let off: f64 = slopes.iter().zip(&start).map(|(g, x)| (g / flow.scale - a * shrunk * x).abs()).sum::<f64>()
                / start.iter().map(|x| (a * shrunk * x).abs()).sum::<f64>();
            assert!(off < 0.1, "step {i}: the gradient is {off} off");
        }
        let report = flow.report(&z).unwrap();
        assert!(
            report[1].1 < 0.2 && report[2].1 > 0.99,
            "Hamilton-Jacobi residual {}, straightness {}",
            report[1].1,
            report[2].1
        );
    }
}
