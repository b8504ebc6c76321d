//! What a map is trained on: its inputs and the targets, in minibatches.
use super::options::Latent;
use crate::device::{Points, points};
use crate::flow::labels::Labels;
use crate::random::{self, Rng};
use burn::tensor::{Device, Tensor};
use rand::Rng as _;
use rand_distr::StandardNormal;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Inputs and targets, with the coordinates of their classes if they have any.
#[derive(Clone)]
pub(super) struct Inputs {
    /// rows z, shape [n, k]
    pub source: Points,
    /// rows x, shape [m, d]
    pub target: Points,
    /// dimension of the target alone
    pub dim: usize,
    /// how many coordinates are those of classes
    pub classes: usize,
    pub latent: Latent,
    /// rows of a minibatch; 0 takes all
    pub batch: usize,
    pub strata: Option<Arc<Strata>>,
}

/// The class of every source row, and the targets of each class; every class of the source has some.
pub(super) struct Strata {
    source: Vec<i64>,
    targets: BTreeMap<i64, Vec<usize>>,
}

impl Strata {
    /// The classes of both samples.
    pub fn new(labels: &Labels) -> Strata {
        let mut targets: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
        for (j, class) in labels.target.iter().enumerate() {
            targets.entry(*class).or_default().push(j);
        }
        Strata { source: labels.source.clone(), targets }
    }
}

/// Standard normal draws, shape [n, d].
pub(super) fn normal(n: usize, d: usize, rng: &mut Rng, device: &Device) -> Points {
    points((0..n * d).map(|_| rng.sample(StandardNormal)).collect(), n, d, device)
}

impl Inputs {
    fn inputs(&self, rng: &mut Rng) -> Points {
        let [n, k] = self.source.dims();
        match self.latent {
            Latent::Source => random::minibatch(&self.source, self.batch, rng),
            Latent::Gaussian => normal(if self.batch == 0 { n } else { self.batch }, k, rng, &self.source.device()),
        }
    }

    /// Inputs and targets; of labelled samples as many of each class on both sides, so that no plan has to mix them.
    pub fn minibatch(&self, rng: &mut Rng) -> (Points, Points) {
        let (n, m) = (self.source.dims()[0], self.target.dims()[0]);
        let Some(strata) = self.strata.as_ref().filter(|_| self.batch > 0 && self.batch < n.max(m)) else {
            return (self.inputs(rng), random::minibatch(&self.target, self.batch, rng));
        };
        let drawn = rand::seq::index::sample(rng, n, self.batch.min(n)).into_vec();
        let matched = drawn
            .iter()
            .map(|i| {
                let all = &strata.targets[&strata.source[*i]];
                all[rng.random_range(0..all.len())]
            })
            .collect();
        (random::select(&self.source, drawn), random::select(&self.target, matched))
    }

    /// Generated points with the class coordinates of their inputs, which are those of the critics.
    pub fn placed(&self, y: Points, z: &Points) -> Points {
        if self.classes == 0 {
            return y;
        }
        let k = z.dims()[1];
        Tensor::cat(vec![y, z.clone().narrow(1, k - self.classes, self.classes)], 1)
    }
}
