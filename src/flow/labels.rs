//! Classes: points with their label appended as a far-off coordinate, so that every divergence compares within classes.
use crate::device::{self, Points};
use crate::error::{Error, Result};
use crate::memory;
use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};

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
        let known: HashSet<i64> = self.target.iter().copied().collect();
        match self.source.iter().find(|l| !known.contains(l)) {
            Some(l) => Err(Error::data("labels", format!("the source has class {l}, of which there is no target"))),
            None => Ok(()),
        }
    }
    /// Errors unless every class has the same share of both samples: plans with fixed marginals would mix them.
    pub fn check_shares(&self, why: &str) -> Result<()> {
        let count = |labels: &[i64]| {
            let mut out: HashMap<i64, usize> = HashMap::new();
            labels.iter().for_each(|l| *out.entry(*l).or_default() += 1);
            out
        };
        let (source, target) = (count(&self.source), count(&self.target));
        let share =
            |of: &HashMap<i64, usize>, all: &[i64], c: &i64| of.get(c).copied().unwrap_or(0) as f64 / all.len() as f64;
        let apart = |c: &i64| share(&source, &self.source, c) - share(&target, &self.target, c);
        match self.classes().into_iter().find(|c| apart(c).abs() > 1e-9) {
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
    /// Both samples with classes at least `distance` apart. Errors if a coordinate per class is more than memory holds.
    pub fn new(labels: &Labels, distance: f64, device: &burn::tensor::Device) -> Result<Classes> {
        let classes = labels.classes();
        let (k, n) = (classes.len(), labels.source.len() + labels.target.len());
        // as rows, as a tensor, and once more joined with their points
        memory::check(
            &format!("labels of {k} classes, a coordinate each, for {n} points"),
            memory::product(&[n, k, 12]),
        )?;
        let height = (distance / std::f64::consts::SQRT_2) as f32;
        let code = |l: &[i64]| {
            let rows = l.iter().flat_map(|l| classes.iter().map(move |c| if c == l { height } else { 0.0 })).collect();
            device::points(rows, l.len(), classes.len(), device)
        };
        Ok(Classes { source: code(&labels.source), target: code(&labels.target) })
    }
    /// Points of the source with their label coordinates, shape [n, d + classes]; of several positions of them one below the other.
    pub fn of_source(&self, p: &Points) -> Points {
        let times = p.dims()[0] / self.source.dims()[0];
        let labels = if times == 1 { self.source.clone() } else { self.source.clone().repeat_dim(0, times) };
        Tensor::cat(vec![p.clone(), labels], 1)
    }
    /// Points of the target with their label coordinates, shape [m, d + classes].
    pub fn of_target(&self, q: &Points) -> Points {
        Tensor::cat(vec![q.clone(), self.target.clone()], 1)
    }
}
