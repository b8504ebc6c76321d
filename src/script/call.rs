//! One call of a native function: its typed arguments, its checked options, and what it may use.
use super::context::Context;
use super::convert;
use super::index::Index;
use super::kind::Kind;
use super::options::Options;
use crate::device::Points;
use crate::error::{Error, Result};
use crate::ranks::Spread;
use rhai::{Dynamic, EvalAltResult, NativeCallContext};
use std::any::TypeId;
use std::sync::Arc;

/// What a native function sees beside its arguments.
pub struct Call<'a> {
    /// the session's device, randomness, front end, interrupt
    pub context: &'a Arc<Context>,
    /// the interpreter, for functions that call closures
    pub native: &'a NativeCallContext<'a>,
    /// the option map, checked against the function's entry; empty where none was given
    pub options: &'a Options,
    /// every name of the language
    pub index: &'a Index,
}

impl Call<'_> {
    /// Points, or a list of rows, with all their digits; `what` names the argument in errors.
    pub fn points(&self, what: &str, v: &Dynamic) -> Result<Points> {
        convert::points(what, v)
    }
    /// The same, of which other ranks may have some rows.
    pub fn spread(&self, what: &str, v: &Dynamic) -> Result<Spread> {
        let flat = v.flatten_clone();
        let parts = flat.read_lock::<Spread>().map(|p| p.clone());
        parts.map_or_else(|| Ok(self.points(what, v)?.into()), Ok)
    }
    /// Two samples, named in errors as those of a function.
    pub fn samples(&self, function: &str, p: &Dynamic, q: &Dynamic) -> Result<(Points, Points)> {
        Ok((
            self.points(&format!("{function}, first sample"), p)?,
            self.points(&format!("{function}, second sample"), q)?,
        ))
    }
    /// An error of the domain as an exception at this call.
    pub fn raise(&self, e: Error) -> Box<EvalAltResult> {
        convert::raise(self.context, self.native, e)
    }
}

/// Why a native function gave nothing.
pub enum Stop {
    /// an error of the domain, still without a place
    Error(Error),
    /// an exception of the script, for example of a closure that was called
    Raised(Box<EvalAltResult>),
}

impl From<Error> for Stop {
    fn from(e: Error) -> Stop {
        Stop::Error(e)
    }
}

impl From<Box<EvalAltResult>> for Stop {
    fn from(e: Box<EvalAltResult>) -> Stop {
        Stop::Raised(e)
    }
}

/// What native functions return; `?` takes errors of the domain and exceptions alike.
pub type Outcome<T> = std::result::Result<T, Stop>;

impl Stop {
    /// As an exception at the call.
    pub fn at(self, call: &Call) -> Box<EvalAltResult> {
        match self {
            Stop::Error(e) => call.raise(e),
            Stop::Raised(e) => e,
        }
    }
}

/// The positional arguments of a function: a tuple of types of the language, `Dynamic` for any.
pub trait Arguments: Sized + 'static {
    /// by which the interpreter chooses among functions of one name
    fn types() -> Vec<TypeId>;
    /// the values, out of the interpreter's hands; none where their types are others
    fn take(args: &mut [&mut Dynamic]) -> Option<Self>;
}

fn take<T: Kind>(v: &mut Dynamic) -> Option<T> {
    std::mem::take(v).try_cast::<T>()
}

impl Arguments for () {
    fn types() -> Vec<TypeId> {
        vec![]
    }
    fn take(_: &mut [&mut Dynamic]) -> Option<Self> {
        Some(())
    }
}

impl<A: Kind> Arguments for (A,) {
    fn types() -> Vec<TypeId> {
        vec![TypeId::of::<A>()]
    }
    fn take(args: &mut [&mut Dynamic]) -> Option<Self> {
        let [a] = args else { return None };
        Some((take(a)?,))
    }
}

impl<A: Kind, B: Kind> Arguments for (A, B) {
    fn types() -> Vec<TypeId> {
        vec![TypeId::of::<A>(), TypeId::of::<B>()]
    }
    fn take(args: &mut [&mut Dynamic]) -> Option<Self> {
        let [a, b] = args else { return None };
        Some((take(a)?, take(b)?))
    }
}

impl<A: Kind, B: Kind, C: Kind> Arguments for (A, B, C) {
    fn types() -> Vec<TypeId> {
        vec![TypeId::of::<A>(), TypeId::of::<B>(), TypeId::of::<C>()]
    }
    fn take(args: &mut [&mut Dynamic]) -> Option<Self> {
        let [a, b, c] = args else { return None };
        Some((take(a)?, take(b)?, take(c)?))
    }
}

impl<A: Kind, B: Kind, C: Kind, D: Kind> Arguments for (A, B, C, D) {
    fn types() -> Vec<TypeId> {
        vec![TypeId::of::<A>(), TypeId::of::<B>(), TypeId::of::<C>(), TypeId::of::<D>()]
    }
    fn take(args: &mut [&mut Dynamic]) -> Option<Self> {
        let [a, b, c, d] = args else { return None };
        Some((take(a)?, take(b)?, take(c)?, take(d)?))
    }
}

/// What a function does, its types forgotten.
pub type Run = Arc<dyn Fn(&Call, &mut [&mut Dynamic]) -> Outcome<Dynamic> + Send + Sync>;

/// A function of its arguments alone.
pub fn function<A: Arguments, T: Kind>(f: impl Fn(&Call, A) -> Outcome<T> + Send + Sync + 'static) -> Run {
    Arc::new(move |call, args| {
        let args = A::take(args).ok_or_else(mismatch)?;
        f(call, args).map(Dynamic::from)
    })
}

/// A function of a value, which it only reads, and of further arguments.
pub fn method<R: Kind, A: Arguments, T: Kind>(f: impl Fn(&Call, &R, A) -> Outcome<T> + Send + Sync + 'static) -> Run {
    Arc::new(move |call, args| {
        let (me, rest) = args.split_first_mut().ok_or_else(mismatch)?;
        let rest = A::take(rest).ok_or_else(mismatch)?;
        let me = me.read_lock::<R>().ok_or_else(mismatch)?;
        f(call, &me, rest).map(Dynamic::from)
    })
}

/// A function that changes a value, by further arguments.
pub fn changing<R: Kind, A: Arguments>(f: impl Fn(&Call, &mut R, A) -> Outcome<()> + Send + Sync + 'static) -> Run {
    Arc::new(move |call, args| {
        let (me, rest) = args.split_first_mut().ok_or_else(mismatch)?;
        let rest = A::take(rest).ok_or_else(mismatch)?;
        let mut me = me.write_lock::<R>().ok_or_else(mismatch)?;
        f(call, &mut me, rest).map(Dynamic::from)
    })
}

/// The interpreter has chosen the function by the types of its arguments; this is what it says if it errs.
fn mismatch() -> Stop {
    Stop::Error(Error::data("the call", "has arguments of other types than the function"))
}
