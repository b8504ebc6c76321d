//! `plot::…` and figures.
use super::critic::FittedCritic;
use super::divergence::GeneratorValue;
use super::estimate::EstimateValue;
use super::flow::{RunValue, TableValue};
use super::{describe, module, none};
use crate::device::{self, Points};
use crate::error::{Error, Result};
use crate::flow::record::{Snapshot, compact};
use crate::plot::animation::Animation;
use crate::plot::contour::{Field, contour};
use crate::plot::curve::{Curves, generator};
use crate::plot::lines::{Series, lines};
use crate::plot::{self as room, Cloud, ENTRIES, Figure, FigureOptions};
use crate::script::context::Context;
use crate::script::convert::{Native, number, numbers, raise, rows, text, type_of};
use crate::script::front_end::Event;
use crate::script::options::Options;
use rhai::{Array, Dynamic, Engine, FuncRegistration, Map, Module, NativeCallContext};
use std::sync::Arc;

fn cloud(name: &str, v: &Dynamic) -> Result<Cloud> {
    let r = rows("plot", v)?;
    Ok(Cloud { name: name.into(), d: r.d, rows: r.data.into_iter().map(f64::from).collect() })
}

fn points_cloud(p: &Points) -> Result<Cloud> {
    Ok(Cloud { name: String::new(), d: p.dims()[1], rows: device::rows_f64(p)? })
}

/// `[["name", value], …]` as pairs.
fn pairs(v: &Dynamic) -> Option<Vec<(String, Dynamic)>> {
    let flat = v.flatten_clone();
    let list = flat.read_lock::<Array>()?;
    list.iter()
        .map(|pair| {
            let pair = pair.flatten_clone();
            let pair = pair.read_lock::<Array>()?;
            match &pair[..] {
                [name, value] => Some((name.flatten_clone().into_string().ok()?, value.flatten_clone())),
                _ => None,
            }
        })
        .collect()
}

/// One sample, a list of samples, or named samples.
fn clouds(v: &Dynamic) -> Result<Vec<Cloud>> {
    if let Some(named) = pairs(v).filter(|p| !p.is_empty()) {
        return named.iter().map(|(n, p)| cloud(n, p)).collect();
    }
    let flat = v.flatten_clone();
    let samples = flat
        .read_lock::<Array>()
        .filter(|l| l.iter().all(|p| p.flatten_clone().is::<Points>()) && !l.is_empty())
        .map(|l| l.clone());
    match samples {
        Some(list) => list.iter().map(|p| cloud("", p)).collect(),
        None => Ok(vec![cloud("", v)?]),
    }
}

fn scatter(v: &Dynamic, o: &FigureOptions) -> Result<Figure> {
    room::scatter::scatter(&clouds(v)?, o)
}

fn hist(v: &Dynamic, o: &FigureOptions) -> Result<Figure> {
    let values = match pairs(v).filter(|p| !p.is_empty()) {
        Some(named) => named.iter().map(|(n, v)| Ok((n.clone(), sample(v)?))).collect::<Result<_>>()?,
        None => vec![(String::new(), sample(v)?)],
    };
    room::hist::hist(&values, o)
}

/// Numbers of a list, or of one-dimensional points.
fn sample(v: &Dynamic) -> Result<Vec<f64>> {
    match v.flatten_clone().try_cast::<Points>() {
        Some(p) if p.dims()[1] == 1 => device::rows_f64(&p),
        Some(p) => Err(Error::Shape {
            what: "plot::hist".into(),
            expected: "numbers, or points of dimension 1 (p.col(0) picks a coordinate)".into(),
            got: format!("points of dimension {}", p.dims()[1]),
        }),
        None => numbers("plot::hist", v),
    }
}

fn density(v: &Dynamic, o: &FigureOptions) -> Result<Figure> {
    room::density::density(&cloud("", v)?, o)
}

fn images(v: &Dynamic, o: &FigureOptions) -> Result<Figure> {
    room::images::images(&cloud("", v)?, o)
}

fn trajectories(v: &Dynamic, o: &FigureOptions) -> Result<Figure> {
    let Some(run) = v.flatten_clone().try_cast::<RunValue>() else {
        return Err(wrong("plot::trajectories", "a run", v));
    };
    let snapshots: Vec<Cloud> =
        run.snapshots.iter().map(|s| points_cloud(&run.flow.view(&s.points)?)).collect::<Result<_>>()?;
    room::trajectories::trajectories(&snapshots, &points_cloud(&run.target)?, o)
}

