//! Help texts from catalogue entries.
use crate::catalogue::Entry;

/// `?name` or `name?`, as in IPython: the name asked about. None for anything that can be run.
pub fn question(cell: &str) -> Option<&str> {
    let cell = cell.trim();
    let name = cell.strip_prefix('?').or_else(|| cell.strip_suffix('?'))?.trim_matches('?').trim();
    let good = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == ':' || c == '.');
    good.then_some(name)
}

/// The page `help("name")` and `gflow help NAME` show.
pub fn page(e: &Entry) -> String {
    let mut out = format!("{}\n  {}\n", e.signature, e.doc);
    if !e.equation.is_empty() {
        out += &format!("\n  equation   {}\n", e.equation);
    }
    if !e.cite.is_empty() {
        out += &format!("  source     [{}]\n", e.cite);
    }
    if !e.options.is_empty() {
        out += "\n  options\n";
        let defaults = (e.defaults)();
        for o in e.options {
            let default =
                defaults.get(o.name).filter(|v| !v.is_null()).map_or(String::new(), |v| format!(", default {v}"));
            out += &format!("    {:<16} {} ({}{default})\n", o.name, o.doc, o.kind.describe());
        }
    }
    out += "\n  example\n";
    for line in e.example.lines() {
        out += &format!("    {line}\n");
    }
    out
}

/// The same page for a notebook, its formula typeset.
pub fn markdown(e: &Entry) -> String {
    let mut out = format!("```\n{}\n```\n{}\n", e.signature, e.doc);
    if !e.equation.is_empty() {
        out += &format!("\n$${}$$\n", e.equation);
    }
    if !e.cite.is_empty() {
        out += &format!("\nSource: [{}]\n", e.cite);
    }
    if !e.options.is_empty() {
        out += "\n| option | meaning | default |\n|:--|:--|:--|\n";
        let defaults = (e.defaults)();
        for o in e.options {
            let default = defaults.get(o.name).filter(|v| !v.is_null()).map_or(String::new(), |v| format!("`{v}`"));
            out += &format!(
                "| `{}` | {} ({}) | {default} |\n",
                o.name,
                o.doc.replace('|', "\\|"),
                o.kind.describe().replace('|', "\\|")
            );
        }
    }
    out += &format!("\n```rhai\n{}\n```\n", e.example);
    out
}
