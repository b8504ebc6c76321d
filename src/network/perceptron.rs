//! A network between samples: x = centre + scale · net((z − centre')/scale') `[+ z]`, with its optimiser.
use super::frame::Frame;
use super::interface::{Layers, Network};
use super::named::{self, Named, prefixed, under};
use super::open::open;
use super::optimizer::OptimizerOptions;
use super::shape::Shape;
use crate::device::{Points, Values, points, values, vector};
use crate::error::Result;
use crate::random::Rng;

/// A map R^k → R^d that learns.
#[derive(Clone)]
pub struct Perceptron {
    network: Box<dyn Network>,
    /// moving average of θ
    average: Option<Averaged>,
    entry: (Points, f64),
    exit: (Points, f64),
    /// adds the input to the output
    skip: bool,
}

/// Which moving average of the parameters is kept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Average {
    /// none
    Never,
    /// with this decay at every step
    Decay(f64),
    /// over about this share of the steps so far, the last ones
    Last(f64),
}

/// An average with the number of steps it was taken over.
#[derive(Clone)]
struct Averaged {
    by: Average,
    theta: Values,
    steps: u64,
}

impl Averaged {
    /// Takes θ after one more step.
    fn take(&mut self, theta: Values) {
        self.steps += 1;
        let new = match self.by {
            Average::Decay(decay) => 1.0 - decay,
            // 1 at the first step, 1/(share·k) far on: the weights of steps grow like a power of their number
            Average::Last(share) => 1.0 / (1.0 + share * (self.steps - 1) as f64),
            Average::Never => return,
        };
        self.theta = match self.by {
            Average::Decay(decay) => self.theta.clone().mul_scalar(decay as f32) + theta.mul_scalar(new as f32),
            _ => self.theta.clone().mul_scalar((1.0 - new) as f32) + theta.mul_scalar(new as f32),
        };
    }
}

/// How the layers of a perceptron are used.
pub struct Recipe {
    /// the rule that trains it
    pub optimizer: OptimizerOptions,
    /// which moving average of the parameters is kept
    pub average: Average,
    /// whether the input is added to the output
    pub skip: bool,
}

impl Perceptron {
    /// From the frame of the inputs to the frame of the outputs, through a shape of their dimensions.
    pub fn new(recipe: Recipe, shape: Shape, from: &Frame, to: &Frame, rng: &mut Rng) -> Perceptron {
        let network = open(shape, None, recipe.optimizer, rng, &to.device);
        let frame = |f: &Frame| (points(f.center.clone(), 1, f.dim(), &to.device), f.scale);
        // with a skip the network is a correction: it begins small and around nothing
        let exit = if recipe.skip {
            (points(vec![0.0; to.dim()], 1, to.dim(), &to.device), 0.1 * to.scale)
        } else {
            frame(to)
        };
        let average = match recipe.average {
            Average::Never => None,
            by => Some(Averaged { by, theta: network.theta(), steps: 0 }),
        };
        Perceptron { network, average, entry: frame(from), exit, skip: recipe.skip }
    }

    fn enter(&self, z: &Points) -> Points {
        (z.clone() - self.entry.0.clone()).div_scalar(self.entry.1)
    }
    fn leave(&self, z: &Points, out: Values) -> Points {
        let y = out.reshape([z.dims()[0], self.network.shape().outs()]).mul_scalar(self.exit.1) + self.exit.0.clone();
        if self.skip { y + z.clone() } else { y }
    }
    /// The layers with the averaged parameters, if there are any.
    fn averaged(&self) -> Result<Box<dyn Layers>> {
        match &self.average {
            Some(average) => self.network.layers_at(&average.theta),
            None => Ok(self.network.layers()),
        }
    }

    /// The map at points, by the averaged parameters if there are any.
    pub fn at(&self, z: &Points) -> Result<Points> {
        self.through(&*self.averaged()?, z)
    }
    /// The map as training sees it.
    pub fn now(&self, z: &Points) -> Result<Points> {
        self.through(&*self.network.layers(), z)
    }
    fn through(&self, layers: &dyn Layers, z: &Points) -> Result<Points> {
        Ok(self.leave(z, layers.outputs(&self.enter(z))?))
    }

    /// One step down a loss of the outputs, given by its gradient there.
    pub fn descend(&mut self, z: &Points, loss: &mut dyn FnMut(&Points) -> Result<Points>) -> Result<()> {
        let gradient = self.gradient(z, loss)?;
        self.update(gradient)
    }

    /// The gradient of a loss of the outputs in the parameters.
    pub fn gradient(&self, z: &Points, loss: &mut dyn FnMut(&Points) -> Result<Points>) -> Result<Values> {
        let pass = self.network.layers().forward(&[&self.enter(z)])?;
        let y = self.leave(z, pass.outputs()?.remove(0));
        let [n, d] = y.dims();
        pass.gradient(&[loss(&y)?.mul_scalar(self.exit.1).reshape([n * d])])
    }

    /// The gradients of a loss of the outputs in the parameters and in the inputs.
    pub fn both_gradients(&self, z: &Points, loss: &dyn Fn(&Points) -> Points) -> Result<(Values, Points)> {
        let pass = self.network.layers().forward(&[&self.enter(z)])?;
        let seed = loss(&self.leave(z, pass.outputs()?.remove(0)));
        let [n, d] = seed.dims();
        let (gradient, on_input) = pass.both_gradients(&seed.clone().mul_scalar(self.exit.1).reshape([n * d]))?;
        let on_input = on_input.div_scalar(self.entry.1);
        Ok((gradient, if self.skip { on_input + seed } else { on_input }))
    }

