"""150 convex f and 150 impostors; writes convex.csv (needs mpmath). Not run by the tests:
`python3 tests/truth/reference_convex.py` regenerates the file beside it.

Each f is script text. In 60 digits, with numbers as the doubles that are meant, f'' (or, with kinks, every chord on a
grid) of a generator is held against 0, and the size of an impostor's violation is measured: the largest height of f
over a chord of three doubles, relative to f − f'(1)(x − 1) around it, and the three points of it.
"""
import csv, os, re
from mpmath import mp, mpf, log as ln, exp, sqrt, tanh, sin, cos, log1p, expm1, diff

mp.dps = 60
F = mpf
sign = mp.sign
sigmoid = lambda v: 1 / (1 + exp(-v))
softplus = lambda v: log1p(exp(v))


def python(text):
    """Script text as a function of an mpf."""
    t = re.sub(r"(?<![\w.])(\d+\.?\d*(?:[eE][-+]?\d+)?)", lambda m: f"F({float(m.group(1))!r})", text)
    def branch(t):
        m = re.fullmatch(r"\s*if (.*?) \{(.*?)\} else (if .*|\{.*\})\s*", t)
        if not m:
            return t.strip()
        rest = m.group(3)
        rest = branch(rest) if rest.startswith("if ") else rest[1:-1]
        return f"(({m.group(2)}) if ({m.group(1)}) else ({rest}))"
    return eval("lambda x: " + branch(t).replace("&&", "and").replace("||", "or"), globals())


