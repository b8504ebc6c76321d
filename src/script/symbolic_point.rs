//! A point whose coordinates are symbols: what the closure of `langevin` is called with.
use super::convert::Native;
use super::trace::{bounded, error, to_expr};
use crate::generator::expr::{self, Expr, constant, coordinate};
use crate::generator::latex::latex;
use crate::generator::scalar::Relation;
use crate::generator::unicode::unicode;
use rhai::{Array, Dynamic, Engine, NativeCallContext};

/// The coordinates as formulas.
#[derive(Clone)]
pub struct SymbolicPoint(pub Vec<Expr>);

impl SymbolicPoint {
    /// x₀, …, x_{d−1}.
    pub fn new(d: usize) -> SymbolicPoint {
        SymbolicPoint((0..d).map(coordinate).collect())
    }
}

type Pair = fn(&Expr, &Expr) -> Expr;

/// Another operand as one formula per coordinate: a point, a list of as many numbers, or one number for all.
fn spread(ctx: &NativeCallContext, v: &Dynamic, d: usize) -> Native<Vec<Expr>> {
    let v = v.flatten_clone();
    let parts = if let Some(p) = v.clone().try_cast::<SymbolicPoint>() {
        p.0
    } else if let Some(list) = v.read_lock::<Array>() {
        list.iter()
            .map(to_expr)
            .collect::<Option<Vec<Expr>>>()
            .ok_or_else(|| error(ctx, "the list has an entry that is no number"))?
    } else {
        vec![
            to_expr(&v).ok_or_else(|| error(
                ctx,
                format!("a point cannot be combined with a {}", super::convert::type_of(&v))
            ))?;
            d
        ]
    };
    if parts.len() != d {
        return Err(error(ctx, format!("the point has {d} coordinates, the other operand {}", parts.len())));
    }
    Ok(parts)
}

fn combine(ctx: &NativeCallContext, a: &[Expr], b: &[Expr], f: Pair) -> Native<SymbolicPoint> {
    a.iter().zip(b).map(|(a, b)| bounded(ctx, f(a, b))).collect::<Native<Vec<Expr>>>().map(SymbolicPoint)
}

fn total(ctx: &NativeCallContext, terms: &[Expr]) -> Native<Expr> {
    bounded(ctx, expr::sum(terms))
}

fn dot(ctx: &NativeCallContext, a: &[Expr], b: &[Expr]) -> Native<Expr> {
    total(ctx, &combine(ctx, a, b, expr::mul)?.0)
}

/// ln Σ e^{aᵢ} by way of the largest, so that nothing overflows.
fn log_sum_exp(ctx: &NativeCallContext, a: &[Expr]) -> Native<Expr> {
    let Some(first) = a.first() else { return Err(error(ctx, "logsumexp of nothing")) };
    let top = a[1..].iter().fold(first.clone(), |m, e| expr::max(&m, e));
    let sum = expr::sum(a.iter().map(|e| expr::exp(&expr::sub(e, &top))));
    bounded(ctx, expr::add(&top, &expr::ln(&sum)))
}

/// Registers its operators and functions.
pub fn register(engine: &mut Engine) {
    engine.register_type_with_name::<SymbolicPoint>("SymbolicPoint");
    engine.register_indexer_get(|ctx: NativeCallContext, p: &mut SymbolicPoint, i: i64| -> Native<Expr> {
        let d = p.0.len();
        let at = usize::try_from(if i < 0 { i + d as i64 } else { i }).ok().and_then(|i| p.0.get(i).cloned());
        at.ok_or_else(|| error(&ctx, format!("x[{i}] of a point of dimension {d}")))
    });
    for name in ["to_string", "to_debug"] {
        engine.register_fn(name, |p: &mut SymbolicPoint| {
            const SHOWN: usize = 8;
            let shown: Vec<String> = p.0.iter().take(SHOWN).map(|e| unicode(&latex(e))).collect();
            format!("[{}{}]", shown.join(", "), if p.0.len() > SHOWN { ", …" } else { "" })
        });
    }
    for name in ["dim", "len"] {
        engine.register_fn(name, |p: &mut SymbolicPoint| p.0.len() as i64);
    }
    let operators: [(&str, Pair); 5] =
        [("+", expr::add), ("-", expr::sub), ("*", expr::mul), ("/", expr::div), ("**", expr::pow)];
    for (name, f) in operators {
        engine.register_fn(name, move |ctx: NativeCallContext, a: SymbolicPoint, b: SymbolicPoint| {
            combine(&ctx, &a.0, &spread(&ctx, &Dynamic::from(b), a.0.len())?, f)
        });
        for_each_operand(engine, name, f);
    }
    engine.register_fn("-", |a: SymbolicPoint| SymbolicPoint(a.0.iter().map(expr::neg).collect()));
    engine.register_fn("sum", |ctx: NativeCallContext, a: SymbolicPoint| total(&ctx, &a.0));
    engine.register_fn("dot", |ctx: NativeCallContext, a: SymbolicPoint, b: SymbolicPoint| {
        dot(&ctx, &a.0, &spread(&ctx, &Dynamic::from(b), a.0.len())?)
    });
    engine.register_fn("dot", |ctx: NativeCallContext, a: SymbolicPoint, b: Array| {
        dot(&ctx, &a.0, &spread(&ctx, &Dynamic::from(b), a.0.len())?)
    });
    engine.register_fn("dot", |ctx: NativeCallContext, a: Array, b: SymbolicPoint| {
        dot(&ctx, &spread(&ctx, &Dynamic::from(a), b.0.len())?, &b.0)
    });
    engine.register_fn("norm", |ctx: NativeCallContext, a: SymbolicPoint| {
        // its gradient at 0 is taken to be 0, not 0/0
        dot(&ctx, &a.0, &a.0)
            .map(|s| expr::select(&expr::compare(Relation::Gt, &s, &constant(0.0)), &expr::sqrt(&s), &constant(0.0)))
    });
    engine.register_fn("logsumexp", |ctx: NativeCallContext, a: Array| -> Native<Expr> {
        let parts: Option<Vec<Expr>> = a.iter().map(to_expr).collect();
        log_sum_exp(&ctx, &parts.ok_or_else(|| error(&ctx, "logsumexp takes a list of numbers or formulas"))?)
    });
}

/// A point with a number, a formula or a list, on either side.
fn for_each_operand(engine: &mut Engine, name: &str, f: Pair) {
    fn both<T: Clone + Send + Sync + 'static>(engine: &mut Engine, name: &str, f: Pair) {
        engine.register_fn(name, move |ctx: NativeCallContext, a: SymbolicPoint, b: T| {
            combine(&ctx, &a.0, &spread(&ctx, &Dynamic::from(b), a.0.len())?, f)
        });
        engine.register_fn(name, move |ctx: NativeCallContext, a: T, b: SymbolicPoint| {
            combine(&ctx, &spread(&ctx, &Dynamic::from(a), b.0.len())?, &b.0, f)
        });
    }
    both::<f64>(engine, name, f);
    both::<i64>(engine, name, f);
    both::<Expr>(engine, name, f);
    both::<Array>(engine, name, f);
}
