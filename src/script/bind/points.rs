//! Points as values: sizes, rows, columns, moments, arithmetic.
use super::describe;
use crate::device::{self, Points};
use crate::error::{Error, Result};
use crate::script::context::Context;
use crate::script::convert::{Native, count, list, numbers, points, raise};
use burn::tensor::Tensor;
use rhai::{Array, Dynamic, Engine, NativeCallContext};
use std::sync::Arc;

fn text(p: &Points) -> String {
    let [n, d] = p.dims();
    let mut out = format!("Points: {n} in dimension {d}");
    let head = p.clone().narrow(0, 0, n.min(5)).narrow(1, 0, d.min(8));
    if let Ok(rows) = device::rows(&head) {
        for r in rows.chunks(d.min(8)) {
            let cells: Vec<String> = r.iter().map(|v| format!("{v:>9.4}")).collect();
            out += &format!("\n  {}{}", cells.join(" "), if d > 8 { " …" } else { "" });
        }
    }
    if n > 5 {
        out += "\n  …";
    }
    out
}

fn moments(p: &Points) -> Result<(Vec<f64>, Vec<f64>)> {
    let [n, d] = p.dims();
    let rows = device::rows_f64(p)?;
    let mean: Vec<f64> = (0..d).map(|k| rows.iter().skip(k).step_by(d).sum::<f64>() / n as f64).collect();
    let std = (0..d)
        .map(|k| (rows.iter().skip(k).step_by(d).map(|v| (v - mean[k]).powi(2)).sum::<f64>() / n as f64).sqrt())
        .collect();
    Ok((mean, std))
}

/// p + v for a list v with one number per coordinate.
fn shifted(c: &Context, p: Points, v: &Dynamic, sign: f64) -> Result<Points> {
    let d = p.dims()[1];
    let v = numbers("the shift", v)?;
    if v.len() != d {
        return Err(Error::Shape {
            what: "points + list".into(),
            expected: format!("{d} numbers, one per dimension"),
            got: format!("{}", v.len()),
        });
    }
    Ok(p + device::points(v.into_iter().map(|v| (sign * v) as f32).collect(), 1, d, &c.compute.device))
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

pub fn register(engine: &mut Engine, c: &Arc<Context>) {
    describe::<Points>(engine, "Points", text);
    engine.register_fn("len", |p: &mut Points| p.dims()[0] as i64);
    engine.register_fn("dim", |p: &mut Points| p.dims()[1] as i64);
    let k = c.clone();
    engine.register_fn("points", move |ctx: NativeCallContext, v: Dynamic| {
        points(&k, "points", &v).map_err(|e| raise(&k, &ctx, e))
    });
    for (axis, name) in ["rows", "cols"].into_iter().enumerate() {
        let k = c.clone();
        engine.register_fn(
            name,
            move |ctx: NativeCallContext, p: &mut Points, from: Dynamic, to: Dynamic| -> Native<Points> {
                let run = || {
                    let (from, to, n) = (count(name, &from)?, count(name, &to)?, p.dims()[axis]);
                    if from >= to || to > n {
                        return Err(Error::Shape {
                            what: format!("{name}(from, to)"),
                            expected: format!("0 ≤ from < to ≤ {n}"),
                            got: format!("{from}, {to}"),
                        });
                    }
                    Ok(p.clone().narrow(axis, from, to - from))
                };
                run().map_err(|e| raise(&k, &ctx, e))
            },
        );
    }
    let k = c.clone();
    engine.register_fn("col", move |ctx: NativeCallContext, p: &mut Points, i: Dynamic| -> Native<Array> {
        let run = || {
            let (i, d) = (count("col", &i)?, p.dims()[1]);
            if i >= d {
                return Err(Error::Shape {
                    what: "col(i)".into(),
                    expected: format!("0 ≤ i < {d}"),
                    got: format!("{i}"),
                });
            }
            Ok(list(device::rows_f64(p)?.into_iter().skip(i).step_by(d)))
        };
        run().map_err(|e| raise(&k, &ctx, e))
    });
    let k = c.clone();
    engine.register_fn("mean", move |ctx: NativeCallContext, p: &mut Points| {
        moments(p).map(|m| list(m.0)).map_err(|e| raise(&k, &ctx, e))
    });
    let k = c.clone();
    engine.register_fn("std", move |ctx: NativeCallContext, p: &mut Points| {
        moments(p).map(|m| list(m.1)).map_err(|e| raise(&k, &ctx, e))
    });
    let k = c.clone();
    engine.register_fn("to_array", move |ctx: NativeCallContext, p: &mut Points| -> Native<Array> {
        let d = p.dims()[1];
        let rows = device::rows_f64(p).map_err(|e| raise(&k, &ctx, e))?;
        Ok(rows.chunks(d).map(|r| Dynamic::from(list(r.iter().copied()))).collect())
    });
    let k = c.clone();
    engine.register_fn("concat", move |ctx: NativeCallContext, p: Points, q: Points| -> Native<Points> {
        if p.dims()[1] != q.dims()[1] {
            let e = Error::Shape {
                what: "concat".into(),
                expected: format!("points of dimension {}", p.dims()[1]),
                got: format!("dimension {}", q.dims()[1]),
            };
            return Err(raise(&k, &ctx, e));
        }
        Ok(Tensor::cat(vec![p, q], 0))
    });
    let k = c.clone();
    engine.register_fn("matmul", move |ctx: NativeCallContext, p: &mut Points, m: Dynamic| -> Native<Points> {
        let run = || {
            let (m, d) = (points(&k, "matmul", &m)?, p.dims()[1]);
            if m.dims()[0] != d {
                return Err(Error::Shape {
                    what: "matmul".into(),
                    expected: format!("{d} rows"),
                    got: format!("{}", m.dims()[0]),
                });
            }
            Ok(p.clone().matmul(m))
        };
        run().map_err(|e| raise(&k, &ctx, e))
    });
    arithmetic(engine, c);
}

fn arithmetic(engine: &mut Engine, c: &Arc<Context>) {
    engine.register_fn("*", |p: Points, a: f64| p.mul_scalar(a));
    engine.register_fn("*", |a: f64, p: Points| p.mul_scalar(a));
    engine.register_fn("*", |p: Points, a: i64| p.mul_scalar(a as f64));
    engine.register_fn("*", |a: i64, p: Points| p.mul_scalar(a as f64));
    engine.register_fn("/", |p: Points, a: f64| p.div_scalar(a));
    engine.register_fn("/", |p: Points, a: i64| p.div_scalar(a as f64));
    engine.register_fn("+", |p: Points, a: f64| p.add_scalar(a));
    engine.register_fn("+", |p: Points, a: i64| p.add_scalar(a as f64));
    engine.register_fn("-", |p: Points, a: f64| p.sub_scalar(a));
    engine.register_fn("-", |p: Points, a: i64| p.sub_scalar(a as f64));
    engine.register_fn("-", |p: Points| p.neg());
    for (name, sign) in [("+", 1.0), ("-", -1.0)] {
        let k = c.clone();
        engine.register_fn(name, move |ctx: NativeCallContext, p: Points, v: Array| {
            shifted(&k, p, &Dynamic::from(v), sign).map_err(|e| raise(&k, &ctx, e))
        });
        let k = c.clone();
        engine.register_fn(name, move |ctx: NativeCallContext, p: Points, q: Points| -> Native<Points> {
            same(&p, &q).map_err(|e| raise(&k, &ctx, e))?;
            Ok(if sign > 0.0 { p + q } else { p - q })
        });
    }
}
