//! What numbers can do.
use super::row::{Builtin, Row, row};

/// Whole or not.
pub const NUMBER: Builtin = Builtin {
    name: "number",
    about: "1, 2.5, 1e-3, 1_000_000, 0xff. Whole numbers are exact up to 9.2e18 and become others beyond. + - * are as on paper, 1/2 is 0.5 \
            (idiv(a, b) divides to whole numbers), a % b is the rest, with the sign of a as in C and Rust: -7 % 3 is -1, where idiv(-7, 3) rounds down to -3 and Python has 2; x - n*floor(x/n) \
            is never below 0, 2**10 and 2^10 are powers, 0 < x < 1 is one question. Functions of \
            numbers are written f(x) or x.f(); most take lists and the x of a formula, too.",
    sample: "let x = 2.5;",
    rows: ROWS,
};

const ROWS: &[Row] = &[
    row("to_string()", "text", "its digits as text; fmt(x, 3) rounds", ""),
    row("to_int()", "number", "the whole number towards 0", ""),
    row("to_float()", "number", "the same, no longer kept as a whole number", "let n = 3;\nn.to_float()"),
    row("int()", "number", "what stands before the point; x.int too", ""),
    row("fraction()", "number", "what stands behind the point; x.fraction too", ""),
    row("floor()", "number", "", ""),
    row("ceiling()", "number", "", ""),
    row("round(n)", "number", "", "x.round(0)"),
    row("abs()", "number", "", ""),
    row("sign()", "number", "", ""),
    row("sqrt()", "number", "", ""),
    row("is_nan()", "bool", "whether it is not a number, as 0/0 is; x.is_nan too", ""),
    row("is_finite()", "bool", "whether it is neither infinite nor NaN; x.is_finite too", ""),
    row("is_infinite()", "bool", "whether it is infinite, as 1/0 is; x.is_infinite too", ""),
    row("is_zero()", "bool", "whether it is 0; x.is_zero too", ""),
    row("is_even()", "bool", "whether 2 divides it, for whole numbers; n.is_even too", "let n = 8;\nn.is_even()"),
    row("is_odd()", "bool", "whether 2 does not divide it, for whole numbers; n.is_odd too", "let n = 8;\nn.is_odd()"),
    row("to_degrees()", "number", "an angle in degrees", "PI.to_degrees()"),
    row("to_radians()", "number", "an angle in radians", "let degrees = 180;\ndegrees.to_radians()"),
    row("to_binary()", "text", "its binary digits, for whole numbers", "let n = 8;\nn.to_binary()"),
    row("to_octal()", "text", "its octal digits, for whole numbers", "let n = 8;\nn.to_octal()"),
    row("to_hex()", "text", "its hexadecimal digits, for whole numbers", "let n = 255;\nn.to_hex()"),
    row(
        "bits()",
        "",
        "its bits, the least first, for a loop; n.bits too, bits(a..b) some of them",
        "let n = 5;\nfor b in n.bits(0..3) { print(b) }",
    ),
    row("get_bit(i)", "bool", "bit i", "let n = 5;\nn.get_bit(0)"),
    row("set_bit(i, on)", "nothing", "sets bit i", "let n = 5;\nn.set_bit(1, true);\nn"),
    row("get_bits(a..b)", "number", "the bits a to b as a number", "let n = 5;\nn.get_bits(0..2)"),
    row("set_bits(a..b, m)", "nothing", "sets the bits a to b", "let n = 5;\nn.set_bits(0..2, 2);\nn"),
];
