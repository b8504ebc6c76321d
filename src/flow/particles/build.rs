//! A particle flow from what somebody wrote.
use super::options::ParticleOptions;
use super::recipe::ParticleRecipe;
use crate::catalogue::Given;
use crate::critic::Asked;
use crate::divergence::Divergence;
use crate::error::{Error, Result};
use crate::flow::defaults::{default_critic, flow_optimizer};
use crate::flow::ingredients::Ingredients;
use crate::flow::integrators::Integrator;
use crate::flow::recipe::Recipe;
use std::sync::Arc;

/// Options that only an ascent has.
const ASCENT: &[&str] = &["inner_steps", "warm_up", "inner_tolerance", "batch"];

/// The recipe of an algorithm for a divergence, with options over its defaults. Errors if an option has no meaning beside
/// the others.
pub(crate) fn particle_flow(
    algorithm: &str,
    divergence: Arc<dyn Divergence>,
    defaults: ParticleOptions,
    made_of: &Ingredients,
) -> Result<Arc<dyn Recipe>> {
    let given = &made_of.options;
    let named = made_of.critic.clone().map(|c| c.for_flow().unwrap_or(c));
    let critic = Asked::of(named, default_critic(), flow_optimizer(), given, ASCENT)?;
    critic.check_ascent(divergence.as_ref(), given, ASCENT)?;
    let mut options: ParticleOptions = given.typed_over(defaults)?;
    options.noise = made_of.noise.clone().unwrap_or_default();
    check_control(options.integrator, given)?;
    let found = ["carry", "rest"].into_iter().find(|name| given.has(name));
    if let Some(name) = found.filter(|_| !options.dt.is_auto()) {
        return Err(Error::Unsupported {
            what: format!("the option `{name}`"),
            reason:
                "belongs to steps that are found from the run: with a fixed dt particles follow their velocities alone"
                    .into(),
            advice: "leave it out, or write dt: \"auto\"".into(),
        });
    }
    Ok(Arc::new(ParticleRecipe::new(algorithm, divergence, options, critic)?))
}

/// Errors if an option was written that the scheme does not read.
fn check_control(integrator: &Integrator, given: &Given) -> Result<()> {
    match ["tolerance", "iterations"].into_iter().find(|name| given.has(name) && !integrator.reads.contains(name)) {
        Some(name) => Err(Error::Unsupported {
            what: format!("the option `{name}`"),
            reason: format!("has no meaning for the scheme \"{}\"", integrator.name),
            advice: "leave it out, or choose integrator: \"adaptive\" or \"implicit\"".into(),
        }),
        None => Ok(()),
    }
}
