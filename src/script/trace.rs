//! From a closure to an expression: the closure is called once on a symbolic x whose operators build a graph.
//!
//! A native `if x > 1 { … }` works by re-execution: a comparison returns a real boolean from an oracle that remembers
//! the decisions so far, the closure is run once per path, and the paths fold into one expression.
use super::caught::raised_at;
use super::context::{Context, lock};
use super::convert::{Native, raise, type_of};
use super::oracle::{Bound, Oracle};
use crate::error::Error;
use crate::generator::expr::{self, Expr, constant, x};
use crate::generator::latex::latex;
use crate::generator::scalar::{Relation, Unary};
use crate::generator::unicode::unicode;
use rhai::{Dynamic, Engine, EvalAltResult, FnPtr, NativeCallContext};
use std::f64::consts::{LOG2_E, LOG10_E};
use std::sync::Arc;

/// Most comparisons on one path, those of x with numbers and others; more means a loop that depends on x.
const MOST_BOUNDS: usize = 512;
const MOST_DECISIONS: usize = 24;
/// Most paths; n comparisons of x with numbers have n + 1.
const MOST_PATHS: usize = 513;
/// Most nodes of the formula, unfolded.
const MOST_NODES: u64 = 5000;
/// The same for formulas in many coordinates, which are only differentiated.
const MOST_OF_POINT: u64 = 20_000_000;

pub(super) fn error(ctx: &NativeCallContext, message: impl Into<String>) -> Box<EvalAltResult> {
    EvalAltResult::ErrorRuntime(raised_at(message, ctx.call_position().line()), ctx.call_position()).into()
}

/// A formula that symbolic work on it can still afford: loops may not square it up for ever.
pub(super) fn bounded(ctx: &NativeCallContext, e: Expr) -> Native<Expr> {
    let most = if e.of_point() { MOST_OF_POINT } else { MOST_NODES };
    if e.size() > most {
        let text =
            format!("this formula has grown beyond {most} operations; every turn of a loop in it is a part of it");
        return Err(error(ctx, text));
    }
    Ok(e)
}

fn decide(c: &Context, ctx: &NativeCallContext, r: Relation, a: Expr, b: Expr) -> Native<bool> {
    if let (Some(p), Some(q)) = (a.as_const(), b.as_const()) {
        return Ok(r.holds(p, q));
    }
    let mut o = lock(&c.oracle);
    if !o.active {
        return Err(error(ctx, "x can be compared only inside a closure that is read as a formula"));
    }
    let condition = expr::compare(r, &a, &b);
    if let Some((_, v)) = o.log.iter().find(|p| p.0 == condition) {
        return Ok(*v);
    }
    let bound = Bound::of(r, &a, &b);
    if let Some(v) = bound.and_then(|b| o.range.implies(&b)) {
        return Ok(v);
    }
    let i = o.log.len();
    o.others += usize::from(bound.is_none());
    if i >= MOST_BOUNDS || o.others > MOST_DECISIONS {
        return Err(error(ctx, "this f keeps branching on x; loops may depend on numbers, not on x"));
    }
    let v = o.prefix.get(i).copied().unwrap_or(true);
    if let Some(b) = bound {
        o.range.narrow(&b, v);
    }
    o.log.push((condition, v));
    Ok(v)
}

/// An expression from a symbolic value or a number.
pub(super) fn to_expr(d: &Dynamic) -> Option<Expr> {
    let d = d.flatten_clone();
    if let Some(e) = d.clone().try_cast::<Expr>() {
        return Some(e);
    }
    d.as_float().ok().or_else(|| d.as_int().ok().map(|i| i as f64)).map(constant)
}

/// A function of two symbols with its name.
type Pair = (&'static str, fn(&Expr, &Expr) -> Expr);

/// Operators and functions of two symbols.
const BINARY: [Pair; 8] = [
    ("+", expr::add),
    ("-", expr::sub),
    ("*", expr::mul),
    ("/", expr::div),
    ("**", expr::pow),
    ("pow", expr::pow),
    ("max", expr::max),
    ("min", expr::min),
];

/// Functions of one symbol.
const UNARY: [(&str, Unary); 19] = [
    ("ln", Unary::Ln),
    ("log", Unary::Ln),
    ("exp", Unary::Exp),
    ("abs", Unary::Abs),
    ("sign", Unary::Sign),
    ("tanh", Unary::Tanh),
    ("log1p", Unary::Log1p),
    ("expm1", Unary::Expm1),
    ("sigmoid", Unary::Sigmoid),
    ("softplus", Unary::Softplus),
    ("sin", Unary::Sin),
    ("cos", Unary::Cos),
    ("sinh", Unary::Sinh),
    ("cosh", Unary::Cosh),
    ("atan", Unary::Atan),
    ("asinh", Unary::Asinh),
    ("erf", Unary::Erf),
    ("lgamma", Unary::LnGamma),
    ("digamma", Unary::Polygamma(0)),
];

/// Logarithms to other bases, and what they are of e.
const LOGARITHMS: [(&str, f64); 2] = [("log2", LOG2_E), ("log10", LOG10_E)];

const RELATIONS: [(&str, Relation); 6] = [
    (">", Relation::Gt),
    (">=", Relation::Ge),
    ("<", Relation::Lt),
    ("<=", Relation::Le),
    ("==", Relation::Eq),
    ("!=", Relation::Ne),
];

/// A function of two symbols, and of a symbol and a number on either side.
fn pairs<T: Clone + Send + Sync + 'static>(
    engine: &mut Engine,
    name: &str,
    f: impl Fn(&NativeCallContext, Expr, Expr) -> Native<T> + Clone + Send + Sync + 'static,
) {
    let g = f.clone();
    engine.register_fn(name, move |ctx: NativeCallContext, a: Expr, b: Expr| g(&ctx, a, b));
    let g = f.clone();
    engine.register_fn(name, move |ctx: NativeCallContext, a: Expr, b: f64| g(&ctx, a, constant(b)));
    let g = f.clone();
    engine.register_fn(name, move |ctx: NativeCallContext, a: f64, b: Expr| g(&ctx, constant(a), b));
    let g = f.clone();
    engine.register_fn(name, move |ctx: NativeCallContext, a: Expr, b: i64| g(&ctx, a, constant(b as f64)));
    engine.register_fn(name, move |ctx: NativeCallContext, a: i64, b: Expr| f(&ctx, constant(a as f64), b));
}

