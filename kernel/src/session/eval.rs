//! One Rhai cell: run, its panics caught, its error made a traceback, its user expressions evaluated.
use super::cells;
use super::front::bundle;
use super::held;
use super::page::{SharedPage, lock};
use crate::protocol::{Failure, Outcome, Showing};
use gflow::script::{Class, Diagnostic, Session};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;

/// Where the last panic happened, for the report.
static PANIC: Mutex<String> = Mutex::new(String::new());

/// Panics of native code are reported with the cell, not on the standard error.
pub fn catch_panics() {
    std::panic::set_hook(Box::new(|info| {
        let text = info
            .payload()
            .downcast_ref::<&str>()
            .map(|s| s.to_string())
            .or_else(|| info.payload().downcast_ref::<String>().cloned());
        let place = info.location().map_or(String::new(), |l| format!(" ({}:{})", l.file(), l.line()));
        *PANIC.lock().unwrap_or_else(|p| p.into_inner()) =
            format!("{}{place}", text.unwrap_or_else(|| "no message".into()));
    }));
}

pub(super) fn panicked() -> Failure {
    let what = PANIC.lock().unwrap_or_else(|p| p.into_inner()).clone();
    Failure::plain("InternalError", format!("gflow itself failed: {what}. The variables are kept; please report this."))
}

pub(super) fn failure(s: &Session, d: &Diagnostic) -> Failure {
    let name = match d.class {
        Class::Script => "Error",
        Class::Diverged => "Diverged",
        Class::Device => "DeviceError",
        Class::Interrupted => "Interrupted",
    };
    let traceback = s.render(d, true).lines().map(str::to_string).collect();
    Failure { name: name.into(), value: d.message.clone(), traceback }
}

/// Runs a cell and gives its [`Outcome`].
pub fn eval(page: &SharedPage, name: &str, code: &str, show: Showing, expressions: &BTreeMap<String, String>) -> Value {
    lock(page).turn(show);
    let ran = cells::with(|s| {
        let error = match catch_unwind(AssertUnwindSafe(|| s.run_cell(name, code))) {
            Ok(Ok(value)) => {
                held::last(value);
                None
            }
            Ok(Err(d)) => Some(failure(s, &d)),
            Err(_) => Some(panicked()),
        };
        let mut out = Map::new();
        if error.is_none() {
            for (key, expression) in expressions {
                out.insert(key.clone(), expressed(s, expression));
            }
        }
        Outcome { error, expressions: out, variables: s.variables(), parameters: s.parameters_read() }
    });
    let outcome = ran.unwrap_or_else(|| Outcome::failed(Failure::plain("Error", "the session is busy")));
    cells::finish(page);
    json!(outcome)
}

/// One user expression in the protocol's form.
fn expressed(s: &mut Session, expression: &str) -> Value {
    let failed =
        |f: Failure| json!({ "status": "error", "ename": f.name, "evalue": f.value, "traceback": f.traceback });
    match catch_unwind(AssertUnwindSafe(|| s.evaluate("expression", expression))) {
        Ok(Ok(v)) => json!({ "status": "ok", "data": bundle(&s.rich(&v)), "metadata": {} }),
        Ok(Err(d)) => failed(failure(s, &d)),
        Err(_) => failed(panicked()),
    }
}
