"""f*(y) and its maximiser next to equilibrium and next to slopes that f' hardly leaves, in 60 digits; writes edges.csv.

Not run by the tests: `python3 tests/truth/reference_edges.py` regenerates the file beside it (needs mpmath). The numbers of a
formula are the doubles that are meant; what f(1) is then, a rounding, is part of f.
"""
import csv, os
from mpmath import mp, mpf, cosh, exp, log, sqrt, tanh

mp.dps = 60
D = lambda v: mpf(v)
# script text, f and f' for mpmath, and slopes that are asked for beside those next to 0
F = [
    ("(x-1)**2/(x+1)", lambda x: (x - 1) ** 2 / (x + 1), lambda x: 1 - 4 / (x + 1) ** 2, [0.9, 1 - 1e-9, -2.9, -2.9999]),
    ("x*ln(x)-x+1", lambda x: x * log(x) - x + 1, log, [-30.0, 2.0]),
    ("x-1-ln(x)", lambda x: x - 1 - log(x), lambda x: 1 - 1 / x, [0.999, -50.0]),
    ("(sqrt(x)-1)**2", lambda x: (sqrt(x) - 1) ** 2, lambda x: 1 - 1 / sqrt(x), [0.99, -9.0]),
    ("(x-1)**2/x", lambda x: (x - 1) ** 2 / x, lambda x: 1 - 1 / x**2, [0.99, -9.0]),
    ("1e-9*(x-1)**2/(x+1)", lambda x: D(1e-9) * (x - 1) ** 2 / (x + 1), lambda x: D(1e-9) * (1 - 4 / (x + 1) ** 2), [5e-10]),
    ("x**4-4*x+3", lambda x: x**4 - 4 * x + 3, lambda x: 4 * x**3 - 4, [100.0, -3.9]),
    ("ln(cosh(1e5*(x-1)))/1e5", lambda x: log(cosh(D(1e5) * (x - 1))) / D(1e5), lambda x: tanh(D(1e5) * (x - 1)),
     [s * (1 - 10**-k) for k in (1, 4, 7, 10, 13, 15.5) for s in (1, -1)]),
    ("ln(exp(500*x)+exp(500))/500-(ln(2.0)/500+1)",
     lambda x: log(exp(500 * x) + exp(mpf(500))) / 500 - (D(float(log(mpf(2)))) / 500 + 1), lambda x: 1 / (1 + exp(500 - 500 * x)),
     [0.5, 0.5 + 1e-12, 0.3, 0.9] + [1 - 10**-k for k in (3, 6, 9, 12, 15)]),
]
NEAR = [s * 10.0**-k for k in (3, 4, 4.5, 5, 6, 7, 9, 11, 13, 15, 18) for s in (1, -1)]

with open(os.path.join(os.path.dirname(__file__), "edges.csv"), "w", newline="") as out:
    to = csv.writer(out, lineterminator="\n")
    to.writerow(["f", "y", "value", "maximiser", "terms"])
    for text, f, slope, others in F:
        scale = 1e-9 if text.startswith("1e-9") else 1
        least, most = slope(mpf(10) ** -30), slope(mpf(10) ** 12)
        for y in [y * scale for y in NEAR] + others:
            y = mpf(y)
            if not least < y < most:
                continue
            lo, hi = mpf(10) ** -30, mpf(10) ** 12
            for _ in range(320):
                mid = sqrt(lo * hi)
                lo, hi = (mid, hi) if slope(mid) < y else (lo, mid)
            x = lo
            to.writerow([text, repr(float(y)), mp.nstr(x * y - f(x), 25), mp.nstr(x, 20), mp.nstr(abs(x * y) + abs(f(x)), 8)])
