//! `metric::…` and kernels.
use super::{describe, module};
use crate::device::Points;
use crate::error::Result;
use crate::metric::{self as room, Metric};
use crate::script::context::Context;
use crate::script::convert::{Native, list, number, points, raise};
use crate::space::kernel::Kernel;
use rhai::{Dynamic, Engine, FuncRegistration, Map, NativeCallContext};
use std::sync::Arc;

fn pair(c: &Context, name: &str, p: &Dynamic, q: &Dynamic) -> Result<(Points, Points)> {
    Ok((points(c, &format!("{name}, first sample"), p)?, points(c, &format!("{name}, second sample"), q)?))
}

pub fn register(engine: &mut Engine, c: &Arc<Context>) {
    describe::<Kernel>(engine, "Kernel", Kernel::describe);
    for (name, make) in [("gaussian_kernel", Kernel::Gaussian as fn(f64) -> Kernel), ("laplace_kernel", Kernel::Laplace), ("imq_kernel", Kernel::Imq)] {
        let k = c.clone();
        engine.register_fn(name, move |ctx: NativeCallContext, s: Dynamic| number(name, &s).and_then(|s| Kernel::with_width(make, name, s)).map_err(|e| raise(&k, &ctx, e)));
    }
    engine.register_fn("energy_kernel", || Kernel::Energy);
    module(engine, "metric", |m| {
        for name in room::NAMES {
            let k = c.clone();
            FuncRegistration::new(*name).set_into_module(m, move |ctx: NativeCallContext, p: Dynamic, q: Dynamic| -> Native<f64> {
                let run = || {
                    let (p, q) = pair(&k, name, &p, &q)?;
                    room::by_name_interruptible(name, &k.interrupt)?.evaluate(&p, &q)
                };
                run().map_err(|e| raise(&k, &ctx, e))
            });
        }
        let k = c.clone();
        FuncRegistration::new("mmd").set_into_module(m, move |ctx: NativeCallContext, p: Dynamic, q: Dynamic, kernel: Kernel| -> Native<f64> {
            let run = || {
                let (p, q) = pair(&k, "mmd", &p, &q)?;
                room::Mmd { kernel: Some(kernel), interrupt: k.interrupt.clone(), ..room::Mmd::named("mmd") }.evaluate(&p, &q)
            };
            run().map_err(|e| raise(&k, &ctx, e))
        });
        let k = c.clone();
        FuncRegistration::new("modes").set_into_module(m, move |ctx: NativeCallContext, p: Dynamic, centers: Dynamic, radius: Dynamic| -> Native<Map> {
            let run = || {
                let (p, centers) = pair(&k, "modes", &p, &centers)?;
                room::modes::modes(&p, &centers, number("modes radius", &radius)?)
            };
            let found = run().map_err(|e| raise(&k, &ctx, e))?;
            let mut out = Map::new();
            out.insert("shares".into(), Dynamic::from(list(found.shares)));
            out.insert("strays".into(), Dynamic::from(found.strays));
            Ok(out)
        });
    });
}