fn tails(v: &Dynamic, o: &FigureOptions) -> Result<Figure> {
    room::tails::tails(&clouds(v)?, o)
}

fn animations(engine: &mut Engine, m: &mut Module, c: &Arc<Context>) {
    describe::<Animation>(engine, "Animation", |a| format!("Animation: {} frames", a.frames.len()));
    let make = |c: &Context, ctx: &NativeCallContext, v: &Dynamic, o: Map| -> Native<Animation> {
        let options = read(c, ctx, "animate", o)?;
        let go = || {
            let Some(run) = v.flatten_clone().try_cast::<RunValue>() else {
                return Err(wrong("plot::animate", "a run", v));
            };
            let frame = |s: &Snapshot| {
                Ok(Cloud {
                    name: format!("step {}, time {}", s.step, compact(s.time)),
                    ..points_cloud(&run.flow.view(&s.points)?)?
                })
            };
            let snapshots: Vec<Cloud> = run.snapshots.iter().map(frame).collect::<Result<_>>()?;
            room::animation::animate(&snapshots, &points_cloud(&run.target)?, &options)
        };
        go().map_err(|e| raise(c, ctx, e))
    };
    let k = c.clone();
    FuncRegistration::new("animate")
        .set_into_module(m, move |ctx: NativeCallContext, v: Dynamic| make(&k, &ctx, &v, none()));
    let k = c.clone();
    FuncRegistration::new("animate")
        .set_into_module(m, move |ctx: NativeCallContext, v: Dynamic, o: Map| make(&k, &ctx, &v, o));
    let k = c.clone();
    engine.register_fn("show", move |a: &mut Animation| {
        // where figures cannot move, the last frame stands for all
        let frames = if k.live() { &a.frames[..] } else { &a.frames[a.frames.len() - 1..] };
        for f in frames {
            if k.interrupt.is_requested() {
                return;
            }
            k.emit(Event::Live { name: "animation".into(), figure: f.clone() });
            if frames.len() > 1 {
                std::thread::sleep(std::time::Duration::from_secs_f64(a.seconds));
            }
        }
    });
    let k = c.clone();
    engine.register_fn("save", move |ctx: NativeCallContext, a: &mut Animation, path: Dynamic| -> Native<()> {
        let run = || {
            let path = k.output_path(&text("save(path)", &path)?);
            room::animation::save(a, &path)?;
            k.note(format!("wrote {}", path.display()));
            Ok(())
        };
        run().map_err(|e| raise(&k, &ctx, e))
    });
}

fn generator_figure(v: &Dynamic, o: &FigureOptions) -> Result<Figure> {
    let Some(g) = v.flatten_clone().try_cast::<GeneratorValue>() else {
        return Err(wrong("plot::generator", "an f such as kl() or f_divergence(…)", v));
    };
    let curves = Curves {
        name: g.name(),
        f: &|x| g.f(x),
        slope: &|x| g.derivative(x),
        conjugate: &|y| g.conjugate(y),
        maximiser: &|y| g.conjugate_grad(y),
        domain: g.domain().0,
    };
    Ok(generator(&curves, o))
}

fn path_figure(v: &Dynamic, o: &FigureOptions) -> Result<Figure> {
    let Some(t) = v.flatten_clone().try_cast::<TableValue>() else {
        return Err(wrong("plot::path", "the table of d.path(p, q, constants)", v));
    };
    let column = |name: &str| {
        t.column(name).map(<[f64]>::to_vec).ok_or_else(|| {
            Error::data(
                "plot::path",
                format!("the table has no column \"{name}\"; d.path(p, q, constants) makes one that has"),
            )
        })
    };
    let limit = column("limit")?.first().copied().unwrap_or(f64::INFINITY);
    room::path::path(
        &room::path::Path { constants: column("L")?, value: column("value")?, w1: column("w1")?, limit },
        o,
    )
}

fn bracket_figure(v: &Dynamic, o: &FigureOptions) -> Result<Figure> {
    let Some(e) = v.flatten_clone().try_cast::<EstimateValue>() else {
        return Err(wrong("plot::bracket", "an estimate", v));
    };
    let bounds = e.solution.as_ref().map_or(&[][..], |f| &f.history);
    let errors = e.solution.as_ref().map_or(&[][..], |f| &f.errors);
    room::bracket::bracket(
        &room::bracket::Bracket { history: &e.history, bounds, errors, lower: e.lower, upper: e.upper },
        o,
    )
}

