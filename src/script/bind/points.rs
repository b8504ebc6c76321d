//! Points as values: sizes, rows, columns, moments, arithmetic.
use crate::device::{self, Points};
use crate::error::{Error, Result};
use crate::prepare::rows::Gaps;
use crate::script::bind::prepare::indexed;
use crate::script::call::{Call, Outcome};
use crate::script::convert::{count, held, list, numbers, plain_number, rows_with_gaps, type_of};
use crate::script::library::Library;
use crate::script::moments::moments;
use crate::{interrupt, memory};
use burn::tensor::Tensor;
use rhai::{Array, Dynamic, FnPtr};

/// Bytes of a coordinate.
const COORDINATE: usize = size_of::<f64>();
/// Bytes of an entry of a list of the language.
const ENTRY: usize = size_of::<Dynamic>();

fn text(p: &Points) -> String {
    let n = p.dims()[0];
    first_rows(n, &p.clone().narrow(0, 0, n.min(5)))
}

/// How n points print, of which these are the first.
pub fn first_rows(n: usize, head: &Points) -> String {
    let d = head.dims()[1];
    let mut out = format!("Points: {n} in dimension {d}");
    let head = head.clone().narrow(1, 0, d.min(8));
    if let Ok(rows) = device::rows_f64(&head) {
        for r in rows.chunks(d.min(8)) {
            let cells: Vec<String> =
                r.iter().map(|v| if v.abs() < 1e15 { format!("{v:>9.4}") } else { format!("{v:>9.4e}") }).collect();
            out += &format!("\n  {}{}", cells.join(" "), if d > 8 { " …" } else { "" });
        }
    }
    if n > 5 {
        out += "\n  …";
    }
    out
}

fn means(p: &Points) -> Result<Vec<f64>> {
    let d = p.dims()[1];
    Ok(moments(&device::rows_f64(p)?, d, d).0)
}

/// p + v for a list v with one number per coordinate.
fn shifted(p: Points, v: Array, sign: f64) -> Result<Points> {
    let d = p.dims()[1];
    let v = numbers("the shift", &Dynamic::from(v))?;
    if v.len() != d {
        return Err(Error::Shape {
            what: "points + list".into(),
            expected: format!("{d} numbers, one per dimension"),
            got: format!("{}", v.len()),
        });
    }
    memory::check_points("the result", p.dims(), COORDINATE)?;
    Ok(p + device::wide(v.into_iter().map(|v| sign * v).collect(), 1, d))
}

fn same(a: &Points, b: &Points) -> Result<()> {
    if a.dims() == b.dims() {
        return Ok(());
    }
    Err(Error::Shape {
        what: "points and points".into(),
        expected: format!("the shape {:?}", a.dims()),
        got: format!("{:?}", b.dims()),
    })
}

/// Rows (axis 0) or columns (axis 1) from..to.
fn slice(name: &str, p: &Points, axis: usize, from: &Dynamic, to: &Dynamic) -> Result<Points> {
    let (from, to, n) = (count(name, from)?, count(name, to)?, p.dims()[axis]);
    if from >= to || to > n {
        return Err(Error::Shape {
            what: format!("{name}(from, to)"),
            expected: format!("0 ≤ from < to ≤ {n}"),
            got: format!("{from}, {to}"),
        });
    }
    Ok(p.clone().narrow(axis, from, to - from))
}

fn column(p: &Points, i: &Dynamic) -> Result<Array> {
    let (i, d) = (count("col", i)?, p.dims()[1]);
    if i >= d {
        return Err(Error::Shape { what: "col(i)".into(), expected: format!("0 ≤ i < {d}"), got: format!("{i}") });
    }
    Ok(list(device::rows_f64(p)?.into_iter().skip(i).step_by(d)))
}

/// One number of every coordinate, by a choice between two.
fn extremes(p: &Points, better: fn(f64, f64) -> f64) -> Result<Vec<f64>> {
    let d = p.dims()[1];
    let rows = device::rows_f64(p)?;
    let mut out = rows[..d].to_vec();
    for (i, row) in rows.chunks(d).enumerate() {
        interrupt::poll_each(i)?;
        // what is no number is seen, not passed over
        out.iter_mut()
            .zip(row)
            .for_each(|(m, v)| *m = if m.is_nan() || v.is_nan() { f64::NAN } else { better(*m, *v) });
    }
    Ok(out)
}

/// f of every row.
fn called(call: &Call, p: &Points, f: &FnPtr) -> Outcome<Array> {
    let [n, d] = p.dims();
    memory::check_points("a list of rows", [n, d + 4], ENTRY)?;
    let rows = device::rows_f64(p)?;
    let one = |row: &[f64]| Ok(f.call_raw(call.native, None, [Dynamic::from(list(row.iter().copied()))])?);
    rows.chunks(d).map(one).collect()
}

