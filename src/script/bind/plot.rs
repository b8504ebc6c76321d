//! `plot::…`
use super::plot_arguments::{cloud, clouds, extent, only, pairs, points_cloud, sample, with_gaps, wrong};
use crate::device;
use crate::error::{Error, Result};
use crate::plot::contour::{Field, contour};
use crate::plot::curve::{Curves, generator};
use crate::plot::lines::{Series, lines};
use crate::plot::{self as room, Cloud, Figure, FigureOptions};
use crate::script::call::Call;
use crate::script::convert::{numbers, text};
use crate::script::library::Library;
use crate::script::values::{EstimateValue, FittedCritic, GeneratorValue, RunValue, TableValue};
use crate::table::Column;
use rhai::{Array, Dynamic, Map};

/// Draws one value.
type Plot = fn(&Dynamic, &FigureOptions) -> Result<Figure>;

/// Plots of one value.
const PLOTS: [(&str, Plot); 10] = [
    ("plot::tails", |v, o| room::tails::tails(&clouds(v)?, o)),
    ("plot::scatter", |v, o| room::scatter::scatter(&clouds(v)?, o)),
    ("plot::hist", hist),
    ("plot::density", |v, o| room::density::density(&cloud("", v)?, o)),
    ("plot::images", |v, o| room::images::images(&cloud("", v)?, o)),
    ("plot::trajectories", trajectories),
    ("plot::generator", generator_figure),
    ("plot::grid", grid),
    ("plot::path", path_figure),
    ("plot::bracket", bracket_figure),
];

/// Fills the library.
pub fn fill(l: &mut Library) {
    for (name, plot) in PLOTS {
        l.expose(name, move |call, (v,): (Dynamic,)| Ok(seen(call, name, plot(&v, &call.options.typed()?)?)?));
    }
    l.expose("plot::weights", |call, (p, w): (Dynamic, Dynamic)| {
        let (options, weights) = (call.options.typed()?, numbers("plot::weights, weights", &w)?);
        Ok(seen(call, "plot::weights", room::weights::weights(&cloud("", &p)?, &weights, &options)?)?)
    });
    l.expose("plot::plan", |call, (e, p, q): (Dynamic, Dynamic, Dynamic)| {
        Ok(seen(call, "plot::plan", plan(call, &e, &p, &q)?)?)
    });
    l.expose("plot::lines", |call, (table, x, ys): (Dynamic, Dynamic, Dynamic)| Ok(curves(call, &table, &x, &ys)?));
    l.expose("plot::contour", |call, (v, e): (Dynamic, Dynamic)| Ok(field(call, "plot::contour", &v, &e, heat)?));
    l.expose("plot::quiver", |call, (v, e): (Dynamic, Dynamic)| Ok(field(call, "plot::quiver", &v, &e, arrows)?));
}

/// The figure, with a remark if some of its points have no place; an error if none has.
fn seen(call: &Call, name: &str, figure: Figure) -> Result<Figure> {
    match figure.lost() {
        (0, _) => {}
        (lost, all) if lost == all => {
            return Err(Error::data(name, format!("none of the {all} points is finite: there is nothing to draw")));
        }
        (lost, all) => {
            call.context.note(format!("{name}: {lost} of {all} points are not finite and not drawn"));
        }
    }
    Ok(figure)
}

fn hist(v: &Dynamic, o: &FigureOptions) -> Result<Figure> {
    let values = match pairs(v).filter(|p| !p.is_empty()) {
        Some(named) => named.iter().map(|(n, v)| Ok((n.clone(), sample(v)?))).collect::<Result<_>>()?,
        None => vec![(String::new(), sample(v)?)],
    };
    room::hist::hist(&values, o)
}

fn trajectories(v: &Dynamic, o: &FigureOptions) -> Result<Figure> {
    let run: RunValue = only("plot::trajectories", "a run", v)?;
    let snapshots: Vec<Cloud> = run.snapshots.iter().map(|s| points_cloud(&run.view(s)?)).collect::<Result<_>>()?;
    room::trajectories::trajectories(&snapshots, &points_cloud(&run.target.whole()?)?, o)
}

fn generator_figure(v: &Dynamic, o: &FigureOptions) -> Result<Figure> {
    let g: GeneratorValue = only("plot::generator", "an f such as kl() or f_divergence(…)", v)?;
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
    let t: TableValue = only("plot::path", "the table of d.path(p, q, constants)", v)?;
    let column = |name: &str| {
        t.column(name).and_then(Column::as_numbers).map(|v| v.to_vec()).ok_or_else(|| {
            Error::data(
                "plot::path",
                format!("the table has no column \"{name}\"; d.path(p, q, constants) makes one that has"),
            )
        })
    };
    let limit = column("limit")?.first().copied().unwrap_or(f64::INFINITY);
    let path = room::path::Path { constants: column("L")?, value: column("value")?, w1: column("w1")?, limit };
    room::path::path(&path, o)
}

fn bracket_figure(v: &Dynamic, o: &FigureOptions) -> Result<Figure> {
    let e: EstimateValue = only("plot::bracket", "an estimate", v)?;
    let bounds = e.solution.as_ref().map_or(&[][..], |f| &f.history);
    let errors = e.solution.as_ref().map_or(&[][..], |f| &f.errors);
    let bracket = room::bracket::Bracket { history: &e.history, bounds, errors, lower: e.lower, upper: e.upper };
    room::bracket::bracket(&bracket, o)
}

