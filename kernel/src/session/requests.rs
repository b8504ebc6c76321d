//! Requests of a program beside the session: variables set, expressions asked, and values that stay here and are asked about.
use super::cells;
use super::crossing::{self, Outgoing};
use super::eval::{failure, panicked};
use super::front;
use super::held::{forget, get};
use super::page::{SharedPage, lock};
use crate::protocol::{Ask, Crossing, Failure, Showing};
use gflow::script::{Dynamic, IT, Session, Shared, kind_of, members};
use serde_json::{Value, json};
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};

const GONE: &str = "the session no longer has this value";

fn plain(e: impl ToString) -> Failure {
    Failure::plain("Error", e.to_string())
}

fn give(
    s: &mut Session,
    values: Vec<(String, Crossing)>,
    parameters: bool,
    file: Option<&File>,
) -> Result<(), Failure> {
    for (name, v) in values {
        let v = crossing::value(v, file).map_err(|e| plain(format!("`{name}`: {e}")))?;
        let given = if parameters { s.give(&name, v) } else { s.take(&name, v) };
        given.map_err(|e| plain(format!("`{name}`: {e}")))?;
    }
    Ok(())
}

fn ask(
    s: &mut Session,
    expression: &str,
    held: Option<u64>,
    mut names: Vec<(String, Shared)>,
) -> Result<Dynamic, Failure> {
    if let Some(id) = held {
        let it = get(id).ok_or_else(|| plain(GONE))?;
        if expression == IT {
            return Ok(it);
        }
        names.push((IT.into(), Shared::Held(it)));
    }
    s.ask(expression, names).map_err(|d| failure(s, &d))
}

/// Every form of a value that is shown.
fn show(s: &Session, id: u64) -> Result<Value, Failure> {
    let value = get(id).ok_or_else(|| plain(GONE))?;
    let (data, metadata) = front::forms(s.shown(&value)).map_err(plain)?;
    Ok(json!({ "data": data, "metadata": metadata }))
}

/// Answers a request: `{ "value": …, "error": … }`, with the file of its arrays. They go into the file that came with it, if there is one:
/// new memory costs more than what it takes to fill it.
pub fn answer(page: &SharedPage, ask: Ask, file: Option<File>) -> (Value, Option<File>) {
    lock(page).turn(Showing::Whole);
    let mut outgoing = Outgoing::into(file);
    let ran = cells::with(|s| {
        let answered = catch_unwind(AssertUnwindSafe(|| answered(s, ask, &mut outgoing)));
        answered.unwrap_or_else(|_| Err(panicked()))
    });
    let answer = match ran.unwrap_or_else(|| Err(plain("the session is busy"))) {
        Ok(value) => json!({ "value": value, "error": null }),
        Err(failure) => json!({ "value": null, "error": failure }),
    };
    cells::finish(page);
    (answer, outgoing.fresh())
}

fn answered(s: &mut Session, request: Ask, outgoing: &mut Outgoing) -> Result<Value, Failure> {
    let file = outgoing.file.as_ref();
    match request {
        Ask::Give { values, parameters } => give(s, values, parameters, file).map(|()| Value::Null),
        Ask::Get { expression, held, given } => {
            let one = |(name, v)| Ok((name, crossing::value(v, file)?));
            let given = given.into_iter().map(one).collect::<Result<Vec<_>, String>>();
            let value = ask(s, &expression, held, given.map_err(plain)?)?;
            let shared = Shared::of(&value).map_err(plain)?;
            Ok(json!(outgoing.value(shared).map_err(plain)?))
        }
        Ask::Show { held } => show(s, held),
        Ask::Members { held } => {
            let value = get(held).ok_or_else(|| plain(GONE))?;
            Ok(json!(members(&kind_of(&value))))
        }
        Ask::Forget { held } => {
            forget(&held);
            Ok(Value::Null)
        }
        _ => Ok(Value::Null),
    }
}
