//! `data::fetch`
use super::data::labelled;
use super::io::given;
use crate::fetch::{FetchOptions, Fetched, Settings, fetch};
use crate::observer::progress::Report;
use crate::script::convert::text;
use crate::script::front_end::Event;
use crate::script::library::Library;
use rhai::Dynamic;
use std::time::{Duration, Instant};

/// Reports are no more frequent.
const EVERY: Duration = Duration::from_millis(100);

/// Fills the library.
pub fn fill(l: &mut Library) {
    l.expose("data::fetch", |call, (name,): (Dynamic,)| {
        let name = text("data::fetch(name)", &name)?;
        let options: FetchOptions = call.options.typed()?;
        let (begun, mut last) = (Instant::now(), None);
        // in kilobytes, which bars and numbers of steps are long enough for
        let report = |label: &str, done: u64, total: Option<u64>, finished: bool| {
            let done = (done >> 10) as usize;
            call.context.emit(Event::Progress(Report {
                label: format!("{label}, kB"),
                done,
                total: total.map_or(done, |t| (t >> 10) as usize),
                steps_per_second: done as f64 / begun.elapsed().as_secs_f64().max(1e-3),
                divergence: None,
                finished,
            }));
        };
        let mut progress = |file: &str, done: u64, total: Option<u64>| {
            let ends = Some(done) == total;
            if ends || last.is_none_or(|at: Instant| at.elapsed() > EVERY) {
                last = Some(Instant::now());
                report(file, done, total, ends);
            }
        };
        let fetched = fetch(&Settings::from_environment()?, &name, &options, &mut progress)?;
        let notes = match &fetched {
            Fetched::Known(_, notes) => notes,
            Fetched::Plain(loaded) => &loaded.notes,
        };
        notes.iter().for_each(|note| call.context.note(format!("data::fetch: {note}")));
        Ok(match fetched {
            Fetched::Known((points, labels), _) => Dynamic::from(labelled(points, labels)),
            // a map even without labels, as every other data set is one
            Fetched::Plain(loaded) if loaded.labels.is_none() => Dynamic::from(labelled(loaded.rows, None)),
            Fetched::Plain(loaded) => given(loaded)?,
        })
    });
}
