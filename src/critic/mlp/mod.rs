//! Network critics φ(x) = L·net(x), 1-Lipschitz layers by construction or held by a penalty.
use super::kind::{Form, Kind, Made, Saved};
use super::{Ascent, Critic, CriticBuilder, Fit, Frame, Named, scored_variation};
use crate::catalogue::Given;
use crate::device::{Points, Values, vector};
use crate::divergence::Term;
use crate::error::{Error, Result};
use crate::network::ascent::Goal;
use crate::network::constraint::Soft;
use crate::network::host::rows_of_a_group;
use crate::network::optimizer::OptimizerOptions;
use crate::network::{Network, count, norms};
use crate::random;
use crate::ranks::Splits;
use crate::space::Space;
use burn::tensor::{Device, Tensor};
use std::sync::Arc;

pub mod cnn;
pub mod options;
pub mod recipe;
pub use crate::network::Activation;
pub use cnn::CnnOptions;
pub use options::{Constraint, MlpOptions};
pub use recipe::{MlpBuilder, Standard};

/// Its place in the list of critics.
pub const KIND: Kind = Kind {
    entry: Some(options::MLP),
    form: Form::Widths {
        make,
        saved: Saved { key: "options", read: |v| Ok(Arc::new(serde_json::from_value::<MlpBuilder>(v.clone())?)) },
    },
};

fn make(widths: Vec<usize>, given: &Given) -> Made {
    let typed: MlpOptions = given.typed()?;
    typed.constraint.check(given)?;
    let unsaid = !given.has("activation");
    Ok(Arc::new(MlpBuilder { unsaid, ..MlpBuilder::new(widths, typed)? }))
}

