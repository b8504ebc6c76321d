//! Large points of a script that several ranks run: each rank holds some rows, and has all of them for as long as a function looks at them.
//!
//! Functions take and give points as ever; here they are put together before a call and taken apart after it. What does not look at rows
//! (`len`, `dim`, and `run`, whose flow may not need all of them) has them as they are. All ranks do the same calls, so that all are there.
use super::bind::first_rows;
use super::library::Function;
use crate::dataset::parted;
use crate::device::Points;
use crate::error::{Error, Result};
use crate::network::host::usual_rows_of_a_group;
use crate::ranks::{self, Split, Spread};
use rhai::{Array, Dynamic, Engine, EvalAltResult, Map};
use std::any::TypeId;
use std::sync::Arc;

/// What a call gives.
type Given = std::result::Result<Dynamic, Box<EvalAltResult>>;

/// Whether this session is run by several ranks.
pub fn by_several() -> bool {
    ranks::current().is_some()
}

/// What the interpreter knows of points of which some are here.
pub fn register(engine: &mut Engine) {
    let text = |p: &mut Spread| {
        let head = p.piece(0..p.rows().min(5));
        head.map_or_else(|e| e.to_string(), |head| first_rows(p.rows(), &head))
    };
    engine.register_type_with_name::<Spread>("Points");
    engine.register_fn("to_string", text).register_fn("to_debug", text);
    engine.register_fn("len", |p: &mut Spread| p.rows() as i64).register_fn("dim", |p: &mut Spread| p.dim() as i64);
}

/// The types of a function's arguments with points of which some are here in some of their places; none for what `register` knows.
pub fn overloads(f: &Function) -> Vec<Vec<TypeId>> {
    let points = TypeId::of::<Points>();
    let places: Vec<usize> = (0..f.types.len()).filter(|i| f.types[*i] == points).collect();
    if places.len() == f.types.len() && ["len", "dim"].contains(&f.name.as_str()) {
        return vec![];
    }
    let chosen = |set: usize| {
        let mut types = f.types.clone();
        let of_set = places.iter().enumerate().filter(|(k, _)| set >> k & 1 == 1);
        of_set.for_each(|(_, place)| types[*place] = TypeId::of::<Spread>());
        types
    };
    (1..1 << places.len()).map(chosen).collect()
}

/// What a call gives whose arguments are put together before, and whose points are taken apart, data sets as they are drawn; what is changed
/// stays what it is.
pub fn call(
    f: &Function,
    args: &mut [&mut Dynamic],
    run: impl FnOnce(&mut [&mut Dynamic]) -> Given,
    raise: impl Fn(Error) -> Box<EvalAltResult>,
) -> Given {
    if let Some(found) = few_rows(f, args).map_err(&raise)? {
        let (mut rows, mut at) = found;
        let mut put: Vec<&mut Dynamic> = [&mut rows].into_iter().chain(&mut at).collect();
        return run(&mut put).and_then(|v| apart(v).map_err(raise));
    }
    let one = |(i, v): (usize, &&mut Dynamic)| if f.parts || f.changes && i == 0 { Ok(None) } else { whole(v) };
    let mut wholes: Vec<Option<Dynamic>> = args.iter().enumerate().map(one).collect::<Result<_>>().map_err(&raise)?;
    let mut put: Vec<&mut Dynamic> =
        args.iter_mut().zip(&mut wholes).map(|(a, whole)| whole.as_mut().unwrap_or(a)).collect();
    let (given, drawn) = match f.module {
        // as most flows will have it, so that they need no copy
        "data" => parted(usual_rows_of_a_group, || run(&mut put)),
        _ => (run(&mut put), None),
    };
    let given = given?;
    match drawn {
        Some(split) if given.is::<Points>() => Ok(Dynamic::from(Spread::of(given.cast::<Points>(), Some(&split)))),
        _ => apart(given).map_err(raise),
    }
}

/// Of `p[i]` and `p.rows(a, b)` the rows that are meant, and where these are among them: the others need not come.
fn few_rows(f: &Function, args: &[&mut Dynamic]) -> Result<Option<(Dynamic, Vec<Dynamic>)>> {
    let Some(p) = args.first().and_then(|v| v.read_lock::<Spread>()) else { return Ok(None) };
    let n = p.rows() as i64;
    let numbers: Option<Vec<i64>> = args[1..].iter().map(|v| v.as_int().ok()).collect();
    let (from, to, at) = match (f.name.as_str(), numbers.as_deref()) {
        ("index$get$", Some([i])) if (0..n).contains(i) => (*i, i + 1, vec![0]),
        ("rows", Some([a, b])) if 0 <= *a && a < b && *b <= n => (*a, *b, vec![0, b - a]),
        _ => return Ok(None),
    };
    let rows = p.piece(from as usize..to as usize)?;
    Ok(Some((Dynamic::from(rows), at.into_iter().map(Dynamic::from).collect())))
}

/// The value with all rows of its points, where some are elsewhere.
///
/// # Errors
/// Those of the team.
fn whole(v: &Dynamic) -> Result<Option<Dynamic>> {
    if let Some(p) = v.read_lock::<Spread>() {
        return Ok(Some(Dynamic::from(p.whole()?)));
    }
    let each = |v: &Dynamic| Ok(whole(v)?.unwrap_or_else(|| v.clone()));
    if let Some(list) = v.read_lock::<Array>().filter(|list| list.iter().any(has_parts)) {
        return Ok(Some(list.iter().map(each).collect::<Result<Array>>()?.into()));
    }
    if let Some(map) = v.read_lock::<Map>().filter(|map| map.values().any(has_parts)) {
        return Ok(Some(map.iter().map(|(k, v)| Ok((k.clone(), each(v)?))).collect::<Result<Map>>()?.into()));
    }
    Ok(None)
}

fn has_parts(v: &Dynamic) -> bool {
    v.is::<Spread>()
        || v.read_lock::<Array>().is_some_and(|list| list.iter().any(has_parts))
        || v.read_lock::<Map>().is_some_and(|map| map.values().any(has_parts))
}

/// The value with the rows of this rank, where it is large points.
///
/// # Errors
/// Points that cannot be read.
fn apart(v: Dynamic) -> Result<Dynamic> {
    let Some([n, d]) = v.read_lock::<Points>().map(|p| p.dims()) else { return Ok(v) };
    let Some(split) = Split::large(n, d, usual_rows_of_a_group(n)) else { return Ok(v) };
    let all: Spread = v.cast::<Points>().into();
    Ok(Dynamic::from(all.split_as(&Arc::new(split))?))
}
