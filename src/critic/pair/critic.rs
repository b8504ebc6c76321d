//! Two networks on their way up the dual of a transport cost.
use super::hinge::{self, Costs};
use super::options::{Hinge, PairOptions};
use crate::critic::ascent::{Ascent, Fit, Value};
use crate::critic::traits::Critic;
use crate::device::{Points, Values, narrowed};
use crate::divergence::Term;
use crate::error::{Error, Result};
use crate::network::{Named, Network, count, prefixed, under};
use crate::random;
use crate::space::Cost;
use burn::tensor::Device;

/// Two networks with their optimisers.
#[derive(Clone)]
pub struct Pair {
    pub(super) options: PairOptions,
    pub(super) cost: Cost,
    pub(super) phi: Box<dyn Network>,
    pub(super) psi: Box<dyn Network>,
    pub(super) center: Points,
    pub(super) scale: f64,
    /// what the outputs of both are multiplied by
    pub(super) height: f64,
    /// of the order of pairs
    pub(super) seed: u64,
    pub(super) draws: u64,
}

/// Rows whose costs are looked at together.
const BLOCK: usize = 1024;

impl Pair {
    /// The rows in another order at every call; the calls are counted, so that a saved run goes on with the next.
    fn shuffled(&mut self, x: &Points) -> Points {
        let mut rng = random::rng(self.seed ^ 0x7061_6972, self.draws);
        self.draws += 1;
        random::shuffled(x, x.dims()[0], &mut rng)
    }

    fn enter(&self, x: &Points) -> Points {
        (narrowed(x, &self.center.device()) - self.center.clone()).div_scalar(self.scale)
    }

    fn costs(&self, y: &Points, x: &Points) -> Result<Box<dyn Costs>> {
        match self.options.hinge {
            Hinge::All => {
                let (y, x) = (y.clone() - self.center.clone(), x.clone() - self.center.clone());
                hinge::all(&y, &x, &self.cost)
            }
            Hinge::Diagonal => Ok(hinge::diagonal(y, x, &self.cost)),
        }
    }

    fn step(&mut self, y: &Points, x: &Points, c: &dyn Costs) -> Result<Values> {
        let (at_y, at_x) = (self.phi.prepare().forward(&[y])?, self.psi.prepare().forward(&[x])?);
        let (phi, psi) =
            (at_y.outputs()?.remove(0).mul_scalar(self.height), at_x.outputs()?.remove(0).mul_scalar(self.height));
        let (value, phi_seed, psi_seed) = c.hinge(&phi, &psi, self.options.lambda)?;
        let (phi_gradient, psi_gradient) =
            (at_y.gradient(&[phi_seed.mul_scalar(self.height)])?, at_x.gradient(&[psi_seed.mul_scalar(self.height)])?);
        self.phi.ascend(phi_gradient)?;
        self.psi.ascend(psi_gradient)?;
        Ok(value)
    }
}

impl Critic for Pair {
    fn fit(&mut self, term: &Term, source: &Points, target: &Points, ascent: &Ascent) -> Result<Fit> {
        ascent.weights.check_equal()?;
        if ascent.steps == 0 {
            return Ok(Fit { value: self.objective(term, source, target)?, iterations: 0, history: vec![] });
        }
        let (m, n) = (source.dims()[0], target.dims()[0]);
        if self.options.hinge == Hinge::Diagonal && m != n {
            return Err(Error::Shape {
                what: "pair, hinge \"diagonal\"".into(),
                expected: "samples of one size".into(),
                got: format!("{m} and {n} points"),
            });
        }
        if !ascent.continues {
            self.phi.begin();
            self.psi.begin();
        }
        let y = self.enter(source);
        let mut pairing = match self.options.hinge {
            Hinge::All => Some((self.enter(target), self.costs(source, target)?)),
            // drawn anew at every step: pairs that stay the same would price that pairing alone
            Hinge::Diagonal => None,
        };
        let fit = ascent.climb(|| {
            let drawn = match pairing.take() {
                Some(kept) => kept,
                None => {
                    let other = self.shuffled(target);
                    (self.enter(&other), self.costs(source, &other)?)
                }
            };
            let value = self.step(&y, &drawn.0, &*drawn.1)?;
            pairing = (self.options.hinge == Hinge::All).then_some(drawn);
            Ok(Value::Tensor(value))
        })?;
        fit.ok_or_else(|| Error::data("pair", "no step was taken"))
    }
    fn objective(&self, _: &Term, source: &Points, target: &Points) -> Result<Values> {
        let at = |one: &dyn Network, x: &Points| -> Result<Values> {
            Ok(one.layers().outputs(&self.enter(x))?.mul_scalar(self.height))
        };
        let (m, n) = (source.dims()[0], target.dims()[0]);
        if self.options.hinge == Hinge::Diagonal {
            // the diagonal of samples of two sizes is that of their first rows
            let k = m.min(n);
            let (y, x) = (source.clone().narrow(0, 0, k), target.clone().narrow(0, 0, k));
            let (phi, psi) = (at(&*self.phi, &y)?, at(&*self.psi, &x)?);
            return Ok(self.costs(&y, &x)?.hinge(&phi, &psi, self.options.lambda)?.0);
        }
        // rows in blocks: the objective is the mean of theirs, and no M × N costs are kept
        let psi = at(&*self.psi, target)?;
        let mut total = psi.clone().mean().mul_scalar(0.0);
        for start in (0..m).step_by(BLOCK) {
            let rows = BLOCK.min(m - start);
            let y = source.clone().narrow(0, start, rows);
            let phi = at(&*self.phi, &y)?;
            let value = self.costs(&y, target)?.hinge(&phi, &psi, self.options.lambda)?.0;
            total = total + value.mul_scalar(rows as f64 / m as f64);
        }
        Ok(total)
    }
    fn settle(&mut self) {}
    fn slow(&mut self, share: f64) {
        self.phi.slow(share);
        self.psi.slow(share);
    }
    fn dim(&self) -> usize {
        self.center.dims()[1]
    }
    fn value(&self, x: &Points) -> Result<Values> {
        Ok(self.phi.layers().outputs(&self.enter(x))?.mul_scalar(self.height))
    }
    fn value_and_gradient(&self, x: &Points) -> Result<(Values, Points)> {
        let (v, g) = self.phi.layers().value_and_input_gradient(&self.enter(x))?;
        Ok((v.mul_scalar(self.height), g.mul_scalar(self.height / self.scale)))
    }
    fn lipschitz_bound(&self) -> Result<Option<f64>> {
        Ok(None)
    }
    fn state(&self) -> Result<Vec<Named>> {
        let mut out = vec![Named::count("draws", self.draws)];
        for (name, one) in [("phi", &self.phi), ("psi", &self.psi)] {
            out.extend(prefixed(one.state()?, name));
        }
        Ok(out)
    }
    fn restore(&mut self, state: &[Named], _: &Device) -> Result<()> {
        self.draws = count(state, "draws");
        self.phi.restore(&under(state, "phi"))?;
        self.psi.restore(&under(state, "psi"))
    }
    fn boxed_clone(&self) -> Box<dyn Critic> {
        Box::new(self.clone())
    }
}
