//! What a script writes into tables of many runs: the pages of `tabulate` and `record`.
use crate::catalogue::{Entry, no_defaults};

/// The page of `tabulate`.
pub const TABULATE: Entry = Entry {
    name: "tabulate",
    room: "language",
    signature: "tabulate(page, row, column, value)",
    doc: "Puts a number into a table. `gflow run` prints it; `gflow reproduce` writes the table of each script into page.md: the median over the seeds, with the least and the largest. A cell that is filled again has the last number.",
    equation: "",
    cite: "",
    options: &[],
    defaults: no_defaults,
    example: "tabulate(\"DISTANCES\", \"ring\", \"W2\", metric::w2(data::ring(200), data::ring(200)))",
};

/// The page of `record`.
pub const RECORD: Entry = Entry {
    name: "record",
    room: "language",
    signature: "record(name, value)",
    doc: "Keeps a number of this run under a name: run.json has it below --out, and gflow collect, study(\"folder\") and the figures of a study have a column of that name. A name that is told again has the last number. The last numbers of the history of the last run are kept without it.",
    equation: "",
    cite: "",
    options: &[],
    defaults: no_defaults,
    example: "record(\"w2\", metric::w2(data::ring(200), data::ring(200)))",
};
