//! Metrics by the names that the option `metrics:` of a run accepts.
use super::{ALL, Metric};
use crate::catalogue::nearest;
use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use std::sync::Arc;

/// The names that [`by_name`] knows, in the order of the list.
pub fn names() -> impl Iterator<Item = &'static str> {
    ALL.iter().filter(|m| m.make.is_some()).map(|m| m.name())
}

/// A metric with its default settings.
///
/// # Errors
/// A name that is none of [`names`]; the error lists them.
///
/// # Examples
/// Two points moved by 3 are 3 apart for W₁ and W₂, and at most that along any line:
/// ```
/// use gflow::device::{host, points};
/// use gflow::metric::by_name;
///
/// let p = points(vec![0.0, 0.0, 1.0, 0.0], 2, 2, &host());
/// let q = points(vec![0.0, 3.0, 1.0, 3.0], 2, 2, &host());
/// assert!((by_name("w1")?.evaluate(&p, &q)? - 3.0).abs() < 1e-6);
/// assert!((by_name("w2")?.evaluate(&p, &q)? - 3.0).abs() < 1e-6);
/// assert!(by_name("sliced")?.evaluate(&p, &q)? < 3.0);
/// assert!(by_name("w3").is_err());
/// # Ok::<(), gflow::error::Error>(())
/// ```
pub fn by_name(name: &str) -> Result<Arc<dyn Metric>> {
    by_name_interruptible(name, &Interrupt::default())
}

/// The same, stopped in the middle of its work when the interrupt asks for it.
///
/// # Errors
/// As [`by_name`].
pub fn by_name_interruptible(name: &str, interrupt: &Interrupt) -> Result<Arc<dyn Metric>> {
    match ALL.iter().find(|m| m.name() == name).and_then(|m| m.make) {
        Some(make) => Ok(make(interrupt)),
        None => {
            let hint = nearest(name, names()).map_or(String::new(), |n| format!("; did you mean \"{n}\"?"));
            let known = names().collect::<Vec<_>>().join(", ");
            Err(Error::data("metrics", format!("\"{name}\" is no metric: the metrics are {known}{hint}")))
        }
    }
}

/// Several metrics, in the order of their names.
///
/// # Errors
/// As [`by_name`], for the first name that is unknown.
pub fn by_names(names: &[String], interrupt: &Interrupt) -> Result<Vec<Arc<dyn Metric>>> {
    names.iter().map(|n| by_name_interruptible(n, interrupt)).collect()
}
