//! Generators f: the named ones, closures, what is known about them.
use crate::error::{Error, Result};
use crate::generator::{Generator, GeneratorError, expr, named};
use crate::interrupt;
use crate::script::call::{Call, Outcome};
use crate::script::convert::{list, number, text, type_of};
use crate::script::library::Library;
use crate::script::trace::trace;
use crate::script::values::GeneratorValue;
use rhai::{Array, Dynamic, FnPtr};
use std::sync::Arc;

/// Fills the library.
pub fn fill(l: &mut Library) {
    for n in named::ALL {
        let name = n.entry.name;
        let build =
            move |p: &[f64]| n.build(p).map(Arc::new).map_err(|source| Error::Generator { name: name.into(), source });
        if n.parameters == 0 {
            l.expose(name, move |_, ()| Ok(build(&[])?));
        } else {
            l.expose(name, move |_, (a,): (Dynamic,)| Ok(build(&[finite(name, &a)?])?));
        }
    }
    l.expose("f_divergence", |call, (name, f): (Dynamic, Dynamic)| {
        of_closure(call, text("f_divergence, first argument", &name)?, &f)
    });
    l.expose("f_divergence", |call, (f,): (Dynamic,)| of_closure(call, "f".into(), &f));
    let mut g = l.kind::<GeneratorValue>(|g| format!("{}: f(x) = {}", g.name(), g.formula()));
    type Of = fn(&Generator, f64) -> f64;
    for (signature, doc, example, f) in [
        ("f(x)", "f at a number or a list", "f.f([0.5, 2])", Generator::f as Of),
        ("conjugate(y)", "f*(y) at a number or a list", "f.conjugate(0.5)", Generator::conjugate),
        ("conjugate_grad(y)", "(f*)'(y) at a number or a list", "f.conjugate_grad(0.5)", Generator::conjugate_grad),
    ] {
        let name = signature.split('(').next().unwrap_or_default();
        g.method(signature, doc, move |_, g, (v,): (Dynamic,)| Ok(each(name, &v, |v| f(g, v))?)).example(example);
    }
    g.method("domain()", "where f* is finite", |_, g, ()| Ok(g.domain_text()));
    g.method("latex()", "f as LaTeX", |_, g, ()| Ok(g.latex()));
    g.method("report()", "what was found out about f", |_, g, ()| Ok(g.report()));
    g.method("proof()", "how it is known that f is convex", |_, g, ()| Ok(g.proof()));
    g.method("name()", "its name", |_, g, ()| Ok(g.name().to_string()));
    g.property("name", "its name", |_, g| Ok(g.name().to_string()));
}

fn finite(name: &str, a: &Dynamic) -> Result<f64> {
    match number(name, a)? {
        a if a.is_finite() => Ok(a),
        a => Err(Error::data(name, format!("the parameter is {a}, expected a finite number"))),
    }
}

/// A function of numbers at a number, or at every number of a list.
fn each(name: &str, v: &Dynamic, f: impl Fn(f64) -> f64) -> Result<Dynamic> {
    let flat = v.flatten_clone();
    if let Some(values) = flat.read_lock::<Array>() {
        let one = |v: &Dynamic| {
            interrupt::poll()?;
            number(name, v).map(&f)
        };
        let out: Result<Vec<f64>> = values.iter().map(one).collect();
        return out.map(|v| Dynamic::from(list(v)));
    }
    number(name, v).map(|v| Dynamic::from(f(v)))
}

/// How often f(1) is subtracted, at most.
const SHIFTS: usize = 4;

fn of_closure(call: &Call, name: String, f: &Dynamic) -> Outcome<GeneratorValue> {
    let Some(f) = f.flatten_clone().try_cast::<FnPtr>() else {
        return Err(Error::Shape {
            what: "f_divergence, closure".into(),
            expected: "a closure like |x| x*ln(x) - x + 1".into(),
            got: format!("a {}", type_of(f)),
        }
        .into());
    };
    let f = trace(call.context, call.native, &f)?;
    let mut f = f;
    let mut made = Generator::new(name.clone(), f.clone());
    // what rounding leaves of the first is subtracted, too
    for _ in 0..SHIFTS {
        match made {
            Err(GeneratorError::NonzeroAtOne { value }) if call.options.flag("shift") => {
                f = expr::sub(&f, &expr::constant(value));
                made = Generator::new(name.clone(), f.clone());
            }
            _ => break,
        }
    }
    // a part made outside gives NaN once the cell is stopped: that says nothing about f
    call.context.interrupt.check()?;
    Ok(made.map(Arc::new).map_err(|source| Error::Generator { name, source })?)
}
