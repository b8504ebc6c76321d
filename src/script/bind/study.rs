//! `study`: what came out of a study, as a table.
use crate::catalogue::{Entry, no_defaults};
use crate::script::convert::text;
use crate::script::library::Library;
use crate::script::values::TableValue;
use crate::study;
use rhai::Dynamic;

/// The page of `study`.
pub(super) const ENTRY: Entry = Entry {
    name: "study",
    room: "language",
    signature: "study(folder)",
    doc: "What came out of a study that `gflow sweep` keeps in a folder, as a table: a row a job that ended, with its parameters, its seed, what `record`, `claim` and `tabulate` were told, the last numbers of its history, its seconds, its machine, and its error if it failed. It can be asked while the study still runs.",
    equation: "",
    cite: "",
    options: &[],
    defaults: no_defaults,
    example: "// after: gflow sweep script.rhai --grid lr=0.01,0.1 --seeds 5 --out study\n// let t = study(\"study\");\n// t.group(\"lr\").median()\n0",
};

/// Fills the library.
pub fn fill(l: &mut Library) {
    l.expose(ENTRY.name, |call, (folder,): (Dynamic,)| {
        let folder = text("study(folder)", &folder)?;
        let rows = study::collected(std::path::Path::new(&folder))?;
        let ended = rows.done + rows.failed;
        if ended < rows.jobs {
            call.context.note(format!("study: {ended} of {} jobs have ended", rows.jobs));
        }
        if rows.failed > 0 {
            call.context.note(format!("study: {} jobs failed; column error says why", rows.failed));
        }
        Ok(TableValue::new(rows.table))
    });
}
