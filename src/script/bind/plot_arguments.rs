//! Arguments of plots: clouds, names, numbers.
use crate::device::{self, Points};
use crate::error::{Error, Result};
use crate::memory;
use crate::plot::{Cloud, FigureOptions};
use crate::script::call::Call;
use crate::script::convert::{number, numbers, rows, type_of};
use crate::script::kind::Kind;
use rhai::{Array, Dynamic};

/// The options of a plot; where it does not say what it is for, those of the theme.
pub fn figure_options(call: &Call) -> Result<FigureOptions> {
    let mut options: FigureOptions = call.options.typed()?;
    if options.preset.is_none() {
        options.preset = call.context.preset.lock().unwrap_or_else(|p| p.into_inner()).clone();
    }
    Ok(options)
}

/// The options of a grid: on paper it is as wide as two columns, elsewhere as wide as its figures.
pub fn grid_options(call: &Call) -> Result<FigureOptions> {
    let mut options: FigureOptions = call.options.typed()?;
    let themed = figure_options(call)?.preset;
    if options.preset.is_none() && themed.is_some_and(|p| p.starts_with("paper")) {
        options.preset = Some(if options.columns == 1 { "paper" } else { "paper2" }.into());
    }
    Ok(options)
}

/// Points, or a list of rows, as a cloud.
pub fn cloud(name: &str, v: &Dynamic) -> Result<Cloud> {
    let r = rows("plot", v)?;
    // once more as the marks of a figure
    memory::check_points("plot", [r.n, r.d], 16)?;
    Ok(Cloud { name: name.into(), d: r.d, rows: r.data })
}

/// Points as a cloud without a name.
pub fn points_cloud(p: &Points) -> Result<Cloud> {
    Ok(Cloud { name: String::new(), d: p.dims()[1], rows: device::rows_f64(p)? })
}

/// `[["name", value], …]` as pairs.
pub fn pairs(v: &Dynamic) -> Option<Vec<(String, Dynamic)>> {
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
pub fn clouds(v: &Dynamic) -> Result<Vec<Cloud>> {
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

/// Numbers of a list, or of one-dimensional points.
pub fn sample(v: &Dynamic) -> Result<Vec<f64>> {
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

/// A list of numbers in which NaN is a gap.
pub fn with_gaps(what: &str, v: &Dynamic) -> Result<Vec<f64>> {
    let flat = v.flatten_clone();
    let Some(list) = flat.read_lock::<Array>() else { return numbers(what, v) };
    let entry = |v: &Dynamic| match v.as_float() {
        Ok(v) if v.is_nan() => Ok(v),
        _ => number(what, v),
    };
    list.iter().map(entry).collect()
}

/// A number e for [−e, e]², or [x0, x1, y0, y1].
pub fn extent(what: &str, v: &Dynamic) -> Result<((f64, f64), (f64, f64))> {
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

/// A value of one type, or an error that says what was expected.
pub fn only<T: Kind>(what: &str, expected: &str, v: &Dynamic) -> Result<T> {
    v.flatten_clone().try_cast::<T>().ok_or_else(|| wrong(what, expected, v))
}

/// An argument of another type.
pub fn wrong(what: &str, expected: &str, v: &Dynamic) -> Error {
    Error::Shape { what: what.into(), expected: expected.into(), got: format!("a {}", type_of(v)) }
}
