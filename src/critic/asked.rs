//! The critic somebody asked for, or the one that is taken otherwise.
use super::mlp::MlpBuilder;
use super::traits::CriticBuilder;
use crate::catalogue::Given;
use crate::divergence::Divergence;
use crate::error::{Error, Result};
use crate::network::optimizer::{OPTIMIZER, OptimizerOptions};
use std::sync::Arc;

/// A critic, and whether somebody asked for it, which then has to fit.
#[derive(Clone)]
pub struct Asked {
    /// how it is made
    pub builder: Arc<dyn CriticBuilder>,
    /// whether it was named, and is not the default
    pub explicit: bool,
}

/// The first option of an optimiser or of an ascent that was written.
fn written<'a>(given: &Given, ascent: &[&'a str]) -> Option<&'a str> {
    OPTIMIZER.iter().map(|o| o.name).chain(ascent.iter().copied()).find(|name| given.has(name))
}

impl Asked {
    /// The critic that was named, else the default, trained by the optimiser of the options over `optimizer`. Errors if an
    /// option of an optimiser or one of the names in `ascent` stands beside a named critic that is not trained.
    pub fn of(
        named: Option<Arc<dyn CriticBuilder>>,
        default: Result<MlpBuilder>,
        optimizer: OptimizerOptions,
        given: &Given,
        ascent: &[&str],
    ) -> Result<Asked> {
        let optimizer = given.typed_over(optimizer)?;
        let Some(named) = named else {
            return Ok(Asked { builder: default?.with_optimizer(optimizer), explicit: false });
        };
        if let (false, Some(name)) = (named.trains(), written(given, ascent)) {
            return Err(Error::Unsupported {
                what: format!("the option `{name}`"),
                reason: format!("has no meaning for {}, which is not trained", named.describe()),
                advice: "leave it out".into(),
            });
        }
        Ok(Asked { builder: named.with_optimizer(optimizer), explicit: true })
    }

    /// Errors if an option of an optimiser or one of the names in `ascent` was written and no term of the divergence trains.
    pub fn check_ascent(&self, d: &dyn Divergence, given: &Given, ascent: &[&str]) -> Result<()> {
        if self.explicit || d.terms().iter().any(|(_, t)| self.builder.supports(t)) {
            return Ok(());
        }
        match written(given, ascent) {
            Some(name) => Err(Error::Unsupported {
                what: format!("the option `{name}`"),
                reason: format!("has no meaning for {}: it is solved, not trained", d.name()),
                advice: "leave it out".into(),
            }),
            None => Ok(()),
        }
    }
}
