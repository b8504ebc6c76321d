"""f*(y) and its maximiser for convex f that are quotients 0/0 at 0, in 40 digits at y = f'(x) rounded to a double; writes cancel.csv.

Not run by the tests: `python3 tests/truth/reference_cancel.py` regenerates the file beside it (needs mpmath).
"""
import csv, os
from mpmath import mp, mpf, diff, exp, findroot, log, sinh, tanh

mp.dps = 40
ONE = mpf(1)
# script text, and the same for mpmath
F = [
    ("sinh(x)/x-sinh(1.0)", lambda x: sinh(x) / x - sinh(ONE)),
    ("ln(1+x)/x-ln(2.0)", lambda x: log(1 + x) / x - log(mpf(2))),
    ("log1p(x)/x-ln(2.0)", lambda x: log(1 + x) / x - log(mpf(2))),
    ("x/(1-exp(-x))-1/(1-exp(-1.0))", lambda x: x / (1 - exp(-x)) - 1 / (1 - exp(-ONE))),
    ("x/(exp(x)-1)-1/(exp(1.0)-1)", lambda x: x / (exp(x) - 1) - 1 / (exp(ONE) - 1)),
    ("x/expm1(x)-1/expm1(1.0)", lambda x: x / (exp(x) - 1) - 1 / (exp(ONE) - 1)),
    ("(exp(x)-1)/x-exp(1.0)+1", lambda x: (exp(x) - 1) / x - exp(ONE) + 1),
    ("x/tanh(x)-1/tanh(1.0)", lambda x: x / tanh(x) - 1 / tanh(ONE)),
]

with open(os.path.join(os.path.dirname(__file__), "cancel.csv"), "w", newline="") as out:
    to = csv.writer(out, lineterminator="\n")
    to.writerow(["f", "y", "value", "maximiser"])
    for text, f in F:
        for near in [mpf("0.05"), mpf("0.3"), ONE, mpf(3)]:
            y = mpf(float(diff(f, near)))
            x = findroot(lambda t: diff(f, t) - y, near)
            to.writerow([text, repr(float(y)), repr(float(x * y - f(x))), repr(float(x))])