KL = "x*ln(x)-x+1"
GENERATORS = [
    # the literature
    KL, "x-1-ln(x)", "(x-1)*ln(x)", "(x-1)**2", "(x-1)**2/x", "(sqrt(x)-1)**2", "(x-1)**2/(x+1)", "abs(x-1)/2",
    "(x*ln(x)-(x+1)*ln((x+1)/2))/2", "x*ln(x)-(x+1)*ln((x+1)/2)", "x*ln(2*x/(x+1))", "ln(2/(x+1))+(x-1)/2",
    "(x+1)/2*ln((x+1)/(2*sqrt(x)))", "(x-1)**2*(x+1)/x", "(x-1)**4/(x+1)**3", "abs(x-1)**1.5", "abs(x-1)**3",
    "(x**1.5-1)/0.75", "(x**0.5-1)/(-0.25)", "(x**(-0.5)-1)/0.75", "(x**3-1)/6", "(x**(-2)-1)/6", "(x**0.25-1)/(-0.1875)",
    "(x**0.9-1)/(-0.09)", "(x**1.1-1)/0.11", "(x**5-1)/20-(x-1)/4", "x**4-4*x+3", "1/x-1", "1/x+x-2", "1-sqrt(x)",
    "1-x**0.3", "max(x-1,0)", "max(x-2,0)", "max(1-x,0)", "max(x-1.5,0)+max(0.5-x,0)",
    "x**2-1-2*ln(x)", "(x**2-1)/2-ln(x)", "exp(x-1)-x", "exp(1-x)+x-2", "exp(-x)-exp(-1)", "ln(1+exp(x-1))-ln(2)",
    "ln((exp(x-1)+exp(1-x))/2)", "sqrt(1+(x-1)**2)-1", "sqrt(1+4*(x-1)**2)-1", "x*ln(x+1)**2-ln(2)**2", "(1+x)*ln(1+x)-(1+x)*ln(2)",
    "(x-1)*exp(x)", "x*exp(x)-exp(1)", "x**x-1", "x*exp(1/x)-exp(1)", "x*ln(x)+(1-x)*ln(2)", "-ln(x)+ln((x+1)/2)*0.5",
    "ln(x+1)-ln(x)-ln(2)", "x*ln((x+1)/x)*(-1)+ln(2)", "(x+2)*ln((x+2)/3)-ln(x)",
    # skewed and generalised
    "x*ln(x/(0.75*x+0.25))", "x*ln(x/(0.5*x+0.5))", "x*ln(x/(0.9*x+0.1))", "x*ln(x/(0.1*x+0.9))", "x*ln(x/(0.99*x+0.01))",
    "x*ln(x/(0.01*x+0.99))", "-ln(0.25*x+0.75)", "-ln(0.999*x+0.001)",
    "0.3*x*ln(x)-(0.3*x+0.7)*ln(0.3*x+0.7)", "0.25*x*ln(x)-(0.25*x+0.75)*ln(0.25*x+0.75)",
    "0.1*x*ln(x)-(0.1*x+0.9)*ln(0.1*x+0.9)", "(x-1)**2/(0.25*x+0.75)", "(x-1)**2/(0.9*x+0.1)", "(x-1)**2/(0.01*x+0.99)",
    "(sqrt(x)-1)**2/(x+1)+(x-1)**2", "(x-1)**2/sqrt(x)", "((x-1)**2)**0.75", "sqrt((x-1)**2)",
    "(x-1)**2/(x+1)+(sqrt(x)-1)**2", "(x**0.5-1)**4", "(x**0.25-1)**4", "abs(sqrt(x)-1)**2", "abs(x**0.5-1)**3+abs(x-1)",
    "(1+x**2)**0.5-2**0.5", "(1+x**3)**(1/3.0)-2**(1/3.0)", "(x**2+x+1)**0.5-3**0.5", "x**2/(x+1)-0.5", "x**3/(x+1)-0.5",
    "1/(x+1)-0.5", "1/(1+x)**2-0.25", "1/sqrt(x+3)-0.5", "1/(x*(x+1))-0.5", "(x**2+1)/x-2", "x**1.5+x**(-0.5)-2",
    "1/ln(x+2)-1/ln(3)", "ln(ln(4))-ln(ln(x+3))", "x*ln(x+1)-ln(2)", "(x+0.5)*ln(x+0.5)-1.5*ln(1.5)", "sqrt(x**4+x**2)-sqrt(2)",
    # scaled, shifted, summed
    "1e-9*(x*ln(x)-x+1)", "1e9*(x-1-ln(x))", "1e-8*(x*ln(x)-(x+1)*ln((x+1)/2))", "x*ln(x)-x+1+1e6*(x-1)", "(x-1)**2-1e4*(x-1)",
    "x*ln(x)+7*(x-1)", "1e-11*abs(x-1)", "x*ln(x)-(x+1)*ln((x+1)/2)+100*(x-1)", "3*(x-1-ln(x))+2*(x*ln(x)-x+1)",
    "(x-1)**2+abs(x-1)+x*ln(x)", "0.5*abs(x-1)+(sqrt(x)-1)**2", "x*ln(x)-(x+1)*ln((x+1)/2)+abs(x-1)",
    "exp(x-1)-1+x*ln(x)", "1/x-1-ln(x)+x**2-1", "(x-1)**2+1e-9*sin(x)-1e-9*sin(1)", "x*ln(x)-x+1+0.01*(cos(x)-cos(1))*exp(-x)",
    "x**2-1+0.3*(sin(2*x)-sin(2))", "x**2-1+exp(x)/(1+exp(x))-exp(1)/(1+exp(1))", "x**2-1+tanh(x)-tanh(1)",
    "(x-1)**2+0.5*ln(x)+0.5/x-0.5", "x*ln(x)+1/x-1+sqrt(x)-1+2*(x-1)**2",
    # products and compositions
    "(x*ln(x)-x+1)**2", "(x-1-ln(x))**2", "((x-1)**2+1)**1.5-1", "exp((x-1)**2)-1", "exp(x*ln(x)-x+1)-1", "ln(1+exp(x**2))-ln(1+exp(1))",
    "(x-1)**2*exp(x)+2*(x-1)**2", "x**3*ln(x)+x**3-1+(x-1)**2", "x**2*ln(x+1)-ln(2)", "(x**2+1)*exp(x)-2*exp(1)", "(1+1/x)*exp(1/x)-2*exp(1)",
    "sqrt(x)*(x-1)", "(x-1)*x**0.75", "x*sqrt(x+3)-2", "softplus(2*x)-softplus(2)", "-tanh(x)+tanh(1)", "sigmoid(-x)-sigmoid(-1)",
    "max((x-1)**2,x-1)", "max(x*ln(x)-x+1,(x-1)**2/4)", "max(1-x,x**2-1)", "max(abs(x-1)-0.5,0)", "max(1-x,max(x-1,2*x-4))",
    # pieces
    "if x < 1 { (x-1)**2 } else { 2*(x-1)**2 }", "if x < 1 { x*ln(x)-x+1 } else { (x-1)**2/2 }", "if x < 2 { (x-1)**2 } else { 2*x-3 }",
    "if abs(x-1) < 0.5 { (x-1)**2/2 } else { 0.5*abs(x-1)-0.125 }", "if abs(x-1) < 0.3 { (x-1)**2/2 } else { 0.3*abs(x-1)-0.045 }",
    "if x < 1 { x**2-1 } else { 2*x-2 }", "if x < 1 { 1-x } else { (x-1)**2 }", "if x < 4 { 1-x } else { (x-4)**2/8-3 }",
    "if x < 1 { x-1-ln(x) } else if x < 3 { (x-1)**2/2 } else { 2*x-4 }", "abs(ln(x))*(x-1)*sign(x-1)",
    "max(x**2,1)-1", "max(sqrt(1+(x-1)**2)-1.5,-0.5)+0.5", "if x > 1 { (x-1)**3 } else { 0 }",
]

