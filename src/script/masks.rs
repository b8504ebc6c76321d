//! Lists of true and false, which choose rows: joined by `&` and `|`, turned round by `!`, entry by entry.
use super::convert::{Native, fail, type_of};
use crate::error::{Error, Result};
use crate::interrupt;
use rhai::{Array, Dynamic, Engine, NativeCallContext};

/// Registers them.
pub fn register(engine: &mut Engine) {
    engine.register_fn("&", |ctx: NativeCallContext, a: Array, b: Array| joined(&ctx, "&", (&a, &b), |a, b| a && b));
    engine.register_fn("|", |ctx: NativeCallContext, a: Array, b: Array| joined(&ctx, "|", (&a, &b), |a, b| a || b));
    engine.register_fn("!", |ctx: NativeCallContext, a: Array| -> Native<Array> {
        let one = |(i, v): (usize, &Dynamic)| Ok(Dynamic::from(!truth("!", i, v)?));
        a.iter().enumerate().map(one).collect::<Result<Array>>().or_else(|e| fail(&ctx, e))
    });
}

fn truth(sign: &str, i: usize, v: &Dynamic) -> Result<bool> {
    interrupt::poll_each(i)?;
    v.flatten_clone().as_bool().map_err(|_| Error::Shape {
        what: format!("a list beside {sign}, entry {i}"),
        expected: "true or false".into(),
        got: format!("a {}", type_of(v)),
    })
}

fn joined(
    ctx: &NativeCallContext,
    sign: &str,
    (a, b): (&Array, &Array),
    both: fn(bool, bool) -> bool,
) -> Native<Array> {
    let all = || -> Result<Array> {
        if a.len() != b.len() {
            let got = format!("{} and {}", a.len(), b.len());
            return Err(Error::Shape {
                what: format!("lists joined by {sign}"),
                expected: "equal lengths".into(),
                got,
            });
        }
        let one = |(i, (a, b))| Ok(Dynamic::from(both(truth(sign, i, a)?, truth(sign, i, b)?)));
        a.iter().zip(b).enumerate().map(one).collect()
    };
    all().or_else(|e| fail(ctx, e))
}
