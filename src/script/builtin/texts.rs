//! Texts and characters.
use super::row::{Builtin, Row, row};

/// `"…"`
pub const TEXT: Builtin = Builtin {
    name: "text",
    about: "Characters between quotes: \"a text\". Between backticks ${x} stands for the value of x, `x is ${x:.3f}`. s + t joins, t in s \
            asks whether s contains t, s[0] is the first character and s[-1] the last, s[a..b] a part. Texts are compared letter by letter in the order of \
            Unicode: capitals come before small letters, \"Z\" < \"a\" < \"é\". Methods that change a text give nothing: s.trim(); and then s.",
    sample: "let s = \"a ring of 8 modes\";",
    rows: TEXTS,
};

/// `'a'`
pub const CHARACTER: Builtin = Builtin {
    name: "character",
    about: "One character between single quotes: 'a'; what s[0] of a text gives. c + s joins it with a text.",
    sample: "let c = 'a';",
    rows: CHARACTERS,
};

const TEXTS: &[Row] = &[
    row("len()", "number", "how many characters; s.len too", ""),
    row("is_empty()", "bool", "whether there is none; s.is_empty too", ""),
    row("bytes()", "number", "how many bytes the text takes; s.bytes too", "\"λ\".bytes()"),
    row(
        "chars()",
        "",
        "its characters, for a loop; s.chars too, chars(a..b) some of them",
        "for c in s.chars() { print(c) }",
    ),
    row("to_chars()", "list", "its characters, a list", ""),
    row("to_blob()", "blob", "its bytes", ""),
    row("contains(text)", "bool", "whether a text is part of it; text in s too", "s.contains(\"ring\")"),
    row("starts_with(text)", "bool", "whether it begins with a text", "s.starts_with(\"a \")"),
    row("ends_with(text)", "bool", "whether it ends with a text", "s.ends_with(\"modes\")"),
    row(
        "index_of(text)",
        "number",
        "where a text begins in it, -1 where it does not; index_of(text, i) looks from i on",
        "s.index_of(\"ring\")",
    ),
    row(
        "sub_string(a..b)",
        "text",
        "the characters a to b, b not among them; sub_string(a) goes to the end",
        "s.sub_string(2..6)",
    ),
    row(
        "split(text)",
        "list",
        "its parts between a text; split() between blanks; split(text, n) makes n parts at most",
        "s.split(\" \")",
    ),
    row("split_rev(text)", "list", "the same, the last part first", "s.split_rev(\" \")"),
    row(
        "replace(old, new)",
        "nothing",
        "puts one text in the place of another, wherever it stands; it changes the text",
        "s.replace(\"ring\", \"grid\");\ns",
    ),
    row("remove(text)", "nothing", "takes a text away, wherever it stands", "s.remove(\" modes\");\ns"),
    row("trim()", "nothing", "takes blanks away at both ends", "let t = \"  a \";\nt.trim();\nt"),
    row("crop(a..b)", "nothing", "keeps the characters a to b, b not among them", "s.crop(2..6);\ns"),
    row("truncate(n)", "nothing", "keeps the first n characters", "s.truncate(6);\ns"),
    row("clear()", "nothing", "takes all characters away", "s.clear();\ns"),
    row("pop()", "", "takes the last character away and gives it; pop(n) the last n, as a text", "s.pop()"),
    row("append(text)", "nothing", "adds a text at the end, as s += text does", "s.append(\"!\");\ns"),
    row("pad(n, text)", "nothing", "adds a text at the end until there are n characters", "s.pad(20, \".\");\ns"),
    row("get(i)", "", "character i, or nothing where there is none", "s.get(2)"),
    row("set(i, c)", "nothing", "makes c character i", "s.set(0, 'A');\ns"),
    row("to_upper()", "text", "the same in capitals", ""),
    row("to_lower()", "text", "the same in small letters", ""),
    row("make_upper()", "nothing", "changes it to capitals", "s.make_upper();\ns"),
    row("make_lower()", "nothing", "changes it to small letters", "s.make_lower();\ns"),
];

const CHARACTERS: &[Row] = &[
    row("to_upper()", "character", "the same as a capital", ""),
    row("to_lower()", "character", "the same as a small letter", ""),
    row("make_upper()", "nothing", "changes it to a capital", "c.make_upper();\nc"),
    row("make_lower()", "nothing", "changes it to a small letter", "c.make_lower();\nc"),
    row("to_int()", "number", "its number in Unicode", ""),
];
