//! A table in HTML: the rows and columns that are shown as text, with the same words about the others.
use super::html::escape;
use crate::table::{GAP, Table};

/// Letters of a page's width.
const WIDTH: usize = 160;

/// The table, numbers at the right.
pub fn table(t: &Table) -> String {
    let view = t.view(WIDTH);
    let cell = |k: usize, text: &str, tag: &str| {
        let side = if view.numbers[k] { "right" } else { "left" };
        let faint = if text == GAP && tag == "td" { ";opacity:0.5" } else { "" };
        format!("<{tag} style=\"text-align:{side}{faint}\">{}</{tag}>", escape(text.trim_end()))
    };
    let row = |of: &dyn Fn(usize) -> String| format!("<tr>{}</tr>", (0..view.names.len()).map(of).collect::<String>());
    let mut body = String::new();
    for i in 0..view.cells.first().map_or(0, Vec::len) {
        if let (Some((at, _)), Some(words)) = (view.cut, view.more_rows())
            && at == i
        {
            let span = view.names.len();
            body += &format!("<tr><td colspan=\"{span}\" style=\"text-align:left;opacity:0.7\">{words}</td></tr>");
        }
        body += &row(&|k| cell(k, &view.cells[k][i], "td"));
    }
    let head = row(&|k| cell(k, &view.names[k], "th"));
    let more = view.more_columns().map_or(String::new(), |words| format!("<p>{}</p>", escape(&words)));
    format!(
        "<table><caption style=\"text-align:left\"><b>Table</b>: {}</caption><thead>{head}</thead><tbody>{body}</tbody></table>{more}",
        view.title()
    )
}
