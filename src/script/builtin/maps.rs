//! Maps.
use super::row::{Builtin, Row, row};

/// `#{ … }`
pub const MAP: Builtin = Builtin {
    name: "map",
    about: "Values under names: #{ dt: 0.1, steps: 500 }, as options are given. m.dt and m[\"dt\"] read an entry, m.dt = 0.2 writes one, \
            also a new one; a name that is not there is an error, m.get(\"dt\") gives nothing there, and m?.dt where m itself is nothing. \"dt\" in m asks for a name. Names are in the order \
            of their letters in Unicode, capitals before small ones. m + n has the entries of both, those of n where both have one.",
    sample: "let m = #{ dt: 0.1, steps: 500 };",
    rows: ROWS,
};

const ROWS: &[Row] = &[
    row("len()", "number", "how many entries", ""),
    row("is_empty()", "bool", "whether there is none", ""),
    row("keys()", "list", "the names", ""),
    row("values()", "list", "the values, in the order of the names", ""),
    row("contains(name)", "bool", "whether there is an entry of this name; name in m too", "m.contains(\"dt\")"),
    row("get(name)", "", "the value under a name, or nothing", "m.get(\"noise\")"),
    row("set(name, x)", "nothing", "puts a value under a name, as m[name] = x does", "m.set(\"seed\", 1);\nm"),
    row("remove(name)", "", "takes an entry away and gives its value", "m.remove(\"dt\");\nm"),
    row("clear()", "nothing", "takes all entries away", "m.clear();\nm"),
    row("mixin(other)", "nothing", "adds the entries of another map, which win", "m.mixin(#{ steps: 9, seed: 1 });\nm"),
    row(
        "fill_with(other)",
        "nothing",
        "adds the entries of another map that are not there yet",
        "m.fill_with(#{ steps: 9, seed: 1 });\nm",
    ),
    row("map(f)", "map", "f of every name and its value, under the same names", "m.map(|name, x| 2*x)"),
    row("filter(f)", "map", "the entries whose name and value make f true", "m.filter(|name, x| x > 1)"),
    row(
        "retain(f)",
        "map",
        "keeps the entries whose name and value make f true, and gives the others",
        "m.retain(|name, x| x > 1);\nm",
    ),
    row(
        "drain(f)",
        "map",
        "takes the entries away whose name and value make f true, and gives them",
        "m.drain(|name, x| x > 1)",
    ),
    row("to_json()", "text", "the map as JSON: points as rows, tables as columns; NaN becomes null, with a note", ""),
];