fn mapped(call: &Call, p: &Points, f: &FnPtr) -> Outcome<Dynamic> {
    let found = called(call, p, f)?;
    let lists = found.iter().filter(|v| v.is_array()).count();
    if lists == 0 {
        return Ok(Dynamic::from(found));
    }
    Ok(Dynamic::from(call.points("points.map(f), what f gave", &Dynamic::from(found))?))
}

fn filtered(call: &Call, p: &Points, f: &FnPtr) -> Outcome<Dynamic> {
    let mask = called(call, p, f)?;
    if let Some(odd) = mask.iter().find(|v| !v.is_bool()) {
        let got = format!("a {}", type_of(odd));
        return Err(
            Error::Shape { what: "points.filter(f)".into(), expected: "true or false from f".into(), got }.into()
        );
    }
    Ok(indexed(p, &Dynamic::from(mask))?)
}

/// Numbers that are copied within a moment.
const AT_ONCE: usize = 1 << 20;

fn joined(p: &Points, q: Points) -> Result<Points> {
    if p.dims()[1] != q.dims()[1] {
        return Err(Error::Shape {
            what: "concat".into(),
            expected: format!("points of dimension {}", p.dims()[1]),
            got: format!("dimension {}", q.dims()[1]),
        });
    }
    let (n, d) = (p.dims()[0] + q.dims()[0], p.dims()[1]);
    memory::check_points("concat", [n, d], COORDINATE)?;
    let both = vec![p.clone(), q];
    if n.saturating_mul(d) <= AT_ONCE {
        return Ok(Tensor::cat(both, 0));
    }
    // a copy cannot be divided, and new memory may come slowly
    interrupt::aside(move || Tensor::cat(both, 0))
}

fn product(p: &Points, m: Points) -> Result<Points> {
    let d = p.dims()[1];
    if m.dims()[0] != d {
        return Err(Error::Shape {
            what: "matmul".into(),
            expected: format!("{d} rows"),
            got: format!("{}", m.dims()[0]),
        });
    }
    memory::check_points("matmul", [p.dims()[0], m.dims()[1]], COORDINATE)?;
    // a large product is made some rows at a time, between which an interrupt is heard
    let [n, k] = p.dims();
    let rows = (WORK / k.saturating_mul(m.dims()[1]).max(1)).max(8);
    if rows >= n {
        return Ok(p.clone().matmul(m));
    }
    let piece = |from: usize| {
        interrupt::poll()?;
        Ok(p.clone().narrow(0, from, rows.min(n - from)).matmul(m.clone()))
    };
    Ok(Tensor::cat((0..n).step_by(rows).map(piece).collect::<Result<Vec<Points>>>()?, 0))
}

/// Multiplications of a product that is made at once.
const WORK: usize = 1 << 29;

/// What is written back into points. The interpreter does so after `p[0].f()`, too, when nothing was changed.
fn kept(p: &Points, at: &Dynamic, v: &Dynamic) -> Result<()> {
    let was = indexed(p, at)?.read_lock::<Array>().map(|row| row.clone());
    let is = v.flatten_clone().read_lock::<Array>().map(|row| row.clone());
    let both = v.flatten_clone();
    if let (Some(is), Some(was)) = (both.read_lock::<Points>(), indexed(p, at)?.read_lock::<Points>())
        && is.dims() == was.dims()
        && device::rows_f64(&is)? == device::rows_f64(&was)?
    {
        return Ok(());
    }
    if let (Some(was), Some(is)) = (was, is) {
        let same = |(a, b): (&Dynamic, &Dynamic)| {
            let (a, b) = (a.as_float(), plain_number(b));
            a.is_ok_and(|a| Some(a) == b || a.is_nan() && b.is_none())
        };
        if was.len() == is.len() && was.iter().zip(&is).all(same) {
            return Ok(());
        }
    }
    Err(Error::Unsupported {
        what: "points".into(),
        reason: "do not change: p[i] gives a row, a list of its own".into(),
        advice: "let v = p.to_array(); v[0][1] = 7; p = points(v); p.map(|row| …) changes every row".into(),
    })
}