/// Registers the operators and functions of symbolic values.
pub fn register(engine: &mut Engine, context: &Arc<Context>) {
    engine.register_type_with_name::<Expr>("Symbolic");
    for (name, f) in BINARY {
        pairs(engine, name, move |ctx, a, b| bounded(ctx, f(&a, &b)));
    }
    engine.register_fn("-", |a: Expr| expr::neg(&a));
    engine.register_fn("+", |a: Expr| a);
    engine.register_fn("sqrt", |ctx: NativeCallContext, a: Expr| bounded(&ctx, expr::sqrt(&a)));
    for (name, per_e) in LOGARITHMS {
        engine
            .register_fn(name, move |ctx: NativeCallContext, a: Expr| bounded(&ctx, expr::scale(per_e, &expr::ln(&a))));
    }
    for (name, f) in UNARY {
        engine.register_fn(name, move |ctx: NativeCallContext, a: Expr| bounded(&ctx, expr::unary(f, &a)));
    }
    for (name, r) in RELATIONS {
        let c = context.clone();
        pairs(engine, name, move |ctx, a, b| decide(&c, ctx, r, a, b));
    }
    for name in ["to_float", "to_int"] {
        engine.register_fn(name, |ctx: NativeCallContext, _: Expr| -> Native<f64> {
            Err(error(&ctx, "x has no numeric value here: f is read as a formula"))
        });
    }
    engine.register_fn("to_string", |a: &mut Expr| unicode(&latex(a)));
    engine.register_fn("to_debug", |a: &mut Expr| unicode(&latex(a)));
}

/// The closure as an expression in x; captured numbers enter with their values.
pub fn trace(c: &Context, ctx: &NativeCallContext, f: &FnPtr) -> Native<Expr> {
    trace_at(c, ctx, f, &Dynamic::from(x()))
}

/// The same on another symbolic argument. It is read twice: a closure that looks at a clock is no formula.
pub fn trace_at(c: &Context, ctx: &NativeCallContext, f: &FnPtr, argument: &Dynamic) -> Native<Expr> {
    let read = |again| {
        let result = Reading { context: c, native: ctx, closure: f, argument, again, paths: 0 }.explore(vec![]);
        *lock(&c.oracle) = Oracle::default();
        result
    };
    let formula = read(false)?;
    if read(true)? != formula {
        let reason = "it is another formula each time it is called; it may depend on x and on numbers, not on a clock, on random \
                      numbers or on how often it was called";
        return Err(raise(c, ctx, Error::data("the closure", reason)));
    }
    Ok(formula)
}

/// A closure that is read as a formula, path by path.
struct Reading<'a> {
    context: &'a Context,
    native: &'a NativeCallContext<'a>,
    closure: &'a FnPtr,
    argument: &'a Dynamic,
    again: bool,
    /// so many were read
    paths: usize,
}

impl Reading<'_> {
    /// What it is where the first comparisons on x have these results.
    fn explore(&mut self, prefix: Vec<bool>) -> Native<Expr> {
        let (c, ctx) = (self.context, self.native);
        self.paths += 1;
        if self.paths > MOST_PATHS {
            return Err(error(ctx, format!("too many branches on x in this f (the limit is {MOST_PATHS} paths)")));
        }
        let given = prefix.len();
        *lock(&c.oracle) = Oracle { active: true, again: self.again, prefix, ..Oracle::default() };
        let value: Dynamic = self.closure.call_raw(ctx, None, [self.argument.clone()])?;
        let log = std::mem::take(&mut lock(&c.oracle).log);
        let Some(mut out) = to_expr(&value) else {
            let reason = if value.is_unit() {
                "it returned nothing; is there a `;` after the last expression?".to_string()
            } else {
                format!("it returned a {}, expected a number built from x", type_of(&value))
            };
            return Err(raise(c, ctx, Error::data("the closure", reason)));
        };
        for i in (given..log.len()).rev() {
            let mut other: Vec<bool> = log[..i].iter().map(|l| l.1).collect();
            other.push(false);
            let otherwise = self.explore(other)?;
            out = expr::select(&log[i].0, &out, &otherwise);
        }
        Ok(out)
    }
}
