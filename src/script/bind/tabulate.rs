//! `tabulate` and `record`: numbers for tables over many runs.
use crate::error::{Error, Result};
use crate::script::call::Call;
use crate::script::context::lock;
use crate::script::convert::{number, text};
use crate::script::front_end::Event;
use crate::script::library::Library;
use crate::script::tables::{RECORD, TABULATE};
use crate::study::{Cell, Named, short};
use rhai::Dynamic;

/// What `gflow reproduce` writes by itself.
const TAKEN: &str = "RESULTS";

/// Fills the library.
pub fn fill(l: &mut Library) {
    l.expose(TABULATE.name, |call, (page, row, column, value): (Dynamic, Dynamic, Dynamic, Dynamic)| {
        Ok(tabulate(call, &page, &row, &column, &value)?)
    });
    l.expose(RECORD.name, |call, (name, value): (Dynamic, Dynamic)| Ok(record(call, &name, &value)?));
}

fn record(call: &Call, name: &Dynamic, value: &Dynamic) -> Result<()> {
    let name = text("record, name", name)?;
    if name.trim().is_empty() {
        return Err(Error::data("record", "the name is empty"));
    }
    let value = value.as_float().or_else(|_| number("record, value", value))?;
    call.context.emit(Event::Text(format!("{name}: {}", short(value))));
    let mut values = lock(&call.context.values);
    values.retain(|v| v.name != name);
    values.push(Named { name, value });
    Ok(())
}

fn tabulate(call: &Call, page: &Dynamic, row: &Dynamic, column: &Dynamic, value: &Dynamic) -> Result<()> {
    let page = text("tabulate, page", page)?;
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if page.is_empty() || !page.chars().all(plain) || page.eq_ignore_ascii_case(TAKEN) {
        let why = format!(
            "page is \"{page}\", expected the name of a file without its ending, of letters, digits, _ and -, not {TAKEN}"
        );
        return Err(Error::data("tabulate", why));
    }
    let cell = Cell {
        page,
        row: text("tabulate, row", row)?,
        column: text("tabulate, column", column)?,
        value: value.as_float().or_else(|_| number("tabulate, value", value))?,
    };
    call.context.emit(Event::Text(format!("{}, {}: {}", cell.row, cell.column, short(cell.value))));
    // a cell of a notebook that runs again has a new number, not a second one
    let mut cells = lock(&call.context.cells);
    let same = |c: &Cell| c.page == cell.page && c.row == cell.row && c.column == cell.column;
    cells.retain(|c| !same(c));
    cells.push(cell);
    Ok(())
}
