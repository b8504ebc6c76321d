//! A flow of a generated law from what somebody wrote.
use super::options::{Pursuit, PushforwardOptions, adversarial_optimizer, default_network, potential_optimizer};
use super::recipe::PushforwardRecipe;
use crate::critic::mlp::{Activation, Constraint, MlpBuilder, MlpOptions};
use crate::critic::{Asked, CriticBuilder};
use crate::divergence::Divergence;
use crate::error::{Error, Result};
use crate::flow::defaults::default_critic;
use crate::flow::ingredients::Ingredients;
use crate::flow::recipe::Recipe;
use crate::network::optimizer::OptimizerOptions;
use crate::space::Space;
use std::sync::Arc;

/// The critic of a divergence unless another is named; functions without a constraint where Γ is all networks.
pub(crate) fn usual_critic(d: &dyn Divergence) -> Result<Asked> {
    let usual = default_critic()?;
    let free = d.terms().iter().any(|(_, t)| matches!(t.space, Space::Networks));
    let constraint = if free { Constraint::None } else { usual.options.constraint };
    let options = MlpOptions { constraint, ..usual.options.clone() };
    Ok(Asked { builder: Arc::new(MlpBuilder { options, ..usual }), explicit: false })
}

/// The recipe of an algorithm for a divergence, with options over the defaults, and a critic where none is named. Errors if
/// an option has no meaning beside the others.
pub(crate) fn pushforward_flow(
    algorithm: &str,
    divergence: Arc<dyn Divergence>,
    (pursuit, defaults): (Pursuit, PushforwardOptions),
    usual: Asked,
    made_of: &Ingredients,
) -> Result<Arc<dyn Recipe>> {
    let given = &made_of.options;
    let usually = if pursuit == Pursuit::Potential { potential_optimizer() } else { adversarial_optimizer() };
    let optimizer: OptimizerOptions = given.typed_over(usually)?;
    let options: PushforwardOptions = given.typed_over(defaults)?;
    let fades = options.generator_lr.is_auto() && !given.has("lr");
    let options = PushforwardOptions { fades, in_units: true, ..options };
    let Asked { builder, explicit } = match &made_of.critic {
        Some(named) => Asked { builder: named.for_flow().unwrap_or_else(|| named.clone()), explicit: true },
        None => usual,
    };
    let critic = builder.with_optimizer(optimizer.clone());
    let trained = critic.trains() && (explicit || divergence.terms().iter().any(|(_, t)| critic.supports(t)));
    if let (false, Some(name)) = (trained, ["lr", "critic_steps"].into_iter().find(|name| given.has(name))) {
        return Err(Error::Unsupported {
            what: format!("the option `{name}`"),
            reason: "has no meaning here: the critic is solved for, not trained".into(),
            advice: "leave it out; generator_lr is the generator's own".into(),
        });
    }
    let network = match (&made_of.network, pursuit) {
        (None, _) => default_network()?,
        (Some(n), Pursuit::Potential) => potential(n.as_ref())?,
        (Some(n), _) => generator(n.as_ref())?,
    };
    Ok(Arc::new(PushforwardRecipe {
        algorithm: algorithm.into(),
        divergence,
        pursuit,
        options,
        network,
        critic,
        explicit,
        optimizer,
    }))
}

/// The layers of a network that is named under a key, as another network than a critic.
fn layers(key: &str, named: &dyn CriticBuilder) -> Result<MlpBuilder> {
    let Some(n) = named.network() else {
        return Err(Error::Option {
            owner: "flow".into(),
            key: key.into(),
            got: named.describe(),
            expected: "layers such as mlp([64, 64])".into(),
        });
    };
    let plain = MlpOptions { activation: n.options.activation, residual: n.options.residual, ..MlpOptions::default() };
    if n.options != plain {
        return Err(Error::Unsupported {
            what: format!("the option `{key}`"),
            reason: "takes layers and an activation; constraints, penalties and standardize are the critic's".into(),
            advice: "write mlp([64, 64], #{ activation: \"relu\" })".into(),
        });
    }
    Ok(n.clone())
}

/// The layers of a generator, with the activation that flows want unless another was named.
fn generator(named: &dyn CriticBuilder) -> Result<MlpBuilder> {
    Ok(layers("generator", named)?.for_flow())
}

/// The layers of a potential U(x, t), which is smooth.
fn potential(named: &dyn CriticBuilder) -> Result<MlpBuilder> {
    let n = layers("potential", named)?;
    let refuse = |reason: &str| {
        Err(Error::Unsupported {
            what: "the option `potential`".into(),
            reason: reason.into(),
            advice: "write mlp([64, 64])".into(),
        })
    };
    if n.layers.images.is_some() || n.options.residual {
        return refuse("takes plain layers, whose gradient is the velocity");
    }
    if !matches!(n.options.activation, Activation::Tanh | Activation::Groupsort) {
        return refuse("takes layers alone: a potential must be smooth, and its activation is always tanh");
    }
    Ok(n)
}
