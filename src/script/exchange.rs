//! Values for a program beside the script: read, set, and functions made outside that scripts can call.
use super::context::Context;
use super::convert::{held, list, number, rows};
use super::diagnostic::{Diagnostic, friendly};
use super::keywords::KEYWORDS;
use super::session::Session;
use super::values::GeneratorValue;
use crate::dataset::Rows;
use crate::device::Points;
use crate::error::{Error, Result};
use crate::generator::expr::{self, Expr};
use crate::generator::{Generator, NativeFunction};
use rhai::{Array, Dynamic, EvalAltResult, ImmutableString, NativeCallContext};
use std::any::TypeId;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What can cross: everything else stays a value of the script alone.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// no value
    Nothing,
    /// true or false
    Bool(bool),
    /// a whole number
    Integer(i64),
    /// a number
    Number(f64),
    /// a text
    Text(String),
    /// a list of numbers
    Numbers(Vec<f64>),
    /// points [n, d]
    Points(Rows),
}

/// A function made outside; an error is a sentence for the user.
pub type Foreign = Arc<dyn Fn(Vec<Value>) -> std::result::Result<Value, String> + Send + Sync>;

pub(super) fn leave(name: &str, v: &Dynamic) -> Result<Value> {
    let v = v.flatten_clone();
    if v.is_unit() {
        return Ok(Value::Nothing);
    }
    if let Ok(b) = v.as_bool() {
        return Ok(Value::Bool(b));
    }
    if let Ok(i) = v.as_int() {
        return Ok(Value::Integer(i));
    }
    if let Ok(f) = v.as_float() {
        return Ok(Value::Number(f));
    }
    if let Some(s) = v.read_lock::<ImmutableString>() {
        return Ok(Value::Text(s.to_string()));
    }
    if v.is::<Points>() {
        return Ok(Value::Points(rows(name, &v)?));
    }
    if let Some(list) = v.read_lock::<Array>() {
        let numbers: Result<Vec<f64>> = list.iter().map(|x| number(name, x)).collect();
        return match numbers {
            Ok(n) => Ok(Value::Numbers(n)),
            Err(_) => rows(name, &v).map(Value::Points),
        };
    }
    let expected = "a number, a text, true or false, a list of numbers, or points".to_string();
    Err(Error::Shape { what: name.into(), expected, got: format!("a {}", friendly(v.type_name())) })
}

impl Session {
    /// The value of a variable.
    pub fn get(&self, name: &str) -> Result<Value> {
        let Some(v) = self.variable(name) else {
            let names = self.variables();
            let hint = crate::catalogue::nearest(name, names.iter().map(String::as_str))
                .map_or(String::new(), |n| format!("; did you mean `{n}`?"));
            return Err(Error::data("the session", format!("has no variable `{name}`{hint}")));
        };
        leave(name, &v)
    }

    /// Sets a variable, new or old.
    pub fn set(&mut self, name: &str, v: Value) -> Result<()> {
        check_name(name)?;
        check_points(&v)?;
        let v = enter(v);
        self.put(name, v)
    }

    pub(super) fn put(&mut self, name: &str, v: Dynamic) -> Result<()> {
        if self.assign(name, v) { Ok(()) } else { Err(Error::data("the session", format!("`{name}` is a constant"))) }
    }

    /// The value of a script, its output shown as that of a cell.
    pub fn call(&mut self, name: &str, code: &str) -> std::result::Result<Value, Diagnostic> {
        let v = self.evaluate(name, code)?;
        leave("the result", &v).map_err(|e| Diagnostic::new(e.to_string()))
    }

