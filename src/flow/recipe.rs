//! What a flow is before it has met its samples.
use super::labels::Labels;
use super::origins::Moves;
use super::traits::Flow;
use crate::critic::Named;
use crate::device::{Points, check_sample};
use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use crate::ranks::Splits;
use burn::tensor::Device;
use std::sync::Arc;

/// A run about to begin, as a recipe sees it.
pub struct Setting<'a> {
    /// rows y about their origin, shape [n, k]
    pub source: &'a Points,
    /// rows x about theirs, shape [m, d]
    pub target: &'a Points,
    /// classes of the rows of the source and of the target
    pub labels: Option<&'a Labels>,
    /// who has which rows of both samples, where those of this rank alone are here
    pub splits: Option<&'a Splits>,
    /// seed of weights, minibatches and noise
    pub seed: u64,
    /// how many steps are planned
    pub steps: usize,
    /// the tensors of a saved run that is being loaded
    pub saved: &'a [Named],
    /// asks long preparations to stop
    pub interrupt: &'a Interrupt,
}

/// Errors unless both samples of a run are non-empty and finite.
pub(super) fn check_both(source: &Points, target: &Points) -> Result<()> {
    check_sample("run(source, target)", "the source", source)?;
    check_sample("run(source, target)", "the target", target)
}

/// A flow that has not met its samples yet.
pub trait Recipe: Send + Sync {
    /// One line: the algorithm, its divergence and its critic.
    fn describe(&self) -> String;
    /// Ties the recipe to its samples. Errors if they do not fit it.
    fn start(&self, setting: &Setting) -> Result<Box<dyn Flow>>;
    /// Errors unless it can move this source towards this target.
    fn check(&self, source: &Points, target: &Points) -> Result<()> {
        let ([_, d], [_, e]) = (source.dims(), target.dims());
        if d != e {
            return Err(Error::Shape {
                what: "run(source, target)".into(),
                expected: "two samples of one dimension".into(),
                got: format!("dimensions {d} and {e}"),
            });
        }
        check_both(source, target)
    }
    /// Which samples may be moved to other origins before it meets them.
    fn moves(&self, _source: &Points, _target: &Points) -> Moves {
        Moves::Together
    }
    /// Whether the source lies in the space of the target and is prepared with it, or is something else, such as what a map is
    /// made of. Errors for flows that know something in the units of the data.
    fn prepares_source(&self, source: &Points, target: &Points) -> Result<bool> {
        Ok(matches!(self.moves(source, target), Moves::Together | Moves::Neither))
    }
    /// Rows of a group of a sample of so many points of dimension d, where the flow can take its steps on ranks that hold whole groups of
    /// both samples alone; None where it needs all points.
    fn rows_of_a_group(&self, _rows: usize, _d: usize, _device: &Device) -> Option<usize> {
        None
    }
    /// Errors unless it can run behind a codec; `mobility` is whether it moves outside and its steps are pulled back.
    fn check_latent(&self, mobility: bool) -> Result<()> {
        if mobility { Err(needs_euler()) } else { Ok(()) }
    }
    /// The recipe as data, for saved runs.
    fn to_json(&self) -> serde_json::Value;
}

/// The mobility of a decoder pulls explicit Euler steps back.
pub(super) fn needs_euler() -> Error {
    Error::Unsupported {
        what: "the option `mobility`".into(),
        reason: "pulls explicit Euler steps of particle flows back to the latent space".into(),
        advice: "use it with gpa, gradient_flow, mmd_flow or kale_flow and integrator: \"euler\"".into(),
    }
}

/// How the recipes of one kind are read back from saved runs.
#[derive(Clone, Copy)]
pub struct SavedForm {
    /// the tag that [`Recipe::to_json`] writes
    pub kind: &'static str,
    /// the recipe of some data; recipes inside it are read by the second argument
    pub load: fn(&serde_json::Value, ReadRecipe) -> Result<Arc<dyn Recipe>>,
}

/// Reads a recipe of any kind.
pub type ReadRecipe = fn(&serde_json::Value) -> Result<Arc<dyn Recipe>>;
