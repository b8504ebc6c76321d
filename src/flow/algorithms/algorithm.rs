//! What a named algorithm is: its entry, what it takes, and how its recipe is built and read back.
use crate::catalogue::Entry;
use crate::divergence::Divergence;
use crate::error::{Error, Result};
use crate::flow::codec::CodecRecipe;
use crate::flow::ingredients::Ingredients;
use crate::flow::recipe::{Recipe, SavedForm};
use crate::generator::Generator;
use crate::generator::expr::Expr;
use crate::space::kernel::Kernel;
use std::sync::Arc;

/// A flow with a name.
pub struct Algorithm {
    /// help, completion, option checks and example
    pub entry: Entry,
    /// what it takes, and how its recipe is built
    pub build: Build,
    /// how its recipes are read back from saved runs
    pub saved: SavedForm,
}

/// A recipe, or why the ingredients do not fit.
pub type Built = Result<Arc<dyn Recipe>>;

/// What an algorithm takes beside its options, and how its recipe is built from both.
pub enum Build {
    /// `name(d, options)`
    Divergence {
        /// for a divergence
        build: fn(Arc<dyn Divergence>, &Ingredients) -> Built,
        /// for an f without a function space
        of_f: fn(Arc<Generator>, &Ingredients) -> Built,
    },
    /// `name(kernel, options)`, or `name(options)` for the kernel that it has by itself
    Kernel {
        /// for a kernel
        build: fn(Kernel, &Ingredients) -> Built,
        /// the kernel where none is named
        usual: fn() -> Kernel,
    },
    /// `name(options)`
    Alone(fn(&Ingredients) -> Built),
    /// `name(|x| ln density, options)`, traced once the dimension is known
    LogDensity(fn(Expr, usize, &Ingredients) -> Built),
    /// `name(flow, codec, options)`
    Behind(fn(Arc<dyn Recipe>, CodecRecipe, &Ingredients) -> Built),
}

/// Particles need more than an f.
pub(super) fn needs_space(algorithm: &str, f: &Generator) -> Error {
    Error::Unsupported {
        what: f.name().into(),
        reason: "has no function space, so its first variation does not exist between samples".into(),
        advice: format!("write {algorithm}(f.regularized(lipschitz(1.0))) for an f such as kl()"),
    }
}