    /// Jᵀv for the Jacobian J of the map at every input, by the averaged parameters if there are any.
    pub fn pull(&self, z: &Points, v: &Points) -> Result<Points> {
        let pass = self.averaged()?.forward(&[&self.enter(z)])?;
        let [n, d] = v.dims();
        let pulled = pass.input_gradient(&v.clone().mul_scalar(self.stretch()).reshape([n * d]))?;
        Ok(if self.skip { pulled + v.clone() } else { pulled })
    }

    /// Number of parameters.
    pub fn parameters(&self) -> usize {
        self.network.shape().parameters()
    }
    /// The layers as they are now.
    pub fn layers(&self) -> Box<dyn Layers> {
        self.network.layers()
    }
    /// What the frames multiply the Lipschitz constant of the layers by.
    pub fn stretch(&self) -> f64 {
        self.exit.1 / self.entry.1
    }

    /// θ one optimiser step against a gradient.
    pub fn update(&mut self, gradient: Values) -> Result<()> {
        self.network.ascend(gradient.neg())?;
        if let Some(average) = &mut self.average {
            average.take(self.network.theta());
        }
        Ok(())
    }

    /// Multiplies the learning rate of the steps to come.
    pub fn slow(&mut self, share: f64) {
        self.network.slow(share);
    }

    /// Everything a bit-identical continuation needs, under a prefix.
    pub fn state(&self, prefix: &str) -> Result<Vec<Named>> {
        let mut out = self.network.state()?;
        if let Some(average) = &self.average {
            out.push(Named::new("average", values(&average.theta)?));
            if matches!(average.by, Average::Last(_)) {
                out.push(Named::count("averaged", average.steps));
            }
        }
        Ok(prefixed(out, prefix))
    }

    /// Puts a state back that was saved under a prefix.
    pub fn restore(&mut self, state: &[Named], prefix: &str) -> Result<()> {
        let mine = under(state, prefix);
        if let Some(average) = &mut self.average {
            let saved = named::parameters(&mine, "average", self.network.shape().parameters())?;
            average.theta = vector(saved, &average.theta.device());
            average.steps = named::count(&mine, "averaged");
        }
        self.network.restore(&mine)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{host, rows};
    use crate::differences::partial;
    use rand::Rng as _;

    /// The parameter gradient of ½|G(z) − x|² against central differences of the loss: step 1e-2 in f32, 2 % of the
    /// largest entry; and descent reaches an affine map to 1 %.
    #[test]
    fn gradients_match_finite_differences_and_descent_learns() {
        let device = host();
        let mut rng = crate::random::rng(3, 0);
        let z = points((0..60).map(|_| rng.random_range(-1.0..1.0)).collect(), 20, 3, &device);
        let x = z.clone().narrow(1, 0, 2).mul_scalar(2.0).add_scalar(1.0);
        let (from, to) = (Frame::of(&z).unwrap(), Frame::of(&x).unwrap());
        for skip in [false, true] {
            let target = if skip { z.clone().mul_scalar(1.5) } else { x.clone() };
            let to = if skip { Frame::of(&z).unwrap() } else { to.clone() };
            let optimizer = OptimizerOptions { lr: 1e-2, ..OptimizerOptions::default() };
            let shape = Shape::new(from.dim(), &[16, 16], to.dim(), crate::network::activation::Activation::Tanh);
            let mut g =
                Perceptron::new(Recipe { optimizer, average: Average::Decay(0.9), skip }, shape, &from, &to, &mut rng);
            let loss =
                |y: &Points| rows(&(y.clone() - target.clone())).unwrap().iter().map(|v| 0.5 * v * v).sum::<f32>();
            let exact = values(&g.gradient(&z, &mut |y| Ok(y.clone() - target.clone())).unwrap()).unwrap();
            let pulled = rows(&g.pull(&z, &(g.now(&z).unwrap() - target.clone())).unwrap()).unwrap();
            let size = pulled.iter().fold(0.0f32, |a, b| a.max(b.abs()));
            let at = rows(&z).unwrap();
            for i in (0..pulled.len()).step_by(5) {
                let slope =
                    partial(&at, i, 1e-2, |z| f64::from(loss(&g.now(&points(z.to_vec(), 20, 3, &device)).unwrap())));
                let near = (slope - f64::from(pulled[i])).abs() < f64::from(2e-2 * size);
                assert!(near, "input {i}: {slope} and {}", pulled[i]);
            }
            let scale = exact.iter().fold(0.0f32, |a, b| a.max(b.abs()));
            let theta = values(&g.network.theta()).unwrap();
            for i in (0..theta.len()).step_by(7) {
                let slope = partial(&theta, i, 1e-2, |theta| {
                    let layers = g.network.layers_at(&vector(theta.to_vec(), &device)).unwrap();
                    f64::from(loss(&g.through(&*layers, &z).unwrap()))
                });
                let near = (slope - f64::from(exact[i])).abs() < f64::from(2e-2 * scale);
                assert!(near, "{i}: {slope} and {}", exact[i]);
            }
            let first = loss(&g.now(&z).unwrap());
            for _ in 0..800 {
                g.descend(&z, &mut |y| Ok((y.clone() - target.clone()).div_scalar(20.0))).unwrap();
            }
            assert!(loss(&g.at(&z).unwrap()) < 1e-2 * first, "skip {skip}: {} of {first}", loss(&g.at(&z).unwrap()));
        }
    }
}
