//! Objectives of a GPU, with their derivatives in one launch.
use super::evaluation::TargetWeights;
use crate::device::Values;
use crate::device::ops::functionals::{Average, Functional};
use crate::divergence::objective::Objective;
use crate::divergence::term::Term;
use crate::generator::infimum::kernel::infimum;
use burn::tensor::Device;

impl Term {
    /// What a kernel is told of the objective at φ = height · net on both samples, the source first; `nu` is that of an earlier φ,
    /// shape `[1]`. None where no kernel knows the objective.
    pub fn functional(&self, source: usize, height: f64, nu: Option<&Values>, device: &Device) -> Option<Functional> {
        let average = match (self.target_weights(), &self.objective) {
            (TargetWeights::Uniform, _) => Average::Mean,
            (TargetWeights::Tilted(a), _) => Average::LogMeanExp(a),
            (TargetWeights::Joint, Objective::F(f)) => Average::Infimum(infimum(f, nu, device)),
            (TargetWeights::Joint, Objective::Variational(f)) => Average::Pair(f.ratio_table(device)),
            (TargetWeights::Joint, _) => return None,
        };
        Some(Functional { first: source, means_first: !self.reversed, height, average })
    }
}