fn grid(v: &Dynamic, o: &FigureOptions) -> Result<Figure> {
    let flat = v.flatten_clone();
    let figures: Option<Vec<Figure>> =
        flat.read_lock::<Array>().and_then(|l| l.iter().map(|f| f.flatten_clone().try_cast::<Figure>()).collect());
    room::grid::grid(&figures.ok_or_else(|| wrong("plot::grid", "a list of figures", v))?, o)
}

fn wrong(what: &str, expected: &str, v: &Dynamic) -> Error {
    Error::Shape { what: what.into(), expected: expected.into(), got: format!("a {}", type_of(v)) }
}

type Plot = fn(&Dynamic, &FigureOptions) -> Result<Figure>;

fn read(c: &Context, ctx: &NativeCallContext, name: &str, map: Map) -> Native<FigureOptions> {
    let full = format!("plot::{name}");
    match ENTRIES.iter().find(|e| e.name == full) {
        Some(e) => Options::read(c, ctx, e, map)?.typed().map_err(|e| raise(c, ctx, e)),
        None => Ok(FigureOptions::default()),
    }
}

fn one(m: &mut Module, c: &Arc<Context>, name: &'static str, plot: Plot) {
    let k = c.clone();
    FuncRegistration::new(name).set_into_module(m, move |ctx: NativeCallContext, v: Dynamic| {
        plot(&v, &FigureOptions::default()).map_err(|e| raise(&k, &ctx, e))
    });
    let k = c.clone();
    FuncRegistration::new(name).set_into_module(
        m,
        move |ctx: NativeCallContext, v: Dynamic, o: Map| -> Native<Figure> {
            let options = read(&k, &ctx, name, o)?;
            plot(&v, &options).map_err(|e| raise(&k, &ctx, e))
        },
    );
}

pub fn register(engine: &mut Engine, c: &Arc<Context>) {
    describe::<Figure>(engine, "Figure", Figure::describe);
    let k = c.clone();
    engine.register_fn("show", move |f: &mut Figure| k.emit(Event::Figure(f.clone())));
    let k = c.clone();
    engine.register_fn("show", move |ctx: NativeCallContext, f: &mut Figure, name: Dynamic| -> Native<()> {
        let name = text("show(name)", &name).map_err(|e| raise(&k, &ctx, e))?;
        k.emit(Event::Live { name, figure: f.clone() });
        Ok(())
    });
    let k = c.clone();
    engine.register_fn("save", move |ctx: NativeCallContext, f: &mut Figure, path: Dynamic| -> Native<()> {
        let run = || {
            let path = k.output_path(&text("save(path)", &path)?);
            room::render::save(f, &path)?;
            k.note(format!("wrote {}", path.display()));
            Ok(())
        };
        run().map_err(|e| raise(&k, &ctx, e))
    });
    let mut plots_of_time = Module::new();
    animations(engine, &mut plots_of_time, c);
    module(engine, "plot", |m| {
        m.combine(plots_of_time);
        let plots: [(&str, Plot); 10] = [
            ("tails", tails),
            ("scatter", scatter),
            ("hist", hist),
            ("density", density),
            ("images", images),
            ("trajectories", trajectories),
            ("generator", generator_figure),
            ("grid", grid),
            ("path", path_figure),
            ("bracket", bracket_figure),
        ];
        for (name, plot) in plots {
            one(m, c, name, plot);
        }
        line_plots(m, c);
        field_plots(m, c);
        plan_plots(m, c);
    });
}

