//! `claim`: a number beside what it should be.
use crate::error::{Error, Result};
use crate::script::call::Call;
use crate::script::claims::CLAIM;
use crate::script::context::lock;
use crate::script::convert::{number, text};
use crate::script::front_end::Event;
use crate::script::library::Library;
use crate::study::{Claim, short};
use rhai::Dynamic;
use std::sync::atomic::Ordering;

/// Fills the library.
pub fn fill(l: &mut Library) {
    l.expose_with_options(CLAIM.name, |call, (name, value): (Dynamic, Dynamic)| {
        let claim = claim(call, &name, &value)?;
        let holds = claim.holds();
        let (name, value) = (&claim.name, short(claim.value));
        let paper = claim.paper.as_ref().map_or(String::new(), |p| format!("; paper or truth: {p}"));
        call.context.emit(Event::Text(if call.context.unjudged.load(Ordering::Relaxed) {
            format!("{name}: {value} (quick sizes, not judged)")
        } else {
            format!("{} {name}: {value} ({}{paper})", if holds { "✓" } else { "✗" }, claim.expected())
        }));
        lock(&call.context.claims).push(claim);
        Ok(holds)
    });
}

fn claim(call: &Call, name: &Dynamic, value: &Dynamic) -> Result<Claim> {
    let mut claim: Claim = call.options.typed()?;
    claim.name = text("claim, name", name)?;
    claim.value = value.as_float().or_else(|_| number("claim, value", value))?;
    if claim.at_most.is_none() && claim.at_least.is_none() && claim.near.is_none() {
        return Err(Error::data("claim", "it says nothing to hold: give at_most, at_least or near"));
    }
    if let (Some(low), Some(high)) = (claim.at_least, claim.at_most)
        && low > high
    {
        return Err(Error::data("claim", format!("it can never hold: at_least {low} is above at_most {high}")));
    }
    if claim.near.is_some() != claim.within.is_some() {
        return Err(Error::data("claim", "near and within go together"));
    }
    Ok(claim)
}