PLACES = [1e-9, 3e-5, 0.02, 0.7, 3.0, 50.0, 2e4, 1e9]
SIZES = [1e-3, 1e-4, 1e-6, 1e-7, 1e-9]
BASES = [KL, "x-1-ln(x)", "(x-1)**2", "(sqrt(x)-1)**2", "(x-1)**2/(x+1)", "x*ln(x)-(x+1)*ln((x+1)/2)", "1/x+x-2", "(x-1)*ln(x)"]


def scale(f, x, s):
    v = [abs(f(x * k) - s * (x * k - 1)) for k in map(F, (0.5, 0.7, 1.0, 1.4, 2.0))]
    return max(v for v in v if mp.isfinite(v))


def slope(f):
    h = F(10) ** -25
    return (f(1 + h) - f(1 - h)) / (2 * h)


OFFSETS = [0, 1e-3, 0.03, 0.1, 0.3, 0.6, 1, 2]
TRIPLES = [(s * t - d, s * t, s * t + d) for s in (1, -1) for t in OFFSETS for d in (0.03, 0.3, 1)]
TRIPLES += [(-1, 0.1, 0.3), (-0.3, -0.1, 1), (-1, 0.9, 1), (-1, -0.9, 1)]


def witness(f, c, s):
    """The largest relative height over a chord around c, and its points, which are doubles."""
    best, where = F(0), None
    width = scale(f, c, s)
    for k in range(1, 60):
        h = 10 ** (-k / 4)
        for a, m, b in TRIPLES:
            p = [F(float(c * (1 + t * h))) for t in (a, m, b)]
            if not 0 < p[0] < p[1] < p[2]:
                continue
            try:
                v = [f(q) for q in p]
            except (ValueError, ZeroDivisionError):
                continue
            if not all(isinstance(q, mpf) and mp.isfinite(q) for q in v):
                continue
            over = (v[1] * (p[2] - p[0]) - v[0] * (p[2] - p[1]) - v[2] * (p[1] - p[0])) / (p[2] - p[0])
            if over / width > best:
                best, where = over / width, [float(q) for q in p]
    return best, where


def short(v):
    return repr(float(f"{float(v):.3g}"))


def value(text, c):
    return python(text)(F(c))


