//! `metric::…`
use crate::error::Result;
use crate::metric::{self as room, Metric};
use crate::script::call::Call;
use crate::script::classes::classes;
use crate::script::convert::{count, list, number};
use crate::script::library::Library;
use crate::space::kernel::Kernel;
use rhai::{Dynamic, Map};

/// Fills the library.
pub fn fill(l: &mut Library) {
    for metric in room::ALL {
        // those with options are bound below
        let (Some(make), []) = (metric.make, metric.entry.options) else { continue };
        l.expose(metric.entry.name, move |call, (p, q): (Dynamic, Dynamic)| {
            let (p, q) = call.samples(metric.name(), &p, &q)?;
            Ok(make(&call.context.interrupt).evaluate(&p, &q)?)
        });
    }
    for with_error in [false, true] {
        let name = if with_error { "metric::sliced_with_error" } else { "metric::sliced" };
        l.expose(name, move |call, (p, q): (Dynamic, Dynamic)| Ok(sliced(call, &p, &q, with_error)?));
    }
    l.expose("metric::mmd", |call, (p, q, kernel): (Dynamic, Dynamic, Kernel)| {
        let (p, q) = call.samples("mmd", &p, &q)?;
        let interrupt = call.context.interrupt.clone();
        Ok(room::Mmd { kernel: Some(kernel), interrupt, ..room::Mmd::named("mmd") }.evaluate(&p, &q)?)
    });
    l.expose("metric::sinkhorn", |call, (p, q, epsilon): (Dynamic, Dynamic, Dynamic)| {
        let (p, q) = call.samples("sinkhorn", &p, &q)?;
        let epsilon = number("sinkhorn epsilon", &epsilon)?;
        Ok(room::Sinkhorn { epsilon, interrupt: call.context.interrupt.clone() }.evaluate(&p, &q)?)
    });
    l.expose("metric::modes", |call, (p, centers, radius): (Dynamic, Dynamic, Dynamic)| {
        let (p, centers) = call.samples("modes", &p, &centers)?;
        let found = room::modes::modes(&p, &centers, number("modes radius", &radius)?)?;
        let mut out = Map::new();
        out.insert("shares".into(), Dynamic::from(list(found.shares)));
        out.insert("strays".into(), Dynamic::from(found.strays));
        Ok(out)
    });
    neighbours(l);
    l.expose("metric::ccdf_distance", |call, (p, q): (Dynamic, Dynamic)| {
        let (p, q) = call.samples("ccdf_distance", &p, &q)?;
        Ok(room::tails::ccdf_distance(&p, &q)?)
    });
    l.expose("metric::hill", |call, (p, n): (Dynamic, Dynamic)| {
        Ok(room::tails::hill(&call.points("hill", &p)?, count("hill, k", &n)?)?)
    });
}

fn sliced(call: &Call, p: &Dynamic, q: &Dynamic, with_error: bool) -> Result<Dynamic> {
    let (p, q) = call.samples("sliced", p, q)?;
    let sliced = room::Sliced { options: call.options.typed()?, interrupt: call.context.interrupt.clone() };
    let found = sliced.measure(&p, &q)?;
    if !with_error {
        return Ok(Dynamic::from(found.value));
    }
    let entries = [("value", found.value), ("error", found.error)];
    let mut out: Map = entries.into_iter().map(|(name, v)| (name.into(), Dynamic::from(v))).collect();
    out.insert("directions".into(), Dynamic::from(found.directions as i64));
    Ok(Dynamic::from(out))
}

fn neighbours(l: &mut Library) {
    l.expose("metric::nn_accuracy", |call, (p, lp, q, lq): (Dynamic, Dynamic, Dynamic, Dynamic)| {
        let (p, q) = call.samples("nn_accuracy", &p, &q)?;
        let names = ["nn_accuracy, labels of the first sample", "nn_accuracy, labels of the second sample"];
        let [lp, lq] = classes(names, [&lp, &lq])?;
        Ok(room::neighbours::nn_accuracy(&p, &lp, &q, &lq)?)
    });
    l.expose("metric::memorisation", |call, (p, t, h): (Dynamic, Dynamic, Dynamic)| {
        let (p, t) = call.samples("memorisation", &p, &t)?;
        let found = room::neighbours::memorisation(&p, &t, &call.points("memorisation, held out", &h)?)?;
        let entries = [("to_training", found.to_training), ("held_out", found.held_out), ("copies", found.copies)];
        Ok(entries.into_iter().map(|(name, v)| (name.into(), Dynamic::from(v))).collect::<Map>())
    });
}
