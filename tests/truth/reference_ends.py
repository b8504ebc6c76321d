"""f(0+), f'(0+), f'(inf) and f*(f'(inf)) of convex f whose ends are approached slowly or cancel; writes ends.csv.

Each limit is derived by hand and held against f itself far out, in as many digits as that cancels. Not run by the tests:
`python3 tests/truth/reference_ends.py` regenerates the file beside it (needs mpmath).
"""
import csv, os
from mpmath import mp, mpf, log, sqrt, exp, e, inf, pi, euler
from mpmath import asinh, atan, cosh, digamma, erf, loggamma, sinh, tanh

mp.dps = 60
# script text, the same for mpmath (numbers as the doubles that are meant), f(0+), f'(0+), f'(inf), f*(f'(inf))
FAMILIES = [
    ("(x**0.98 - 1)/(0.98*(0.98 - 1))", "(x**F(.98)-1)/(F(.98)*(F(.98)-1))", "-1/(F(.98)*(F(.98)-1))", "-inf", "0", "inf"),
    ("(x**0.01 - 1)/(0.01*(0.01 - 1))", "(x**F(.01)-1)/(F(.01)*(F(.01)-1))", "-1/(F(.01)*(F(.01)-1))", "-inf", "0", "inf"),
    ("(x**(-0.1) - 1)/0.11", "(x**-F(.1)-1)/F(.11)", "inf", "-inf", "0", "1/F(.11)"),
    ("1/x - 1", "1/x-1", "inf", "-inf", "0", "1"),
    ("(x - 1)**2/(x + 1)", "(x-1)**2/(x+1)", "1", "-3", "1", "3"),
    ("(sqrt(x) - 1)**2", "(sqrt(x)-1)**2", "1", "-inf", "1", "inf"),
    ("(x*ln(x) - (x + 1)*ln((x + 1)/2))/2", "(x*log(x)-(x+1)*log((x+1)/2))/2", "log(2)/2", "-inf", "log(2)/2", "inf"),
    ("1e-8*(x*ln(x) - (x + 1)*ln((x + 1)/2))/2", "F(1e-8)*(x*log(x)-(x+1)*log((x+1)/2))/2", "F(1e-8)*log(2)/2", "-inf", "F(1e-8)*log(2)/2", "inf"),
    ("if x == 1 { 0.0 } else { (x + 1)/2 - (x - 1)/ln(x) }", "(x+1)/2-(x-1)/log(x)", "mpf(1)/2", "-inf", "mpf(1)/2", "inf"),
    ("ln(1 + exp(x - 1)) - ln(2)", "log(1+exp(x-1))-log(2)", "log(1+exp(-1))-log(2)", "1/(1+e)", "1", "1+log(2)"),
    ("sqrt(1 + (x - 1)**2) - 1", "sqrt(1+(x-1)**2)-1", "sqrt(2)-1", "-1/sqrt(2)", "1", "2"),
    ("exp(-x) - exp(-1)", "exp(-x)-exp(-1)", "1-exp(-1)", "-1", "0", "exp(-1)"),
    ("max(x - 1, 0)", "max(x-1,0)", "0", "0", "1", "1"),
    ("abs(x - 1)/2", "abs(x-1)/2", "mpf(1)/2", "-mpf(1)/2", "mpf(1)/2", "mpf(1)/2"),
    ("1/ln(x + 2) - 1/ln(3)", "1/log(x+2)-1/log(3)", "1/log(2)-1/log(3)", "-1/(2*log(2)**2)", "0", "1/log(3)"),
    ("-x/ln(x + 8) + 1/ln(9)", "-x/log(x+8)+1/log(9)", "1/log(9)", "-1/log(8)", "0", "inf"),
    ("x*ln(ln(x + 3)) - ln(ln(4))", "x*log(log(x+3))-log(log(4))", "-log(log(4))", "log(log(3))", "inf", "inf"),
    ("ln(ln(1 + 3)) - ln(ln(x + 3))", "log(log(4))-log(log(x+3))", "log(log(4))-log(log(3))", "-1/(3*log(3))", "0", "inf"),
    ("x*exp(1/x) - exp(1)", "x*exp(1/x)-e", "inf", "-inf", "1", "e-1"),
    ("x**x - 1", "x**x-1", "0", "-inf", "inf", "inf"),
    ("sqrt(x**4 + x**2) - sqrt(2)", "sqrt(x**4+x**2)-sqrt(2)", "-sqrt(2)", "1", "inf", "inf"),
    ("(1 + x**3)**0.25 - 2**0.25 + (x - 1)**2", "(1+x**3)**F(.25)-2**F(.25)+(x-1)**2", "2-2**F(.25)", "-2", "inf", "inf"),
    ("1e-3*x**(-2) + 3*x - 3.001", "F(1e-3)/x**2+3*x-F(3.001)", "inf", "-inf", "3", "F(3.001)"),
    ("cosh(x - 1) - 1", "cosh(x-1)-1", "cosh(1)-1", "-sinh(1)", "inf", "inf"),
    ("ln(cosh(x - 1))", "log(cosh(x-1))", "log(cosh(1))", "-tanh(1)", "1", "1+log(2)"),
    ("ln((exp(x - 1) + exp(1 - x))/2)", "log(cosh(x-1))", "log(cosh(1))", "-tanh(1)", "1", "1+log(2)"),
    ("sinh(x) - sinh(1)", "sinh(x)-sinh(1)", "-sinh(1)", "1", "inf", "inf"),
    ("tanh(1) - tanh(x)", "tanh(1)-tanh(x)", "tanh(1)", "-1", "0", "1-tanh(1)"),
    ("x*atan(x) - atan(1)", "x*atan(x)-atan(1)", "-pi/4", "0", "pi/2", "1+pi/4"),
    ("x*atan(x) - ln(1 + x**2)/2 - atan(1) + ln(2)/2", "x*atan(x)-log(1+x*x)/2-pi/4+log(2)/2", "log(2)/2-pi/4", "0", "pi/2", "inf"),
    ("atan(1/x) - atan(1)", "atan(1/x)-pi/4", "pi/4", "-1", "0", "pi/4"),
    ("atan(2) - atan(x + 1)", "atan(2)-atan(x+1)", "atan(2)-atan(1)", "-mpf(1)/2", "0", "pi/2-atan(2)"),
    ("asinh(1) - asinh(x)", "asinh(1)-asinh(x)", "asinh(1)", "-1", "0", "inf"),
    ("ln(x + 1) - asinh(x) + 0.5*(x - 1)**2 + asinh(1) - ln(2)", "log(x+1)-asinh(x)+(x-1)**2/2+asinh(1)-log(2)", "mpf(1)/2+asinh(1)-log(2)", "-1", "inf", "inf"),
    ("x - asinh(x) - 1 + asinh(1)", "x-asinh(x)-1+asinh(1)", "asinh(1)-1", "0", "1", "inf"),
    ("erf(1) - erf(x)", "erf(1)-erf(x)", "erf(1)", "-2/sqrt(pi)", "0", "1-erf(1)"),
    ("(x - 1)*erf(x - 1) + (exp(-(x - 1)**2) - 1)/1.7724538509055160273", "(x-1)*erf(x-1)+exp(-(x-1)**2)/sqrt(pi)-1/sqrt(pi)", "erf(1)+(exp(-1)-1)/sqrt(pi)", "-erf(1)", "1", "1+1/sqrt(pi)"),
    ("lgamma(x)", "loggamma(x)", "inf", "-inf", "inf", "inf"),
    ("lgamma(x + 1)", "loggamma(x+1)", "0", "-euler", "inf", "inf"),
    ("digamma(1) - digamma(x)", "digamma(1)-digamma(x)", "inf", "-inf", "0", "inf"),
    ("x*ln(x) - x - lgamma(x + 1) + 1", "x*log(x)-x-loggamma(x+1)+1", "1", "-inf", "0", "inf"),
    ("lgamma(x + 1) - (x + 0.5)*ln(x) + x - 1", "loggamma(x+1)-(x+F(.5))*log(x)+x-1", "inf", "-inf", "0", "1-log(2*pi)/2"),
    ("x*log2(x)", "x*log(x)/log(2)", "0", "-inf", "inf", "inf"),
    ("log10(2) - log10(x + 1)", "(log(2)-log(x+1))/log(10)", "log(2)/log(10)", "-1/log(10)", "0", "inf"),
    ("max(1 - x, x - 1, 2*x - 3)", "max(1-x,x-1,2*x-3)", "1", "-1", "2", "3"),
    ("-min([x - 1, 1 - x, 5])", "-min(x-1,1-x,5)", "1", "-1", "1", "1"),
    ("x**2 - 1 + exp(x)/(1 + exp(x)) - exp(1)/(1 + exp(1))", "x*x-1+exp(x)/(1+exp(x))-exp(1)/(1+exp(1))", "-mpf(1)/2-exp(1)/(1+exp(1))", "mpf(1)/4", "inf", "inf"),
]
F = mpf

