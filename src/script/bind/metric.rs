//! `metric::…` and kernels.
use super::{describe, module};
use crate::device::{self, Points};
use crate::error::{Error, Result};
use crate::metric::{self as room, Metric};
use crate::script::context::Context;
use crate::script::convert::{Native, count, list, number, numbers, points, raise, text};
use crate::space::kernel::Kernel;
use crate::space::kernel_sum::{adaptive_width, median_width};
use rhai::{Dynamic, Engine, FuncRegistration, Map, Module, NativeCallContext};
use std::sync::Arc;

fn pair(c: &Context, name: &str, p: &Dynamic, q: &Dynamic) -> Result<(Points, Points)> {
    Ok((points(c, &format!("{name}, first sample"), p)?, points(c, &format!("{name}, second sample"), q)?))
}

pub fn register(engine: &mut Engine, c: &Arc<Context>) {
    describe::<Kernel>(engine, "Kernel", Kernel::describe);
    for (name, make) in [
        ("gaussian_kernel", Kernel::Gaussian as fn(f64) -> Kernel),
        ("laplace_kernel", Kernel::Laplace),
        ("imq_kernel", Kernel::Imq),
    ] {
        let k = c.clone();
        engine.register_fn(name, move |ctx: NativeCallContext, s: Dynamic| {
            number(name, &s).and_then(|s| Kernel::with_width(make, name, s)).map_err(|e| raise(&k, &ctx, e))
        });
    }
    engine.register_fn("energy_kernel", || Kernel::Energy);
    kernels(engine, c);
    module(engine, "metric", |m| {
        samples_and_labels(m, c);
        for name in room::NAMES {
            let k = c.clone();
            FuncRegistration::new(*name).set_into_module(
                m,
                move |ctx: NativeCallContext, p: Dynamic, q: Dynamic| -> Native<f64> {
                    let run = || {
                        let (p, q) = pair(&k, name, &p, &q)?;
                        room::by_name_interruptible(name, &k.interrupt)?.evaluate(&p, &q)
                    };
                    run().map_err(|e| raise(&k, &ctx, e))
                },
            );
        }
        let k = c.clone();
        FuncRegistration::new("mmd").set_into_module(
            m,
            move |ctx: NativeCallContext, p: Dynamic, q: Dynamic, kernel: Kernel| -> Native<f64> {
                let run = || {
                    let (p, q) = pair(&k, "mmd", &p, &q)?;
                    room::Mmd { kernel: Some(kernel), interrupt: k.interrupt.clone(), ..room::Mmd::named("mmd") }
                        .evaluate(&p, &q)
                };
                run().map_err(|e| raise(&k, &ctx, e))
            },
        );
        let k = c.clone();
        FuncRegistration::new("sinkhorn").set_into_module(
            m,
            move |ctx: NativeCallContext, p: Dynamic, q: Dynamic, epsilon: Dynamic| -> Native<f64> {
                let run = || {
                    let (p, q) = pair(&k, "sinkhorn", &p, &q)?;
                    room::Sinkhorn { epsilon: number("sinkhorn epsilon", &epsilon)?, interrupt: k.interrupt.clone() }
                        .evaluate(&p, &q)
                };
                run().map_err(|e| raise(&k, &ctx, e))
            },
        );
        let k = c.clone();
        FuncRegistration::new("modes").set_into_module(
            m,
            move |ctx: NativeCallContext, p: Dynamic, centers: Dynamic, radius: Dynamic| -> Native<Map> {
                let run = || {
                    let (p, centers) = pair(&k, "modes", &p, &centers)?;
                    room::modes::modes(&p, &centers, number("modes radius", &radius)?)
                };
                let found = run().map_err(|e| raise(&k, &ctx, e))?;
                let mut out = Map::new();
                out.insert("shares".into(), Dynamic::from(list(found.shares)));
                out.insert("strays".into(), Dynamic::from(found.strays));
                Ok(out)
            },
        );
    });
}

