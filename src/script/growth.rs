//! How large lists, texts and maps may grow. The interpreter's own limits count every entry of a list after every call on
//! it, which makes a loop of n pushes take a time in n²; here what makes something larger looks at the size it makes, and
//! whatever is left is held against the memory there is.
use super::format::LONGEST;
use crate::memory;
use rhai::{
    Array, Blob, Dynamic, Engine, EvalAltResult, FuncRegistration, ImmutableString, Map, NativeCallContext, Position,
};

/// Keys of a map at most.
const KEYS: usize = 10_000_000;

/// What would be too large, in the interpreter's words.
#[derive(Clone, Copy)]
enum What {
    List,
    Text,
    Map,
}

fn too_large(what: What, at: Position) -> Box<EvalAltResult> {
    let word = match what {
        What::List => "Size of array/BLOB",
        What::Text => "Length of string",
        What::Map => "Size of object map",
    };
    EvalAltResult::ErrorDataTooLarge(word.into(), at).into()
}

/// Entries of a list at most: a hundred million, or as many as fit into a quarter of the memory that is free now.
fn longest() -> usize {
    const MOST: usize = 100_000_000;
    let fit = |free: u128| (free / 4) as usize / size_of::<Dynamic>();
    memory::free().map_or(MOST, |free| fit(free).clamp(1_000_000, MOST))
}

type Done = Result<(), Box<EvalAltResult>>;

/// The registration of a method that changes its value, which constants refuse.
pub fn changing(name: &str) -> FuncRegistration {
    FuncRegistration::new(name).with_purity(false)
}

/// Registers what makes lists, texts and maps larger.
pub fn register(engine: &mut Engine) {
    let most = longest();
    let fits = move |ctx: &NativeCallContext, n: usize| -> Done {
        if n <= most { Ok(()) } else { Err(too_large(What::List, ctx.call_position())) }
    };
    changing("push").register_into_engine(engine, move |ctx: NativeCallContext, a: &mut Array, x: Dynamic| -> Done {
        fits(&ctx, a.len() + 1)?;
        a.push(x);
        Ok(())
    });
    changing("append").register_into_engine(engine, move |ctx: NativeCallContext, a: &mut Array, b: Array| -> Done {
        fits(&ctx, a.len() + b.len())?;
        a.extend(b);
        Ok(())
    });
    changing("insert").register_into_engine(
        engine,
        move |ctx: NativeCallContext, a: &mut Array, at: i64, x: Dynamic| -> Done {
            fits(&ctx, a.len() + 1)?;
            let from_end = || a.len().saturating_sub(usize::try_from(at.unsigned_abs()).unwrap_or(usize::MAX));
            let at = usize::try_from(at).map_or_else(|_| from_end(), |i| i.min(a.len()));
            a.insert(at, x);
            Ok(())
        },
    );
    changing("pad").register_into_engine(
        engine,
        move |ctx: NativeCallContext, a: &mut Array, n: i64, x: Dynamic| -> Done {
            let n = usize::try_from(n).unwrap_or(0);
            fits(&ctx, n)?;
            let each = size_of_value(&x);
            if memory::refusal(memory::product(&[n.saturating_sub(a.len()), each])).is_some() {
                return Err(too_large(What::List, ctx.call_position()));
            }
            if n > a.len() {
                a.resize(n, x);
            }
            Ok(())
        },
    );
    for_blobs(engine, most);
    texts(engine);
    maps(engine);
}

/// Bytes of a value with what it holds, about.
fn size_of_value(v: &Dynamic) -> usize {
    let inside = if let Some(list) = v.read_lock::<Array>() {
        list.iter().map(size_of_value).sum()
    } else if let Some(map) = v.read_lock::<Map>() {
        map.values().map(|v| 64 + size_of_value(v)).sum()
    } else {
        0
    };
    size_of::<Dynamic>() + inside
}

fn for_blobs(engine: &mut Engine, most: usize) {
    let fits = move |ctx: &NativeCallContext, n: i64| -> Result<usize, Box<EvalAltResult>> {
        let n = usize::try_from(n).unwrap_or(0);
        if n <= most { Ok(n) } else { Err(too_large(What::List, ctx.call_position())) }
    };
    engine.register_fn("blob", move |ctx: NativeCallContext, n: i64| fits(&ctx, n).map(|n| vec![0u8; n]));
    engine.register_fn("blob", move |ctx: NativeCallContext, n: i64, v: i64| {
        fits(&ctx, n).map(|n| vec![(v & 0xff) as u8; n])
    });
    changing("pad").register_into_engine(engine, move |ctx: NativeCallContext, b: &mut Blob, n: i64, v: i64| -> Done {
        let n = fits(&ctx, n)?;
        if n > b.len() {
            b.resize(n, (v & 0xff) as u8);
        }
        Ok(())
    });
    changing("append").register_into_engine(engine, move |ctx: NativeCallContext, b: &mut Blob, c: Blob| -> Done {
        fits(&ctx, (b.len() + c.len()) as i64)?;
        b.extend(c);
        Ok(())
    });
}

/// A text of so many bytes at most.
fn short(ctx: &NativeCallContext, n: usize) -> Done {
    if n <= LONGEST { Ok(()) } else { Err(too_large(What::Text, ctx.call_position())) }
}

fn texts(engine: &mut Engine) {
    type Text = ImmutableString;
    engine.register_fn("+", |ctx: NativeCallContext, a: Text, b: Text| short(&ctx, a.len() + b.len()).map(|()| a + b));
    for name in ["+=", "append"] {
        changing(name).register_into_engine(engine, |ctx: NativeCallContext, a: &mut Text, b: Text| -> Done {
            short(&ctx, a.len() + b.len())?;
            *a += b;
            Ok(())
        });
    }
    changing("replace").register_into_engine(
        engine,
        |ctx: NativeCallContext, s: &mut Text, find: Text, by: Text| -> Done {
            let times = if find.is_empty() { s.chars().count() + 1 } else { s.matches(find.as_str()).count() };
            short(&ctx, s.len().saturating_add(times.saturating_mul(by.len())))?;
            *s = s.replace(find.as_str(), by.as_str()).into();
            Ok(())
        },
    );
    for_padding(engine);
}

fn for_padding(engine: &mut Engine) {
    fn padded(ctx: &NativeCallContext, s: &mut ImmutableString, n: i64, by: &str) -> Done {
        let (n, has) = (usize::try_from(n).unwrap_or(0), s.chars().count());
        if n > has && !by.is_empty() {
            let times = (n - has).div_ceil(by.chars().count());
            short(ctx, s.len().saturating_add(times.saturating_mul(by.len())))?;
            *s = by
                .repeat(times)
                .chars()
                .take(n - has)
                .fold(s.to_string(), |mut s, c| {
                    s.push(c);
                    s
                })
                .into();
        }
        Ok(())
    }
    changing("pad").register_into_engine(
        engine,
        |ctx: NativeCallContext, s: &mut ImmutableString, n: i64, by: ImmutableString| padded(&ctx, s, n, &by),
    );
    changing("pad").register_into_engine(
        engine,
        |ctx: NativeCallContext, s: &mut ImmutableString, n: i64, by: char| {
            padded(&ctx, s, n, by.encode_utf8(&mut [0; 4]))
        },
    );
}

fn maps(engine: &mut Engine) {
    for name in ["+=", "mixin"] {
        changing(name).register_into_engine(engine, |ctx: NativeCallContext, a: &mut Map, b: Map| -> Done {
            if a.len() + b.len() > KEYS {
                return Err(too_large(What::Map, ctx.call_position()));
            }
            a.extend(b);
            Ok(())
        });
    }
}
