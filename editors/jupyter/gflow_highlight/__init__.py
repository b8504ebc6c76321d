"""Pygments' view of gflow's scripts."""
from pygments.lexer import RegexLexer, bygroups, default
from pygments.lexer import words as any_of
from pygments.token import Comment, Keyword, Name, Number, Operator, Punctuation, String, Text

from .words import CONSTANTS, FUNCTIONS, KEYWORDS, MODULES

WORD = r"[^\W\d][\w$]*"
KEY = "(" + WORD + r")(\s*)(:)(?!:)"


class GflowLexer(RegexLexer):
    """Rhai as gflow speaks it."""

    name = "gflow"
    aliases = ["gflow", "rhai"]
    filenames = ["*.rhai"]
    mimetypes = ["text/x-rhai"]
    url = "https://rhai.rs/book"

    tokens = {
        "root": [
            # what is said to the kernel or the system stands in the first line
            (r"\A(?:%%|#!)[^\n]*", Comment.Preproc),
            (r"\}", Punctuation),
            default("code"),
        ],
        "code": [
            (r"[\s\ufeff\u200b]+", Text.Whitespace),
            (r"//[^\n]*", Comment.Single),
            (r"/\*", Comment.Multiline, "comment"),
            (r'(?s)(#+)"(?:.*?"\1|.*)', String.Double),
            (r'"', String.Double, "text"),
            (r"`", String.Backtick, "template"),
            (r"'(?:[^'\\]|\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.))'", String.Char),
            (r"0x[0-9a-fA-F_]+", Number.Hex),
            (r"0o[0-7_]+", Number.Oct),
            (r"0b[01_]+", Number.Bin),
            (r"\d[\d_]*(?:\.\d[\d_]*)?[eE][+-]?\d+|\d[\d_]*\.\d[\d_]*", Number.Float),
            (r"\d[\d_]*", Number.Integer),
            # a range is no dot
            (r"(?<!\.)(\.)(\s*)(" + WORD + r")(?=\s*\()", bygroups(Operator, Text.Whitespace, Name.Function)),
            (r"(?<!\.)(\.)(\s*)(" + WORD + ")", bygroups(Operator, Text.Whitespace, Name.Attribute)),
            (r"(fn)(\s+)(" + WORD + ")", bygroups(Keyword, Text.Whitespace, Name.Function)),
            (any_of(CONSTANTS, prefix=r"\b", suffix=r"\b"), Keyword.Constant),
            (any_of(KEYWORDS, prefix=r"\b", suffix=r"\b"), Keyword),
            (r"\bthis\b", Name.Builtin.Pseudo),
            (any_of(MODULES, prefix=r"\b", suffix=r"(?=\s*::)"), Name.Namespace),
            (KEY, bygroups(Name.Attribute, Text.Whitespace, Punctuation)),
            (any_of(FUNCTIONS, prefix=r"\b", suffix=r"\b(?=\s*\()"), Name.Builtin),
            (WORD + r"(?=\s*\()", Name.Function),
            (WORD, Name),
            (r"#\{", Punctuation, "code"),
            (r"\{", Punctuation, "code"),
            (r"\}", Punctuation, "#pop"),
            (r"::|[()\[\],;:]", Punctuation),
            (r"\*\*=?|\.\.=?|=>|[=!<>]=|&&|\|\||\?\?=?|\?\.|[-+*/%^]=?|[=<>!|&~?.·×÷−–⋅∙]", Operator),
            (r"[“”„‘’]", String.Double),
        ],
        "comment": [
            (r"[^*/]+", Comment.Multiline),
            (r"/\*", Comment.Multiline, "#push"),
            (r"\*/", Comment.Multiline, "#pop"),
            (r"[*/]", Comment.Multiline),
        ],
        "text": [
            (r'[^"\\\n]+', String.Double),
            (r"\\\n\s*", String.Escape),
            (r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)", String.Escape),
            (r'"', String.Double, "#pop"),
            (r"\n", Text.Whitespace, "#pop"),
        ],
        "template": [
            (r"[^`$]+", String.Backtick),
            (r"``", String.Escape),
            (r"\$\{", String.Interpol, "value"),
            (r"`", String.Backtick, "#pop"),
            (r"\$", String.Backtick),
        ],
        "value": [
            (r"\}", String.Interpol, "#pop"),
            # how the value is written: ${x:.3f}
            (r"(:)([^{}:`]+)(?=\})", bygroups(Punctuation, String.Interpol)),
        ],
    }
    # what a value holds is code, but no keys of a map, unless it opens one
    tokens["value"].extend(rule for rule in tokens["code"] if rule[0] not in (r"\}", KEY))


__all__ = ["GflowLexer"]