def far(f, at_zero, what, limit, slope):
    """Whether `what` of f tends to the limit: nearer and nearer, or beyond all numbers; x is 10^±(10, 100, 1000)."""
    seen, miss = [], []
    for k in (1, 2, 3):
        mp.dps = 60 + 3 * 10**k
        x = mpf(10) ** (10**k * (-1 if at_zero else 1))
        g = lambda x: eval(f, dict(globals(), x=x))
        seen.append({"value": lambda: g(x), "slope": lambda: g(x) / x, "fall": lambda: (g(x) - g(x / 2)) / (x / 2), "end": lambda: eval(slope) * x - g(x)}[what]())
        miss.append(abs(seen[-1] - eval(limit)))
    target = eval(limit)
    mp.dps = 60
    if abs(target) == inf:
        return all(abs(b) > abs(a) for a, b in zip(seen, seen[1:])) and (seen[-1] > 0) == (target > 0)
    return all(b < a or b < mpf(10) ** -40 for a, b in zip(miss, miss[1:]))

def main():
    out = os.path.join(os.path.dirname(os.path.abspath(__file__)), "ends.csv")
    with open(out, "w", newline="") as h:
        w = csv.writer(h)
        w.writerow(["f", "f0", "d0", "dinf", "end"])
        for text, f, f0, d0, dinf, end in FAMILIES:
            checks = [("value", True, f0), ("slope", False, dinf)]
            if f0 != "inf": checks.append(("fall", True, d0))
            if dinf != "inf": checks.append(("end", False, end))
            for what, at_zero, limit in checks:
                grows = not at_zero and any(w in f for w in ("exp(x", "x**x", "exp(-", "cosh(x", "sinh(x", "tanh(x")) or at_zero and "exp(1/x" in f
                # what is beyond any computer is so for a reason
                if not grows and not far(f, at_zero, what, limit, dinf): print(text, what, limit)
            values = [eval(v) for v in (f0, d0, dinf, end)]
            w.writerow([text] + [str(v).strip("+") if abs(v) == inf else mp.nstr(mpf(v), 40) for v in values])

main()
