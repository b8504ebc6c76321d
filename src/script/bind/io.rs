//! `io::…`
use crate::prepare::rows::Gaps;
use crate::script::convert::{held, rows, text};
use crate::script::library::Library;
use rhai::Dynamic;

/// Fills the library.
pub fn fill(l: &mut Library) {
    l.expose("io::load", |call, (path,): (Dynamic,)| {
        let rows = crate::io::load(&call.context.input_path(&text("io::load(path)", &path)?))?;
        let gaps = Gaps::of(&rows.data, rows.d)?;
        if gaps.rows > 0 {
            let found = gaps.described([rows.n, rows.d]);
            call.context.note(format!("io::load: {found}; finite_rows(x) leaves them out"));
        }
        Ok(held(rows))
    });
    l.expose("io::save", |call, (p, path): (Dynamic, Dynamic)| {
        let (p, path) = (rows("io::save(points)", &p)?, text("io::save(path)", &path)?);
        Ok(crate::io::save(&p, &call.context.output_path(&path))?)
    });
}
