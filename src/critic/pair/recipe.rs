//! The recipe of a pair, not yet tied to a dimension, and its place in the list of critics.
use super::critic::Pair;
use super::options::{Hinge, PAIR, PairOptions};
use crate::catalogue::Given;
use crate::critic::kind::{Form, Kind, Made, Saved};
use crate::critic::mlp::{MlpBuilder, MlpOptions};
use crate::critic::traits::{Critic, CriticBuilder};
use crate::device;
use crate::divergence::{Objective, Term};
use crate::error::{Error, Result};
use crate::network::optimizer::OptimizerOptions;
use crate::network::shape::Shape;
use crate::network::{Frame, open};
use crate::random;
use crate::space::{Cost, Space};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Its place in the list of critics.
pub const KIND: Kind = Kind {
    entry: Some(PAIR),
    form: Form::Widths {
        make,
        saved: Saved { key: "pair", read: |v| Ok(Arc::new(serde_json::from_value::<PairBuilder>(v.clone())?)) },
    },
};

fn make(widths: Vec<usize>, given: &Given) -> Made {
    let pair: PairOptions = given.typed()?;
    // the same checks as for one network
    let one = MlpBuilder::new(widths, MlpOptions { activation: pair.activation, ..MlpOptions::default() })?;
    Ok(Arc::new(PairBuilder { widths: one.layers.widths, pair, optimizer: one.optimizer }))
}

/// The recipe.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PairBuilder {
    /// units of the hidden layers, of both networks
    pub widths: Vec<usize>,
    /// what the networks are held by
    pub pair: PairOptions,
    /// the rule they are trained by
    pub optimizer: OptimizerOptions,
}

fn cost_of(term: &Term) -> Option<Cost> {
    match (&term.objective, &term.space) {
        (Objective::Ipm, Space::Cost(c)) if !term.reversed => Some(*c),
        _ => None,
    }
}

impl CriticBuilder for PairBuilder {
    fn build(&self, term: &Term, frame: &Frame, seed: u64, stream: u64) -> Result<Box<dyn Critic>> {
        let Some(cost) = cost_of(term) else {
            return Err(Error::Unsupported {
                what: self.describe(),
                reason: "climbs the dual of a transport cost such as w2_squared()".into(),
                advice: "leave the critic out to have the natural one".into(),
            });
        };
        let mut rng = random::rng(seed, stream);
        let shape = Shape::new(frame.dim(), &self.widths, 1, self.pair.activation);
        let mut one = || open(shape.clone(), None, self.optimizer.clone(), &mut rng, &frame.device);
        let (phi, psi) = (one(), one());
        let center = device::points(frame.center.clone(), 1, frame.dim(), &frame.device);
        // potentials of a cost of power p grow like scale^p
        let height = cost.scale * frame.scale.powf(cost.power);
        Ok(Box::new(Pair {
            options: self.pair,
            cost,
            phi,
            psi,
            center,
            scale: frame.scale,
            height,
            seed: seed.wrapping_add(stream),
            draws: 0,
        }))
    }
    fn supports(&self, term: &Term) -> bool {
        cost_of(term).is_some()
    }
    fn describe(&self) -> String {
        let hinge = if self.pair.hinge == Hinge::All { "all pairs" } else { "diagonal pairs" };
        format!("pair({:?}, {hinge}, lambda {})", self.widths, self.pair.lambda)
    }
    fn with_optimizer(&self, optimizer: OptimizerOptions) -> Arc<dyn CriticBuilder> {
        Arc::new(PairBuilder { optimizer, ..self.clone() })
    }
    fn to_json(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}
