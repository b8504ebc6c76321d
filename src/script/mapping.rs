//! `for_each` of lists, and `map`, `filter`, `retain` and `drain` of maps: their closures get what their pages say. Those of the
//! interpreter give the place of an entry where one expects the entry, and a name where one expects its value.
use super::caught::raised_at;
use super::convert::{Native, type_of};
use super::growth::changing;
use rhai::{Array, Dynamic, Engine, EvalAltResult, FnPtr, Map, NativeCallContext};

/// Registers them.
pub fn register(engine: &mut Engine) {
    engine.register_fn("for_each", for_each);
    engine.register_fn("map", |ctx: NativeCallContext, map: Map, f: FnPtr| -> Native<Map> {
        map.into_iter().map(|(name, v)| Ok((name.clone(), of_entry(&ctx, "map", &name, v, &f)?))).collect()
    });
    engine.register_fn("filter", |ctx: NativeCallContext, map: Map, f: FnPtr| -> Native<Map> {
        Ok(parted(&ctx, "filter", map, &f)?.0)
    });
    changing("retain").register_into_engine(engine, |ctx: NativeCallContext, map: &mut Map, f: FnPtr| -> Native<Map> {
        let (yes, no) = parted(&ctx, "retain", map.clone(), &f)?;
        *map = yes;
        Ok(no)
    });
    changing("drain").register_into_engine(engine, |ctx: NativeCallContext, map: &mut Map, f: FnPtr| -> Native<Map> {
        let (yes, no) = parted(&ctx, "drain", map.clone(), &f)?;
        *map = no;
        Ok(yes)
    });
}

/// Whether a call failed because the function takes another number of arguments.
fn takes_others(e: &EvalAltResult, f: &FnPtr) -> bool {
    matches!(e, EvalAltResult::ErrorFunctionNotFound(what, _) if what.split(" (").next() == Some(f.fn_name()))
}

/// f of every entry, which is `this` in it: of nothing, of the entry, or of the entry and its place.
fn for_each(ctx: NativeCallContext, list: &mut Array, f: FnPtr) -> Native<()> {
    let mut takes: Option<usize> = None;
    for (i, entry) in list.iter_mut().enumerate() {
        let arguments = |n: usize, entry: &Dynamic| -> Vec<Dynamic> {
            let all = [entry.flatten_clone(), Dynamic::from(i as i64)];
            if n == 0 { vec![] } else { all.into_iter().take(n).collect() }
        };
        let mut failed = None;
        for n in takes.map_or(0..3, |n| n..n + 1) {
            let given = arguments(n, entry);
            match f.call_raw(&ctx, Some(&mut *entry), given) {
                Ok(_) => {
                    (takes, failed) = (Some(n), None);
                    break;
                }
                Err(e) if takes.is_none() && takes_others(&e, &f) => failed = Some(e),
                Err(e) => return Err(e),
            }
        }
        failed.map_or(Ok(()), Err)?;
    }
    Ok(())
}

/// f of a name and its value.
fn of_entry(ctx: &NativeCallContext, what: &str, name: &str, v: Dynamic, f: &FnPtr) -> Native<Dynamic> {
    let found = f.call_raw(ctx, None, [Dynamic::from(name.to_string()), v]);
    found.map_err(|e| {
        if !takes_others(&e, f) {
            return e;
        }
        let said = format!(
            "{what}(f) of a map: f takes a name and a value, m.{what}(|name, x| …); m.values() is a list of the values"
        );
        EvalAltResult::ErrorRuntime(raised_at(said, ctx.call_position().line()), ctx.call_position()).into()
    })
}

/// The entries that make f true, and the others.
fn parted(ctx: &NativeCallContext, what: &str, map: Map, f: &FnPtr) -> Native<(Map, Map)> {
    let (mut yes, mut no) = (Map::new(), Map::new());
    for (name, v) in map {
        let answer = of_entry(ctx, what, &name, v.clone(), f)?;
        let truth = answer.as_bool().map_err(|_| {
            let said = format!("{what}(f): f gave a {}, expected true or false", type_of(&answer));
            Box::new(EvalAltResult::ErrorRuntime(raised_at(said, ctx.call_position().line()), ctx.call_position()))
        })?;
        if truth { &mut yes } else { &mut no }.insert(name, v);
    }
    Ok((yes, no))
}