    /// Makes a function that scripts call by name. One that takes a number and gives a number is also part of a
    /// formula: `f_divergence("mine", |x| g(x) + (x - 1)**2)`, where its derivatives are taken numerically.
    pub fn register(&mut self, name: &str, arity: usize, f: Foreign) -> Result<()> {
        check_name(name)?;
        if self.is_native(name) {
            return Err(Error::data(
                "the session",
                format!("has a function `{name}` of its own: give yours another name"),
            ));
        }
        let context = self.context().clone();
        let shown = name.to_string();
        // one function, however often a formula names it: g(x) − g(x) is 0, and two readings of a closure are the same
        let failed = Arc::new(AtomicBool::new(false));
        let native = NativeFunction::new(name, as_number(&context, name, f.clone(), failed.clone()));
        let call = move |ctx: NativeCallContext,
                         args: &mut [&mut Dynamic]|
              -> std::result::Result<Dynamic, Box<EvalAltResult>> {
            let fail = |message: String| -> Box<EvalAltResult> {
                EvalAltResult::ErrorRuntime(message.into(), ctx.call_position()).into()
            };
            if let [argument] = args
                && let Some(e) = argument.flatten_clone().try_cast::<Expr>()
            {
                // a new formula is a new try
                failed.store(false, Ordering::Relaxed);
                return Ok(Dynamic::from(expr::native(native.clone(), &e)));
            }
            let values: Result<Vec<Value>> =
                args.iter().enumerate().map(|(i, a)| leave(&format!("{shown}, argument {}", i + 1), a)).collect();
            let result = f(values.map_err(|e| fail(e.to_string()))?).map_err(|m| fail(format!("{shown}: {m}")))?;
            Ok(enter(result))
        };
        self.foreign(name, &vec![TypeId::of::<Dynamic>(); arity], call);
        Ok(())
    }

    /// Sets a variable to the generator whose f is known by its values alone.
    pub fn generator(&mut self, name: &str, f: Arc<dyn Fn(f64) -> f64 + Send + Sync>) -> Result<()> {
        check_name(name)?;
        let interrupt = self.context().interrupt.clone();
        let stop = interrupt.clone();
        let f = Arc::new(move |x| if stop.is_requested() { f64::NAN } else { f(x) });
        let e = expr::native(NativeFunction::new(name, f), &expr::x());
        let made = Generator::new(name, e);
        interrupt.check()?;
        let made = made.map_err(|source| Error::Generator { name: name.into(), source })?;
        self.put(name, Dynamic::from(GeneratorValue::new(made)))
    }
}

pub(super) fn check_name(name: &str) -> Result<()> {
    if KEYWORDS.contains(&name) {
        return Err(Error::data("the session", format!("`{name}` is a word of the language")));
    }
    let good = name.chars().next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if good {
        Ok(())
    } else {
        Err(Error::data("the session", format!("`{name}` cannot be a name: letters, digits and _ can")))
    }
}

/// A value from outside as one of the language.
pub(super) fn enter(v: Value) -> Dynamic {
    match v {
        Value::Nothing => Dynamic::UNIT,
        Value::Bool(b) => b.into(),
        Value::Integer(i) => i.into(),
        Value::Number(f) => f.into(),
        Value::Text(t) => t.into(),
        Value::Numbers(v) => Dynamic::from(list(v)),
        Value::Points(r) => Dynamic::from(held(r)),
    }
}

/// Points have as many numbers as their shape says.
pub(super) fn check_points(v: &Value) -> Result<()> {
    match v {
        Value::Points(r) if r.n * r.d != r.data.len() || r.data.is_empty() => Err(Error::Shape {
            what: "points".into(),
            expected: format!("{} × {} numbers", r.n, r.d),
            got: r.data.len().to_string(),
        }),
        _ => Ok(()),
    }
}

/// A foreign function as one of numbers. Once it has failed it is not called again: the reason is shown, and NaN stops
/// whatever needs it. The same when the cell is stopped.
fn as_number(
    context: &Arc<Context>,
    name: &str,
    f: Foreign,
    failed: Arc<AtomicBool>,
) -> Arc<dyn Fn(f64) -> f64 + Send + Sync> {
    let (context, name) = (context.clone(), name.to_string());
    Arc::new(move |x| {
        if failed.load(Ordering::Relaxed) || context.interrupt.is_requested() {
            return f64::NAN;
        }
        let reason = match f(vec![Value::Number(x)]) {
            Ok(Value::Number(y)) => return y,
            Ok(Value::Integer(y)) => return y as f64,
            Ok(_) => "gave no number".to_string(),
            Err(e) => e,
        };
        if !failed.swap(true, Ordering::Relaxed) {
            context.note(format!("{name}({x}): {reason}"));
        }
        f64::NAN
    })
}