fn samples_and_labels(m: &mut Module, c: &Arc<Context>) {
    let k = c.clone();
    FuncRegistration::new("nn_accuracy").set_into_module(
        m,
        move |ctx: NativeCallContext, p: Dynamic, lp: Dynamic, q: Dynamic, lq: Dynamic| -> Native<f64> {
            let run = || {
                let (p, q) = pair(&k, "nn_accuracy", &p, &q)?;
                room::neighbours::nn_accuracy(
                    &p,
                    &numbers("nn_accuracy, labels of the first sample", &lp)?,
                    &q,
                    &numbers("nn_accuracy, labels of the second sample", &lq)?,
                )
            };
            run().map_err(|e| raise(&k, &ctx, e))
        },
    );
    let k = c.clone();
    FuncRegistration::new("memorisation").set_into_module(
        m,
        move |ctx: NativeCallContext, p: Dynamic, t: Dynamic, h: Dynamic| -> Native<Map> {
            let run = || {
                let (p, t) = pair(&k, "memorisation", &p, &t)?;
                room::neighbours::memorisation(&p, &t, &points(&k, "memorisation, held out", &h)?)
            };
            let found = run().map_err(|e| raise(&k, &ctx, e))?;
            let entries = [("to_training", found.to_training), ("held_out", found.held_out), ("copies", found.copies)];
            Ok(entries.into_iter().map(|(name, v)| (name.into(), Dynamic::from(v))).collect())
        },
    );
    let k = c.clone();
    FuncRegistration::new("ccdf_distance").set_into_module(
        m,
        move |ctx: NativeCallContext, p: Dynamic, q: Dynamic| -> Native<f64> {
            let run = || {
                let (p, q) = pair(&k, "ccdf_distance", &p, &q)?;
                room::tails::ccdf_distance(&p, &q)
            };
            run().map_err(|e| raise(&k, &ctx, e))
        },
    );
    let k = c.clone();
    FuncRegistration::new("hill").set_into_module(
        m,
        move |ctx: NativeCallContext, p: Dynamic, n: Dynamic| -> Native<f64> {
            let run = || room::tails::hill(&points(&k, "hill", &p)?, count("hill, k", &n)?);
            run().map_err(|e| raise(&k, &ctx, e))
        },
    );
}

/// A family of kernels by the name of its function.
fn family(what: &str, v: &Dynamic) -> Result<fn(f64) -> Kernel> {
    const FAMILIES: [(&str, fn(f64) -> Kernel); 3] =
        [("gaussian", Kernel::Gaussian), ("laplace", Kernel::Laplace), ("imq", Kernel::Imq)];
    let name = text(what, v)?;
    match FAMILIES.iter().find(|f| f.0 == name) {
        Some(f) => Ok(f.1),
        None => Err(Error::data(what, format!("\"{name}\" is no family of kernels: they are gaussian, laplace, imq"))),
    }
}

fn kernels(engine: &mut Engine, c: &Arc<Context>) {
    let k = c.clone();
    engine.register_fn(
        "rational_quadratic_kernel",
        move |ctx: NativeCallContext, s: Dynamic, a: Dynamic| -> Native<Kernel> {
            let make = || {
                Kernel::rational_quadratic(
                    number("rational_quadratic_kernel, width", &s)?,
                    number("rational_quadratic_kernel, alpha", &a)?,
                )
            };
            make().map_err(|e| raise(&k, &ctx, e))
        },
    );
    let k = c.clone();
    engine.register_fn(
        "multi_scale",
        move |ctx: NativeCallContext, name: Dynamic, widths: Dynamic| -> Native<Kernel> {
            let make = || Kernel::multi_scale(family("multi_scale", &name)?, &numbers("multi_scale, widths", &widths)?);
            make().map_err(|e| raise(&k, &ctx, e))
        },
    );
    let k = c.clone();
    engine.register_fn("median_width", move |ctx: NativeCallContext, p: Dynamic| -> Native<f64> {
        let run = || {
            let p = points(&k, "median_width", &p)?;
            Ok(median_width(&device::rows_f64(&p)?, p.dims()[1]))
        };
        run().map_err(|e| raise(&k, &ctx, e))
    });
    let k = c.clone();
    engine.register_fn(
        "adaptive_width",
        move |ctx: NativeCallContext, name: Dynamic, p: Dynamic, q: Dynamic| -> Native<f64> {
            let run = || {
                let (p, q) = pair(&k, "adaptive_width", &p, &q)?;
                device::check_samples("adaptive_width", &p, &q)?;
                adaptive_width(
                    family("adaptive_width", &name)?,
                    &device::rows_f64(&p)?,
                    &device::rows_f64(&q)?,
                    p.dims()[1],
                    &k.interrupt,
                )
            };
            run().map_err(|e| raise(&k, &ctx, e))
        },
    );
    engine.register_fn("+", |a: Kernel, b: Kernel| a.plus(b));
    let k = c.clone();
    engine.register_fn("*", move |ctx: NativeCallContext, a: Kernel, b: Kernel| {
        a.times(b).map_err(|e| raise(&k, &ctx, e))
    });
    let scale =
        |c: &Context, ctx: &NativeCallContext, w: f64, kernel: Kernel| kernel.scaled(w).map_err(|e| raise(c, ctx, e));
    let k = c.clone();
    engine.register_fn("*", move |ctx: NativeCallContext, w: f64, kernel: Kernel| scale(&k, &ctx, w, kernel));
    let k = c.clone();
    engine.register_fn("*", move |ctx: NativeCallContext, w: i64, kernel: Kernel| scale(&k, &ctx, w as f64, kernel));
    let k = c.clone();
    engine.register_fn("*", move |ctx: NativeCallContext, kernel: Kernel, w: i64| scale(&k, &ctx, w as f64, kernel));
    let k = c.clone();
    engine.register_fn("*", move |ctx: NativeCallContext, kernel: Kernel, w: f64| scale(&k, &ctx, w, kernel));
}
