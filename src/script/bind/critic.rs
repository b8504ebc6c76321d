//! Recipes of critics, and fitted potentials.
use crate::critic::CriticBuilder;
use crate::critic::SolverBuilder;
use crate::critic::kind::Form;
use crate::critic::mlp::{Activation, MlpBuilder, MlpOptions};
use crate::critic::natural::CRITICS;
use crate::error::{Error, Result};
use crate::script::convert::{count, list, numbers, type_of};
use crate::script::library::Library;
use crate::script::options::Options;
use crate::script::values::{CriticValue, FittedCritic};
use rhai::Dynamic;
use std::sync::Arc;

/// Fills the library.
pub fn fill(l: &mut Library) {
    l.kind::<CriticValue>(|v| v.0.describe());
    for kind in CRITICS {
        let Some(entry) = &kind.entry else { continue };
        recipe(l, entry.name, kind.form);
    }
    fitted(l);
}

/// A critic as its form is written.
fn recipe(l: &mut Library, name: &'static str, form: Form) {
    match form {
        Form::Widths { make, .. } => l.expose(name, move |call, (widths,): (Dynamic,)| {
            let widths = whole_widths(&format!("{name}(widths)"), &widths)?;
            Ok(CriticValue(make(widths, &call.options.given)?))
        }),
        Form::Options { make } => l.expose(name, move |call, ()| Ok(CriticValue(make(&call.options.given)?))),
        Form::Solver { make, .. } => {
            l.expose(name, move |call, ()| Ok(CriticValue(Arc::new(SolverBuilder(make(&call.options.given)?)))))
        }
        Form::Features { activation, make, .. } => l.expose(name, move |_, (network, dim): (Dynamic, Dynamic)| {
            let layers = layers_of(name, &network, activation)?;
            Ok(CriticValue(make(layers, count(&format!("{name}, dim"), &dim)?)?))
        }),
    }
}

fn fitted(l: &mut Library) {
    let mut f = l.kind::<FittedCritic>(|f| match f.lipschitz_bound() {
        Ok(b) => format!("fitted critic, Lipschitz constant at most {b:.6}"),
        Err(_) => "fitted critic".into(),
    });
    f.method("value(points)", "φ at points, a list", |call, f, (x,): (Dynamic,)| {
        let x = call.points("value(points)", &x)?;
        f.check_dim(&x)?;
        Ok(list(f.value(&x)?))
    })
    .example("c.value(x)");
    f.method("gradient(points)", "∇φ at points, as points", |call, f, (x,): (Dynamic,)| {
        let x = call.points("gradient(points)", &x)?;
        f.check_dim(&x)?;
        Ok(f.gradient(&x)?)
    })
    .example("c.gradient(x)");
    f.method("lipschitz_bound()", "an upper bound of the Lipschitz constant", |_, f, ()| Ok(f.lipschitz_bound()?));
}

/// The builder of critics or networks that an option names.
pub fn builder_option(o: &Options, owner: &str, key: &str, expected: &str) -> Result<Option<Arc<dyn CriticBuilder>>> {
    let Some(v) = o.value(key) else { return Ok(None) };
    match v.clone().try_cast::<CriticValue>() {
        Some(c) => Ok(Some(c.0)),
        None => Err(Error::Option {
            owner: owner.into(),
            key: key.into(),
            got: format!("a {}", type_of(v)),
            expected: expected.into(),
        }),
    }
}

/// The critic that an option map names.
pub fn critic_option(o: &Options) -> Result<Option<Arc<dyn CriticBuilder>>> {
    builder_option(o, "critic", "critic", "a critic such as mlp([32, 32]) or exact()")
}

/// Layers given as widths, or as a network.
fn layers_of(what: &str, v: &Dynamic, activation: Activation) -> Result<MlpBuilder> {
    match v.clone().try_cast::<CriticValue>() {
        Some(c) => match c.0.network() {
            Some(n) => Ok(n.clone()),
            None => Err(Error::Shape {
                what: what.into(),
                expected: "widths such as [64, 64], mlp(..) or cnn(..)".into(),
                got: c.0.describe(),
            }),
        },
        // the same checks as for one network
        None => MlpBuilder::new(
            whole_widths(&format!("{what}(widths)"), v)?,
            MlpOptions { activation, ..MlpOptions::default() },
        ),
    }
}

/// Widths of layers, whole numbers ≥ 1.
pub fn whole_widths(what: &str, widths: &Dynamic) -> Result<Vec<usize>> {
    let widths = numbers(what, widths)?;
    match widths.iter().find(|w| w.fract() != 0.0 || **w < 1.0) {
        Some(w) => Err(Error::data(what, format!("a width is {w}, expected whole numbers ≥ 1"))),
        None => Ok(widths.into_iter().map(|w| w as usize).collect()),
    }
}