/// Figures of several values.
fn plan_plots(m: &mut Module, c: &Arc<Context>) {
    let weights = |c: &Context, ctx: &NativeCallContext, p: &Dynamic, w: &Dynamic, o: Map| -> Native<Figure> {
        let options = read(c, ctx, "weights", o)?;
        let go = || room::weights::weights(&cloud("", p)?, &numbers("plot::weights, weights", w)?, &options);
        go().map_err(|e| raise(c, ctx, e))
    };
    let k = c.clone();
    FuncRegistration::new("weights")
        .set_into_module(m, move |ctx: NativeCallContext, p: Dynamic, w: Dynamic| weights(&k, &ctx, &p, &w, none()));
    let k = c.clone();
    FuncRegistration::new("weights")
        .set_into_module(m, move |ctx: NativeCallContext, p: Dynamic, w: Dynamic, o: Map| weights(&k, &ctx, &p, &w, o));
    let plan =
        |c: &Context, ctx: &NativeCallContext, e: &Dynamic, p: &Dynamic, q: &Dynamic, o: Map| -> Native<Figure> {
            let options = read(c, ctx, "plan", o)?;
            let go = || {
                let Some(e) = e.flatten_clone().try_cast::<EstimateValue>() else {
                    return Err(wrong("plot::plan", "an estimate made by exact transport", e));
                };
                let Some(plan) = e.solution.as_ref().and_then(|f| f.plan.as_ref()) else {
                    return Err(Error::data(
                        "plot::plan",
                        "this estimate has no sparse plan; exact() makes one: #{ critic: exact() }",
                    ));
                };
                room::plan::plan(
                    &cloud("", p)?,
                    &cloud("", q)?,
                    plan,
                    e.proximal.as_deref().filter(|_| !e.reversed),
                    &options,
                )
            };
            go().map_err(|e| raise(c, ctx, e))
        };
    let k = c.clone();
    FuncRegistration::new("plan")
        .set_into_module(m, move |ctx: NativeCallContext, e: Dynamic, p: Dynamic, q: Dynamic| {
            plan(&k, &ctx, &e, &p, &q, none())
        });
    let k = c.clone();
    FuncRegistration::new("plan")
        .set_into_module(m, move |ctx: NativeCallContext, e: Dynamic, p: Dynamic, q: Dynamic, o: Map| {
            plan(&k, &ctx, &e, &p, &q, o)
        });
}

/// A list of numbers in which NaN is a gap.
fn with_gaps(what: &str, v: &Dynamic) -> Result<Vec<f64>> {
    let flat = v.flatten_clone();
    let Some(list) = flat.read_lock::<Array>() else { return numbers(what, v) };
    let entry = |v: &Dynamic| match v.as_float() {
        Ok(v) if v.is_nan() => Ok(v),
        _ => number(what, v),
    };
    list.iter().map(entry).collect()
}

fn line_plots(m: &mut Module, c: &Arc<Context>) {
    let run =
        |c: &Context, ctx: &NativeCallContext, table: &Dynamic, x: &Dynamic, ys: &Dynamic, o: Map| -> Native<Figure> {
            let options = read(c, ctx, "lines", o)?;
            let draw = || {
                let x_name = text("plot::lines, x", x)?;
                let column = |name: &str| -> Result<Vec<f64>> {
                    let flat = table.flatten_clone();
                    if let Some(t) = flat.read_lock::<TableValue>() {
                        return t.column(name).map(<[f64]>::to_vec).ok_or_else(|| {
                            Error::data(
                                "plot::lines",
                                format!(
                                    "no column \"{name}\": the columns are {}",
                                    t.names().collect::<Vec<_>>().join(", ")
                                ),
                            )
                        });
                    }
                    let map = flat
                        .read_lock::<Map>()
                        .ok_or_else(|| wrong("plot::lines", "a table such as run.history, or a map of lists", table))?;
                    let v = map.get(name).ok_or_else(|| {
                        Error::data(
                            "plot::lines",
                            format!(
                                "no column \"{name}\": the columns are {}",
                                map.keys().map(|k| k.to_string()).collect::<Vec<_>>().join(", ")
                            ),
                        )
                    })?;
                    with_gaps(&format!("plot::lines, column {name}"), v)
                };
                let names = match ys.flatten_clone().into_string() {
                    Ok(one) => vec![one],
                    Err(_) => {
                        let flat = ys.flatten_clone();
                        let list = flat
                            .read_lock::<Array>()
                            .ok_or_else(|| wrong("plot::lines", "a list of column names", ys))?;
                        list.iter().map(|v| text("plot::lines, columns", v)).collect::<Result<Vec<String>>>()?
                    }
                };
                let xs = column(&x_name)?;
                let series: Vec<Series> = names
                    .into_iter()
                    .map(|name| {
                        let y = column(&name)?;
                        if y.len() != xs.len() {
                            return Err(Error::Shape {
                                what: format!("plot::lines, column {name}"),
                                expected: format!("{} values like {x_name}", xs.len()),
                                got: format!("{}", y.len()),
                            });
                        }
                        Ok(Series { name, x: xs.clone(), y })
                    })
                    .collect::<Result<_>>()?;
                lines(&series, &x_name, &options)
            };
            draw().map_err(|e| raise(c, ctx, e))
        };
    let k = c.clone();
    FuncRegistration::new("lines")
        .set_into_module(m, move |ctx: NativeCallContext, t: Dynamic, x: Dynamic, y: Dynamic| {
            run(&k, &ctx, &t, &x, &y, none())
        });
    let k = c.clone();
    FuncRegistration::new("lines")
        .set_into_module(m, move |ctx: NativeCallContext, t: Dynamic, x: Dynamic, y: Dynamic, o: Map| {
            run(&k, &ctx, &t, &x, &y, o)
        });
}

