//! Classes: points with their label appended as a far-off coordinate, so that every divergence compares within classes.
use crate::device::{self, Points};
use crate::error::{Error, Result};
use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

/// Classes of the rows of a source and of a target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Labels {
    /// one class per row of the source
    pub source: Vec<i64>,
    /// one class per row of the target
    pub target: Vec<i64>,
}

impl Labels {
    /// Errors unless there is one per row and every class of the source has targets.
    pub fn check(&self, source: &Points, target: &Points) -> Result<()> {
        for (what, labels, points) in [("source", &self.source, source), ("target", &self.target, target)] {
            if labels.len() != points.dims()[0] {
                return Err(Error::Shape {
                    what: format!("labels of the {what}"),
                    expected: format!("{} labels, one per point", points.dims()[0]),
                    got: labels.len().to_string(),
                });
            }
        }
        match self.source.iter().find(|l| !self.target.contains(l)) {
            Some(l) => Err(Error::data("labels", format!("the source has class {l}, of which there is no target"))),
            None => Ok(()),
        }
    }
    /// Errors unless every class has the same share of both samples: plans with fixed marginals would mix them.
    pub fn check_shares(&self, why: &str) -> Result<()> {
        let share = |l: &[i64], class: i64| l.iter().filter(|v| **v == class).count() as f64 / l.len() as f64;
        match self.classes().into_iter().find(|c| (share(&self.source, *c) - share(&self.target, *c)).abs() > 1e-9) {
            None => Ok(()),
            Some(c) => Err(Error::Unsupported {
                what: "labels".into(),
                reason: format!("give class {c} another share of the source than of the target, and {why}"),
                advice: "take the classes in the same proportions on both sides, or particles under an f-divergence (gpa), whose second marginal is free".into(),
            }),
        }
    }
    fn classes(&self) -> Vec<i64> {
        let mut all: Vec<i64> = self.target.clone();
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// The label coordinates of both samples: `distance`/√2 times the unit vector of the class, so that points of two
/// classes are at least `distance` apart. At the diameter of the samples, no potential of any slope ties classes together.
#[derive(Clone, Debug)]
pub struct Classes {
    source: Points,
    target: Points,
}

impl Classes {
    /// Both samples with classes at least `distance` apart.
    pub fn new(labels: &Labels, distance: f64, device: &burn::tensor::Device) -> Classes {
        let classes = labels.classes();
        let height = (distance / std::f64::consts::SQRT_2) as f32;
        let code = |l: &[i64]| {
            let rows = l.iter().flat_map(|l| classes.iter().map(move |c| if c == l { height } else { 0.0 })).collect();
            device::points(rows, l.len(), classes.len(), device)
        };
        Classes { source: code(&labels.source), target: code(&labels.target) }
    }
    /// Points of the source with their label coordinates, shape [m, d + classes].
    pub fn of_source(&self, p: &Points) -> Points {
        Tensor::cat(vec![p.clone(), self.source.clone()], 1)
    }
    /// Points of the target with their label coordinates, shape [n, d + classes].
    pub fn of_target(&self, q: &Points) -> Points {
        Tensor::cat(vec![q.clone(), self.target.clone()], 1)
    }
}