def impostors():
    """Nine kinds, each with sizes and places taken in turn."""
    out = []
    def shape(kind, base, c, size):
        size = float(size)
        big = scale(python(base), F(c), F(0))
        a = short(size * big * 1.5)
        w = short(c * size ** 0.5 * 0.4)
        c = repr(c)
        bump = {
            "dent": f"-{a}*exp(-((x-{c})/{w})**2)",
            "well": f"-{a}/(1+((x-{c})/{w})**2)",
            "step": f"+{a}*tanh((x-{c})/{w})",
            "wave": f"+{a}*sin((x-{c})/{w})*exp(-((x-{c})/(3*{w}))**2)",
            "tent": f"-{a}*max(0,1-abs(x-{c})/{w})",
            "pole-": f"-{short(float(a)/20)}*ln((x-{c})**2)",
            "pole+": f"+{short(float(a)/20)}*ln((x-{c})**2)",
            "cusp": f"-{short(float(a) / float(c) ** 0.5)}*sqrt(abs(x-{c}))",
        }
        if kind in bump:
            text = bump[kind]
            at_one = re.sub(r"\bx\b", "1", text[1:])
            return f"{base}{text}{'-' if text[0] == '+' else '+'}{at_one}"
        if kind == "jump":
            return f"if x < {c} {{ {base} }} else {{ {base}+{a} }}" if float(c) > 1 else f"if x < {c} {{ {base}+{a} }} else {{ {base} }}"
        if kind == "fall":
            return f"if x < {c} {{ {base} }} else {{ {base}-{a} }}" if float(c) > 1 else f"if x < {c} {{ {base}-{a} }} else {{ {base} }}"
        if kind == "point":
            return f"if x == {c} {{ {base}+{a} }} else {{ {base} }}"
        if kind == "plateau":
            e = float(c) * (1 + 2 * size)
            v = repr(float(value(base, c)))
            return f"if x < {c} {{ {base} }} else if x < {e!r} {{ {v} }} else {{ {base} }}"
        if kind == "lower":
            # the smaller of f and its tangent-like line, lifted: a concave kink
            return f"min({base},{base}+{short(size * big / float(c) / float(w) * float(c))}*({c}-x))" if float(c) > 1 else f"min({base},{base}+{short(size * big / float(w))}*(x-{c}))"
    kinds = ["dent", "well", "step", "wave", "tent", "pole-", "pole+", "cusp", "jump", "fall", "point", "plateau", "lower"]
    n = 0
    while len(out) < 133:
        kind = kinds[n % len(kinds)]
        c = PLACES[(n * 3 + n // 13 * 2) % len(PLACES)]
        size = SIZES[(n * 2 + n // 7) % len(SIZES)]
        base = BASES[(n * 5 + n // 11) % len(BASES)]
        n += 1
        out.append((kind, c, shape(kind, base, c, size)))
    for c, f in [
        (1.0, "x*ln(x)-x+1-0.3*sqrt((x-1)**2)"), (2.0, "if x == 2 { 5 } else { (x-1)**2 }"), (1e4, KL + "+1e-9*sin(1e5*x)-1e-9*sin(1e5)"),
        (2.0, "ln(x)"), (10.0, "x*ln(x)-3*(x-1)**2"), (1.0, "-abs(x-1)"), (1e9, KL + "-1e-9*(x-1)**2"), (2e9, "(x-1)**2-1e-9*(x-1)**3"),
        (2.0, "-ln((x-2)**2)"), (6.0, "(x-1)**2/(x**2+1)"), (2.0, "sin(x)-sin(1)"), (0.05, "x*ln(x)**2"), (20.0, "(sqrt(x)-1)**2/(sqrt(x)+1)"),
        (20.0, "(x-1)**2/(sqrt(x)*(sqrt(x)+1)**2)"), (0.1, "(x-1)**2*exp(x)"), (0.02, "x**2*ln(x)+x**2-1"), (3.0, "x*ln(x)-x+1+1e6*(x-1)-0.5*exp(-(x-3)**2)+0.5*exp(-4)"),
    ]:
        out.append(("other", c, f))
    return out


def is_convex(text):
    f = python(text)
    worst = F(0)
    xs = [F(10) ** (F(k) / 16) for k in range(-160, 33)]
    for x in xs:
        for h in (F(10) ** -1, F(10) ** -3, F(10) ** -9):
            a, b = x * (1 - h), x * (1 + h)
            try:
                v = f(a), f(x), f(b)
            except OverflowError:
                continue
            worst = max(worst, (v[1] - (v[0] + v[2]) / 2) / (abs(v[0]) + abs(v[1]) + abs(v[2]) + F(10) ** -300))
    return worst


def main():
    rows = []
    assert len(set(GENERATORS)) == len(GENERATORS)
    for text in GENERATORS:
        assert abs(value(text, 1.0)) < 1e-9, (text, value(text, 1.0))
        worst = is_convex(text)
        # numbers such as 0.045 for 0.3 ** 2 / 2 leave their rounding
        if worst > F(10) ** -16:
            print("not convex?", text, mp.nstr(worst, 5))
        rows.append(["generator", text, 0, 0, "", "", ""])
    for kind, c, text in impostors():
        f = python(text)
        try:
            s = slope(f)
            size, points = witness(f, F(c), s)
        except Exception as e:
            print("?", kind, text, repr(e))
            continue
        if abs(f(F(1))) > 1e-9:
            print("f(1) =", mp.nstr(f(F(1)), 5), text)
        if points is None:
            print("convex?", kind, c, text)
            continue
        rows.append([kind, text, c, mp.nstr(size, 3)] + [repr(p) for p in points])
    print(len(GENERATORS), "generators", len(rows) - len(GENERATORS), "impostors")
    with open(os.path.join(os.path.dirname(__file__), "convex.csv"), "w", newline="") as out:
        w = csv.writer(out, lineterminator="\n")
        w.writerow(["kind", "f", "x", "size", "x1", "x2", "x3"])
        w.writerows(rows)


main()