/// The critic of a critic, an estimate or a run.
fn critic_of(what: &str, v: &Dynamic) -> Result<FittedCritic> {
    let flat = v.flatten_clone();
    if let Some(c) = flat.clone().try_cast::<FittedCritic>() {
        return Ok(c);
    }
    if let Some(e) = flat.clone().try_cast::<EstimateValue>() {
        return Ok(FittedCritic::of_estimate(&e));
    }
    match flat.try_cast::<RunValue>() {
        Some(r) => FittedCritic::of_run(&r),
        None => Err(wrong(what, "a fitted critic, an estimate or a run", v)),
    }
}

/// A number e for [−e, e]², or [x0, x1, y0, y1].
fn extent(what: &str, v: &Dynamic) -> Result<((f64, f64), (f64, f64))> {
    if let Ok(e) = number(what, v) {
        if e > 0.0 && e.is_finite() {
            return Ok(((-e, e), (-e, e)));
        }
    } else if let Ok(list) = numbers(what, v)
        && let [a, b, c, d] = list[..]
        && a < b
        && c < d
    {
        return Ok(((a, b), (c, d)));
    }
    Err(Error::Shape {
        what: format!("{what}, extent"),
        expected: "a number > 0 or [x0, x1, y0, y1]".into(),
        got: v.flatten_clone().to_string(),
    })
}

fn planar(what: &str, critic: &FittedCritic) -> Result<()> {
    match critic.parts.first().map(|p| p.1.dim()) {
        Some(2) => Ok(()),
        d => Err(Error::Shape {
            what: what.into(),
            expected: "a critic of dimension 2".into(),
            got: d.map_or("none".into(), |d| format!("dimension {d}")),
        }),
    }
}

fn field_plots(m: &mut Module, c: &Arc<Context>) {
    type Draw = fn(&Context, &FittedCritic, (f64, f64), (f64, f64), &FigureOptions) -> Result<Figure>;
    let heat: Draw = |c, critic, x, y, o| {
        let columns = if o.bins > 0 { o.bins.max(2) } else { 101 };
        let at = device::points(Field::nodes(x, y, columns), columns * columns, 2, &c.compute.device);
        contour(&Field { x, y, columns, values: critic.value(&at)? }, o)
    };
    let arrows: Draw = |c, critic, x, y, o| {
        let columns = if o.bins > 0 { o.bins.max(2) } else { 21 };
        let nodes = Field::nodes(x, y, columns);
        let at = device::points(nodes.clone(), columns * columns, 2, &c.compute.device);
        let vectors = device::rows_f64(&critic.gradient(&at)?)?;
        let nodes: Vec<f64> = nodes.into_iter().map(f64::from).collect();
        room::quiver::quiver(&nodes, &vectors, (x.1 - x.0) / (columns - 1) as f64, o)
    };
    for (name, full, draw) in [("contour", "plot::contour", heat), ("quiver", "plot::quiver", arrows)] {
        let run = move |c: &Context, ctx: &NativeCallContext, v: &Dynamic, e: &Dynamic, o: Map| -> Native<Figure> {
            let particles = o.get("particles").cloned();
            let options = read(c, ctx, name, o)?;
            let go = || {
                let critic = critic_of(full, v)?;
                planar(full, &critic)?;
                let (x, y) = extent(full, e)?;
                let figure = draw(c, &critic, x, y, &options)?;
                match &particles {
                    Some(p) => Ok(room::scatter::over(figure, &clouds(p)?, &options)),
                    None => Ok(figure),
                }
            };
            go().map_err(|e| raise(c, ctx, e))
        };
        let k = c.clone();
        FuncRegistration::new(name)
            .set_into_module(m, move |ctx: NativeCallContext, v: Dynamic, e: Dynamic| run(&k, &ctx, &v, &e, none()));
        let k = c.clone();
        FuncRegistration::new(name)
            .set_into_module(m, move |ctx: NativeCallContext, v: Dynamic, e: Dynamic, o: Map| run(&k, &ctx, &v, &e, o));
    }
}