fn grid(v: &Dynamic, o: &FigureOptions) -> Result<Figure> {
    let flat = v.flatten_clone();
    let figures: Option<Vec<Figure>> =
        flat.read_lock::<Array>().and_then(|l| l.iter().map(|f| f.flatten_clone().try_cast::<Figure>()).collect());
    room::grid::grid(&figures.ok_or_else(|| wrong("plot::grid", "a list of figures", v))?, o)
}

fn plan(call: &Call, e: &Dynamic, p: &Dynamic, q: &Dynamic) -> Result<Figure> {
    let options = call.options.typed()?;
    let e: EstimateValue = only("plot::plan", "an estimate made by exact transport", e)?;
    let Some(plan) = e.solution.as_ref().and_then(|f| f.plan.as_ref()) else {
        return Err(Error::data(
            "plot::plan",
            "this estimate has no sparse plan; exact() makes one: #{ critic: exact() }",
        ));
    };
    let proximal = e.proximal.as_deref().filter(|_| !e.reversed);
    room::plan::plan(&cloud("", p)?, &cloud("", q)?, plan, proximal, &options)
}

fn curves(call: &Call, table: &Dynamic, x: &Dynamic, ys: &Dynamic) -> Result<Figure> {
    let options = call.options.typed()?;
    let x_name = text("plot::lines, x", x)?;
    let names = column_names(ys)?;
    let xs = column(table, &x_name)?;
    let series = names.into_iter().map(|name| {
        let y = column(table, &name)?;
        if y.len() != xs.len() {
            return Err(Error::Shape {
                what: format!("plot::lines, column {name}"),
                expected: format!("{} values like {x_name}", xs.len()),
                got: format!("{}", y.len()),
            });
        }
        Ok(Series { name, x: xs.clone(), y })
    });
    lines(&series.collect::<Result<Vec<Series>>>()?, &x_name, &options)
}

/// One name, or a list of names.
fn column_names(ys: &Dynamic) -> Result<Vec<String>> {
    let flat = ys.flatten_clone();
    if let Ok(one) = flat.clone().into_string() {
        return Ok(vec![one]);
    }
    let list = flat.read_lock::<Array>().ok_or_else(|| wrong("plot::lines", "a list of column names", ys))?;
    list.iter().map(|v| text("plot::lines, columns", v)).collect()
}

/// A column of a table, or of a map of lists.
fn column(table: &Dynamic, name: &str) -> Result<Vec<f64>> {
    let missing = |columns: Vec<&str>| {
        Error::data("plot::lines", format!("no column \"{name}\": the columns are {}", columns.join(", ")))
    };
    let flat = table.flatten_clone();
    if let Some(t) = flat.read_lock::<TableValue>() {
        let column = t.column(name).ok_or_else(|| t.unknown("plot::lines", name))?;
        let texts = || Error::data("plot::lines", format!("column \"{name}\" holds texts, expected numbers"));
        return column.as_numbers().map(|v| v.to_vec()).ok_or_else(texts);
    }
    let map = flat
        .read_lock::<Map>()
        .ok_or_else(|| wrong("plot::lines", "a table such as run.history, or a map of lists", table))?;
    let v = map.get(name).ok_or_else(|| missing(map.keys().map(|k| k.as_str()).collect()))?;
    with_gaps(&format!("plot::lines, column {name}"), v)
}

/// The critic of a critic, an estimate or a run, in two dimensions.
fn planar_critic(what: &str, v: &Dynamic) -> Result<FittedCritic> {
    let flat = v.flatten_clone();
    let critic = if let Some(c) = flat.clone().try_cast::<FittedCritic>() {
        c
    } else if let Some(e) = flat.clone().try_cast::<EstimateValue>() {
        FittedCritic::of_estimate(&e)
    } else if let Some(r) = flat.try_cast::<RunValue>() {
        FittedCritic::of_run(&r)?
    } else {
        return Err(wrong(what, "a fitted critic, an estimate or a run", v));
    };
    match critic.dim() {
        Some(2) => Ok(critic),
        d => Err(Error::Shape {
            what: what.into(),
            expected: "a critic of dimension 2".into(),
            got: d.map_or("none".into(), |d| format!("dimension {d}")),
        }),
    }
}

/// Draws a critic on the nodes of a rectangle.
type Draw = fn(&FittedCritic, [(f64, f64); 2], &FigureOptions) -> Result<Figure>;

fn field(call: &Call, what: &str, v: &Dynamic, e: &Dynamic, draw: Draw) -> Result<Figure> {
    let options = call.options.typed()?;
    let critic = planar_critic(what, v)?;
    let (x, y) = extent(what, e)?;
    let figure = draw(&critic, [x, y], &options)?;
    match call.options.value("particles") {
        Some(p) => Ok(room::scatter::over(figure, &clouds(p)?, &options)),
        None => Ok(figure),
    }
}

fn heat(critic: &FittedCritic, [x, y]: [(f64, f64); 2], o: &FigureOptions) -> Result<Figure> {
    let columns = if o.bins > 0 { o.bins.max(2) } else { 101 };
    let at = device::wide(Field::nodes(x, y, columns), columns * columns, 2);
    contour(&Field { x, y, columns, values: critic.value(&at)? }, o)
}

fn arrows(critic: &FittedCritic, [x, y]: [(f64, f64); 2], o: &FigureOptions) -> Result<Figure> {
    let columns = if o.bins > 0 { o.bins.max(2) } else { 21 };
    let nodes = Field::nodes(x, y, columns);
    let at = device::wide(nodes.clone(), columns * columns, 2);
    let vectors = device::rows_f64(&critic.gradient(&at)?)?;
    room::quiver::quiver(&nodes, &vectors, (x.1 - x.0) / (columns - 1) as f64, o)
}
