//! Points entry by entry, as arrays of NumPy: products, quotients, powers, what is under a number; sums, transposes, chosen coordinates.
use crate::device::{self, Points};
use crate::error::{Error, Result};
use crate::script::convert::{count, list, numbers};
use crate::script::library::Library;
use crate::{interrupt, memory};
use rhai::{Array, Dynamic};

/// f of every coordinate, by its place in its row.
fn each(p: &Points, f: impl Fn(usize, f64) -> f64) -> Result<Points> {
    let [n, d] = p.dims();
    memory::check_points("the result", [n, d], 2 * size_of::<f64>())?;
    let one = |(i, x): (usize, f64)| {
        interrupt::poll_each(i)?;
        Ok(f(i, x))
    };
    let data = device::rows_f64(p)?.into_iter().enumerate().map(one).collect::<Result<Vec<f64>>>()?;
    Ok(device::wide(data, n, d))
}

/// Two samples of one shape, entry by entry.
fn both(p: &Points, q: &Points, f: impl Fn(f64, f64) -> f64) -> Result<Points> {
    if p.dims() != q.dims() {
        return Err(Error::Shape {
            what: "points and points".into(),
            expected: format!("the shape {:?}; p.matmul(q) is the product of matrices", p.dims()),
            got: format!("{:?}", q.dims()),
        });
    }
    let other = device::rows_f64(q)?;
    each(p, |i, x| f(x, other[i]))
}

/// A number for every coordinate.
fn by_list(p: &Points, v: Array, f: impl Fn(f64, f64) -> f64) -> Result<Points> {
    let d = p.dims()[1];
    let v = numbers("a list beside points", &Dynamic::from(v))?;
    if v.len() != d {
        let expected = format!("{d} numbers, one per dimension");
        return Err(Error::Shape { what: "points and a list".into(), expected, got: v.len().to_string() });
    }
    each(p, |i, x| f(x, v[i % d]))
}

/// Coordinates by their numbers, from the end where below 0.
fn columns(p: &Points, chosen: &Dynamic) -> Result<Points> {
    let [n, d] = p.dims();
    let one = |i: f64| {
        let at = if i < 0.0 { i + d as f64 } else { i };
        count("cols", &Dynamic::from(at)).ok().filter(|k| *k < d).ok_or_else(|| Error::Shape {
            what: "cols([…])".into(),
            expected: format!("coordinates from 0 to {}", d - 1),
            got: i.to_string(),
        })
    };
    let at = numbers("cols", chosen)?.into_iter().map(one).collect::<Result<Vec<usize>>>()?;
    if at.is_empty() {
        return Err(Error::data("cols([…])", "no coordinate is chosen"));
    }
    memory::check_points("cols", [n, at.len()], size_of::<f64>())?;
    let (rows, mut data) = (device::rows_f64(p)?, Vec::with_capacity(n * at.len()));
    for (i, row) in rows.chunks(d).enumerate() {
        interrupt::poll_each(i)?;
        data.extend(at.iter().map(|k| row[*k]));
    }
    Ok(device::wide(data, n, at.len()))
}

/// An operator between entries.
type Pair = (&'static str, fn(f64, f64) -> f64);

/// Those that points have with a list and with each other; `+` and `-` are known.
const PAIRS: [Pair; 3] = [("*", |a, b| a * b), ("/", |a, b| a / b), ("**", f64::powf)];
/// Those with a number before the points; `*` is known.
const FROM_NUMBER: [Pair; 4] = [("+", |a, b| a + b), ("-", |a, b| a - b), ("/", |a, b| a / b), ("**", f64::powf)];

/// Fills the library.
pub fn fill(l: &mut Library) {
    for (name, f) in PAIRS {
        l.operator(name, move |_, (p, q): (Points, Points)| Ok(both(&p, &q, f)?));
        l.operator(name, move |_, (p, v): (Points, Array)| Ok(by_list(&p, v, f)?));
    }
    for (name, f) in FROM_NUMBER {
        l.operator(name, move |_, (a, p): (f64, Points)| Ok(each(&p, |_, x| f(a, x))?));
        l.operator(name, move |_, (a, p): (i64, Points)| Ok(each(&p, |_, x| f(a as f64, x))?));
    }
    l.operator("**", |_, (p, a): (Points, f64)| Ok(each(&p, |_, x| x.powf(a))?));
    l.operator("**", |_, (p, a): (Points, i64)| Ok(each(&p, |_, x| x.powf(a as f64))?));
    let mut p = l.of::<Points>();
    p.hidden("cols", |_, p, (at,): (Array,)| Ok(columns(p, &Dynamic::from(at))?));
    p.method("sum()", "the sum of every coordinate", |_, p, ()| {
        let d = p.dims()[1];
        let mut sums = vec![crate::sums::Sum::default(); d];
        for (i, x) in device::rows_f64(p)?.into_iter().enumerate() {
            interrupt::poll_each(i)?;
            sums[i % d].add(x);
        }
        Ok(list(sums.iter().map(|s| s.value())))
    });
    p.method("transpose()", "rows as columns and columns as rows", |_, p, ()| {
        let [n, d] = p.dims();
        memory::check_points("transpose", [n, d], 2 * size_of::<f64>())?;
        let rows = device::rows_f64(p)?;
        let mut data = Vec::with_capacity(n * d);
        for k in 0..d {
            interrupt::poll()?;
            data.extend(rows.iter().skip(k).step_by(d));
        }
        Ok(device::wide(data, d, n))
    });
}