impl CriticBuilder for MlpBuilder {
    fn build(&self, term: &Term, frame: &Frame, seed: u64, stream: u64) -> Result<Box<dyn Critic>> {
        // a log ratio has no units: its network has slope 1 in its own coordinates
        let own = if self.options.standardize { 1.0 / frame.scale } else { 1.0 };
        let l = if matches!(term.space, Space::Networks) { Some(own) } else { term.lipschitz() };
        match l.filter(|_| term.is_trainable()) {
            Some(l) => {
                // gradients are of the size of f, and what the optimiser adds to theirs with them
                let epsilon = self.optimizer.epsilon * term.objective.unit();
                let optimizer = OptimizerOptions { epsilon, ..self.optimizer.clone() };
                let own = MlpBuilder { optimizer, ..self.clone() };
                Ok(Box::new(Mlp::new(&own, l, frame, seed, stream)?))
            }
            None => Err(Error::Unsupported {
                what: self.describe(),
                reason: "climbs objectives over Lipschitz functions; this divergence has a kernel or another cost".into(),
                advice: "leave the critic out to have the natural one, or use exact() or entropic() where there is a transport cost".into(),
            }),
        }
    }
    fn supports(&self, term: &Term) -> bool {
        term.is_trainable()
    }
    fn network(&self) -> Option<&MlpBuilder> {
        Some(self)
    }
    fn rows_of_a_group(&self, rows: usize, d: usize) -> Option<usize> {
        let o = &self.options;
        // a penalty draws its points between rows of both samples
        let soft = o.constraint.excess().is_some();
        let shape = self.layers.reading(d, 0, 1, o.activation, o.residual).ok().filter(|_| !soft)?;
        rows_of_a_group(&shape, rows)
    }
    fn for_flow(&self) -> Option<Arc<dyn CriticBuilder>> {
        Some(Arc::new(self.for_flow()))
    }
    fn describe(&self) -> String {
        self.label()
    }
    fn with_optimizer(&self, optimizer: OptimizerOptions) -> Arc<dyn CriticBuilder> {
        Arc::new(MlpBuilder { optimizer, ..self.clone() })
    }
    fn to_json(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

/// A network that climbs the objective of a term: φ(x) = L·scale·net((x − center)/scale).
#[derive(Clone)]
pub struct Mlp {
    network: Box<dyn Network>,
    standard: Standard,
    options: MlpOptions,
    lipschitz: f64,
    nu: Option<Values>,
    draws: Draws,
}

/// Where the interpolates of a soft constraint are drawn from, step by step.
#[derive(Clone)]
struct Draws {
    seed: u64,
    stream: u64,
    /// steps that drew
    count: u64,
}

impl Draws {
    fn next(&mut self) -> random::Rng {
        let rng = random::rng(self.seed ^ 0x9E37_79B9_7F4A_7C15, self.stream.wrapping_add(self.count));
        self.count += 1;
        rng
    }
}

impl Mlp {
    fn new(b: &MlpBuilder, lipschitz: f64, frame: &Frame, seed: u64, stream: u64) -> Result<Mlp> {
        let (network, standard) = b.open(frame, 1, &mut random::rng(seed, stream))?;
        Ok(Mlp {
            network,
            standard,
            options: b.options.clone(),
            lipschitz,
            nu: None,
            draws: Draws { seed, stream: stream.wrapping_add(1 << 32), count: 0 },
        })
    }

    /// What the outputs of the network are multiplied by.
    fn height(&self) -> f64 {
        self.lipschitz * self.standard.scale
    }
    fn goal<'a>(&self, term: &'a Term, splits: Option<&'a Splits>) -> Goal<'a> {
        let soft = self.options.constraint.excess().map(|excess| Soft { excess, weight: self.options.penalty });
        Goal { term, height: self.height(), soft, splits }
    }
}

impl Critic for Mlp {
    fn fit(&mut self, term: &Term, source: &Points, target: &Points, ascent: &Ascent) -> Result<Fit> {
        ascent.weights.check_equal()?;
        if !ascent.continues {
            self.network.begin();
        }
        let goal = self.goal(term, ascent.splits.as_ref());
        let samples = [source, target].map(|x| self.standard.enter(x));
        if ascent.steps == 0 {
            let found = self.network.layers().objective(&goal, samples, self.nu.as_ref())?;
            let of_values = || Ok(term.evaluate(&self.value(source)?, &self.value(target)?, self.nu.as_ref()).value);
            let value = found.map_or_else(of_values, |value| Ok(value.into_tensor()))?;
            return Ok(Fit { value, iterations: 0, history: vec![] });
        }
        let mut climb = self.network.climb(goal, samples, self.nu.clone())?;
        let fit = ascent.climb(|| climb.step(&mut || self.draws.next()));
        // also after an interrupt, as the parameters are
        self.nu = climb.nu();
        drop(climb);
        fit?.ok_or_else(|| Error::data("critic", "no step was taken"))
    }

    fn settle(&mut self) {
        self.network.settle();
    }

    fn slow(&mut self, share: f64) {
        self.network.slow(share);
    }

    fn dim(&self) -> usize {
        self.standard.center.dims()[1]
    }

    fn value(&self, x: &Points) -> Result<Values> {
        Ok(self.network.layers().outputs(&self.standard.enter(x))?.mul_scalar(self.height()))
    }

    fn value_and_gradient(&self, x: &Points) -> Result<(Values, Points)> {
        let (v, g) = self.network.layers().value_and_input_gradient(&self.standard.enter(x))?;
        Ok((v.mul_scalar(self.height()), g.mul_scalar(self.lipschitz)))
    }

    fn variation(&self, term: &Term, particles: &Points, target: &Points) -> Result<Points> {
        if !term.varies_as_critic() {
            let n = particles.dims()[0];
            let both = || self.standard.enter(&Tensor::cat(vec![particles.clone(), target.clone()], 0));
            if let Some(back) = self.network.layers().variation(&self.goal(term, None), n, &both, self.nu.as_ref())? {
                return Ok(back.mul_scalar(n as f64 / self.standard.scale));
            }
        }
        scored_variation(self.value_and_gradient(particles)?, term, || self.value(target))
    }

    fn lipschitz_bound(&self) -> Result<Option<f64>> {
        norms::lipschitz(&*self.network.layers()).map(|b| Some(b * self.lipschitz))
    }

    fn state(&self) -> Result<Vec<Named>> {
        let mut out = self.network.state()?;
        out.push(Named::count("draws", self.draws.count));
        if let Some(nu) = &self.nu {
            out.push(Named { name: "nu".into(), data: crate::device::values(nu)? });
        }
        Ok(out)
    }

    fn restore(&mut self, state: &[Named], device: &Device) -> Result<()> {
        let find = |name: &str| state.iter().find(|n| n.name == name);
        self.network.restore(state)?;
        self.draws.count = count(state, "draws");
        self.nu = find("nu").map(|n| vector(n.data.clone(), device));
        Ok(())
    }

    fn boxed_clone(&self) -> Box<dyn Critic> {
        Box::new(self.clone())
    }
}