/// Fills the library.
pub fn fill(l: &mut Library) {
    l.expose("points", |call, (v,): (Dynamic,)| {
        if v.flatten_clone().is::<Points>() {
            return Ok(call.points("points", &v)?);
        }
        let rows = rows_with_gaps("points", &v)?;
        let gaps = Gaps::of(&rows.data, rows.d)?;
        if gaps.rows > 0 {
            let found = gaps.described([rows.n, rows.d]);
            call.context.note(format!("points: {found}; finite_rows(x) leaves them out"));
        }
        Ok(held(rows))
    });
    let mut p = l.kind::<Points>(text);
    p.kept_index(|_, p, (at, v): (Dynamic, Dynamic)| Ok(kept(p, &at, &v)?));
    p.method("len()", "how many points", |_, p, ()| Ok(p.dims()[0] as i64));
    p.method("dim()", "the dimension they are in", |_, p, ()| Ok(p.dims()[1] as i64));
    p.method("rows(from, to)", "the points from..to; rows(a..b) as well", |_, p, (from, to)| {
        Ok(slice("rows", p, 0, &from, &to)?)
    })
    .example("p.rows(0, 3)");
    p.hidden("rows", |_, p, (at,): (Dynamic,)| Ok(indexed(p, &at)?));
    p.method("cols(from, to)", "the coordinates from..to", |_, p, (from, to)| Ok(slice("cols", p, 1, &from, &to)?))
        .example("p.cols(0, 1)");
    p.method("col(i)", "one coordinate of every point, as a list", |_, p, (i,)| Ok(column(p, &i)?)).example("p.col(0)");
    p.method("mean()", "the mean of every coordinate", |_, p, ()| Ok(list(means(p)?)));
    p.method("min()", "the smallest of every coordinate", |_, p, ()| Ok(list(extremes(p, f64::min)?)));
    p.method("max()", "the largest of every coordinate", |_, p, ()| Ok(list(extremes(p, f64::max)?)));
    p.method("map(f)", "f of every row, a list: points where f gives rows, else a list", |call, p, (f,): (FnPtr,)| {
        mapped(call, p, &f)
    })
    .example("p.map(|row| row[0] + row[1])");
    p.method("filter(f)", "the points whose row, a list, makes f true", |call, p, (f,): (FnPtr,)| {
        filtered(call, p, &f)
    })
    .example("p.filter(|row| row[0] > 0)");
    p.method("to_array()", "a list of rows", |_, p, ()| {
        let [n, d] = p.dims();
        // every row is a list of its own
        memory::check_points("to_array", [n, d + 4], ENTRY)?;
        let rows = device::rows_f64(p)?;
        let row = |(i, r): (usize, &[f64])| {
            interrupt::poll_each(i)?;
            Ok(Dynamic::from(list(r.iter().copied())))
        };
        Ok(rows.chunks(p.dims()[1]).enumerate().map(row).collect::<Result<Array>>()?)
    });
    p.expose("concat", |_, p, (q,): (Points,)| Ok(joined(p, q)?));
    p.method("matmul(m)", "every point, a row, times a matrix", |call, p, (m,): (Dynamic,)| {
        Ok(product(p, call.points("matmul", &m)?)?)
    })
    .example("p.matmul([[0, 1], [-1, 0]])");
    arithmetic(l);
}

/// A number with every coordinate.
type WithNumber = (&'static str, fn(Points, f64) -> Points);

const WITH_NUMBER: [WithNumber; 4] = [
    ("*", |p, a| p.mul_scalar(a)),
    ("/", |p, a| p.div_scalar(a)),
    ("+", |p, a| p.add_scalar(a)),
    ("-", |p, a| p.sub_scalar(a)),
];

/// The same where there is memory for one more: a loop may make ever more of them.
fn with(p: Points, a: f64, f: fn(Points, f64) -> Points) -> Result<Points> {
    memory::check_points("the result", p.dims(), COORDINATE)?;
    Ok(f(p, a))
}

fn arithmetic(l: &mut Library) {
    for (name, f) in WITH_NUMBER {
        l.operator(name, move |_, (p, a): (Points, f64)| Ok(with(p, a, f)?));
        l.operator(name, move |_, (p, a): (Points, i64)| Ok(with(p, a as f64, f)?));
        if name == "*" {
            l.operator(name, move |_, (a, p): (f64, Points)| Ok(with(p, a, f)?));
            l.operator(name, move |_, (a, p): (i64, Points)| Ok(with(p, a as f64, f)?));
        }
    }
    l.operator("-", |_, (p,): (Points,)| Ok(with(p, 0.0, |p, _| p.neg())?));
    for (name, sign) in [("+", 1.0), ("-", -1.0)] {
        l.operator(name, move |_, (p, v): (Points, Array)| Ok(shifted(p, v, sign)?));
        l.operator(name, move |_, (p, q): (Points, Points)| {
            same(&p, &q)?;
            memory::check_points("the result", p.dims(), COORDINATE)?;
            Ok(if sign > 0.0 { p + q } else { p - q })
        });
    }
}
