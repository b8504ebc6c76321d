//! Bytes.
use super::row::{Builtin, Row, row};

/// `blob(n)`
pub const BLOB: Builtin = Builtin {
    name: "blob",
    about: "Bytes: blob(n) makes n zeros, s.to_blob() those of a text. b[0] is the first, a number from 0 to 255. Files are read and written \
            by io::load and io::save.",
    sample: "let b = blob(4, 65);",
    rows: ROWS,
};

const ROWS: &[Row] = &[
    row("len()", "number", "how many bytes; b.len too", ""),
    row("is_empty()", "bool", "whether there is none; b.is_empty too", ""),
    row("to_array()", "list", "its bytes, a list of numbers", ""),
    row("as_string()", "text", "the text that its bytes are", ""),
    row("contains(byte)", "bool", "whether a byte is among them", "b.contains(65)"),
    row("get(i)", "number", "byte i, 0 where there is none", "b.get(0)"),
    row("set(i, byte)", "nothing", "writes byte i", "b.set(0, 66);\nb"),
    row("push(byte)", "nothing", "adds a byte at the end", "b.push(66);\nb"),
    row("pop()", "number", "takes the last byte away and gives it", ""),
    row("shift()", "number", "takes the first byte away and gives it", ""),
    row("insert(i, byte)", "nothing", "puts a byte before byte i", "b.insert(0, 66);\nb"),
    row("remove(i)", "number", "takes byte i away and gives it", "b.remove(0)"),
    row(
        "append(other)",
        "nothing",
        "adds a number as a byte, the bytes of a text or of another blob",
        "b.append(blob(2));\nb",
    ),
    row("extract(a..b)", "blob", "a copy of the bytes a to b", "b.extract(0..2)"),
    row("split(i)", "blob", "cuts at byte i: what is behind is taken away and given", "b.split(1)"),
    row(
        "splice(a..b, other)",
        "nothing",
        "puts the bytes of another in the place of those from a to b",
        "b.splice(0..2, blob(1));\nb",
    ),
    row("drain(a..b)", "blob", "takes the bytes a to b away and gives them", "b.drain(0..2)"),
    row("retain(a..b)", "blob", "keeps the bytes a to b, and gives the others", "b.retain(0..2);\nb"),
    row("chop(n)", "nothing", "keeps the last n bytes", "b.chop(2);\nb"),
    row("truncate(n)", "nothing", "keeps the first n bytes", "b.truncate(2);\nb"),
    row("clear()", "nothing", "takes all bytes away", "b.clear();\nb"),
    row("pad(n, byte)", "nothing", "adds a byte at the end until there are n", "b.pad(6, 0);\nb"),
    row("reverse()", "nothing", "turns the order round", "b.reverse();\nb"),
    row(
        "parse_le_int(a..b)",
        "number",
        "the whole number in the bytes a to b, the least byte first",
        "b.parse_le_int(0..4)",
    ),
    row("parse_be_int(a..b)", "number", "the same, the greatest byte first", "b.parse_be_int(0..4)"),
    row(
        "parse_le_float(a..b)",
        "number",
        "the number of double precision in the bytes a to b, the least byte first",
        "b.parse_le_float(0..4)",
    ),
    row("parse_be_float(a..b)", "number", "the same, the greatest byte first", "b.parse_be_float(0..4)"),
    row(
        "write_le(a..b, x)",
        "nothing",
        "writes a number into the bytes a to b, the least byte first",
        "b.write_le(0..2, 66);\nb",
    ),
    row("write_be(a..b, x)", "nothing", "the same, the greatest byte first", "b.write_be(0..2, 66);\nb"),
    row("write_utf8(a..b, text)", "nothing", "writes a text into the bytes a to b", "b.write_utf8(0..2, \"λ\");\nb"),
    row(
        "write_ascii(a..b, text)",
        "nothing",
        "the same of the letters that take one byte",
        "b.write_ascii(0..2, \"ab\");\nb",
    ),
];
