//! Functions of the language that are called by their names.
use super::row::{Row, row};

/// All of them.
pub const ROWS: &[Row] = &[
    row("len(v)", "number", "how many entries, characters or points", "len([1, 2, 3])"),
    row("push(v, x)", "nothing", "adds x at the end of a list; v.push(x)", "let v = [1];\npush(v, 2);\nv"),
    row("PI()", "number", "3.14159…; PI alone, too", "2*PI"),
    row("E()", "number", "2.71828…; exp(x) is its power", "E()"),
    row("type_of(x)", "text", "the name of the type of a value", "type_of([1, 2])"),
    row("debug(x)", "nothing", "writes a value with the quotes of texts, as a remark", "debug(\"a\")"),
    row(
        "parse_int(text)",
        "number",
        "the whole number that a text is; parse_int(text, 16) reads hexadecimal digits",
        "parse_int(\"42\") + parse_int(\"ff\", 16)",
    ),
    row("parse_float(text)", "number", "the number that a text is", "parse_float(\"2.5\")"),
    row("parse_json(text)", "", "the map, list, text or number that a JSON text is", "parse_json(`{\"dt\": 0.1}`).dt"),
    row("to_int(x)", "number", "the whole number towards 0", "to_int(2.7)"),
    row("to_float(x)", "number", "the same number, no longer kept as a whole number", "to_float(2)"),
    row(
        "range(a, b, step)",
        "",
        "the numbers a, a + step, … below b, for a loop",
        "for x in range(0, 10, 4) { print(x) }",
    ),
    row("timestamp()", "time", "now; .elapsed are the seconds since", "let start = timestamp();\nstart.elapsed"),
    row("blob(n)", "blob", "n bytes 0; blob(n, byte) n times another", "blob(4)"),
    row("Fn(name)", "function", "the function of a name, as a value", "let f = Fn(\"sqrt\");\nf.call(9)"),
    row("eval(text)", "", "what a text gives as a script", "eval(\"1 + 1\")"),
    row("is_def_var(name)", "bool", "whether there is a variable of this name", "is_def_var(\"x\")"),
    row(
        "is_def_fn(name, n)",
        "bool",
        "whether the script has a function of this name with n arguments",
        "is_def_fn(\"f\", 1)",
    ),
    row("exit()", "nothing", "ends the script, exit(x) with a value; at the prompt exit leaves", "if 1 > 2 { exit() }"),
    row(
        "get_fn_metadata_list()",
        "list",
        "the functions of the script, a list of maps",
        "fn twice(x) { 2*x }\nget_fn_metadata_list()",
    ),
    row(
        "dot(v, w)",
        "",
        "the inner product of two lists, or in a formula of points and lists",
        "print(dot([1, 2], [3, 4]));\nlangevin(|x| -0.5*dot(x, x))",
    ),
    row(
        "norm(x)",
        "",
        "the length of a list, the root of the sum of its squares, or of a point of formulas",
        "print(norm([3, 4]));\nlangevin(|x| -norm(x))",
    ),
    row(
        "logsumexp(v)",
        "number",
        "ln(exp(a) + exp(b) + …) of numbers or formulas, without overflow",
        "langevin(|x| logsumexp([-x[0]**2, -(x[0] - 3)**2]))",
    ),
];
