"""Every script through the lexer of Pygments: no error tokens, nothing lost, and some tokens that are known."""
import pathlib
import sys

root = pathlib.Path(__file__).parents[2]
sys.path.insert(0, str(root / "editors/jupyter"))

from pygments.token import Comment, Error, Keyword, Name, Number, String  # noqa: E402

from gflow_highlight import GflowLexer  # noqa: E402

lexer = GflowLexer(stripnl=False, ensurenl=False)
scripts = sorted((root / "scripts").glob("*.rhai")) + sorted((root / "benches").glob("*.rhai"))
assert scripts
for path in scripts:
    text = path.read_text()
    tokens = list(lexer.get_tokens(text))
    assert "".join(t for _, t in tokens) == text, path
    wrong = [t for kind, t in tokens if kind is Error]
    assert not wrong, (path, wrong)

known = [
    ("let x = 1;", Keyword, "let"),
    ("gpa(kl(), #{ dt: 0.1 })", Name.Builtin, "gpa"),
    ("gpa(kl(), #{ dt: 0.1 })", Name.Attribute, "dt"),
    ("gpa(kl(), #{ dt: 0.1 })", Number.Float, "0.1"),
    ("data::ring(3)", Name.Namespace, "data"),
    ("`a ${p.len()} b`", Name.Function, "len"),
    ("`a ${x:.3f} b`", String.Interpol, ".3f"),
    ("`a ${#{ b: `c` }.b} d`; let y", Keyword, "let"),
    ("/* a /* b */ c */ let", Keyword, "let"),
    ("/* a /* b */ let", Comment.Multiline, " let"),
    ("0..3", Number.Integer, "0"),
    ("|x| x**2", Name, "x"),
    ('"a\\"b" let', Keyword, "let"),
    ("'\"' let", Keyword, "let"),
    ("%%rust\nlet a = 1;", Comment.Preproc, "%%rust"),
    ("true", Keyword.Constant, "true"),
    ('#"a "b" \\"# let', Keyword, "let"),
    ('##"a "# \n b"## let', Keyword, "let"),
    ("private fn f() {}", Keyword, "private"),
]
for text, kind, token in known:
    tokens = list(GflowLexer(ensurenl=False).get_tokens(text))
    assert (kind, token) in tokens, (text, kind, token, tokens)
print(len(scripts), "scripts are right")
