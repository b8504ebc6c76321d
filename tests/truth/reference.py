"""50-digit references for f*(y) and its maximiser, by bisection on f' in mpmath; writes conjugates.csv.

Not run by the tests: `python3 tests/truth/reference.py` regenerates the file beside it (needs mpmath).
"""
import csv, os
from mpmath import mp, mpf, log, sqrt, exp, tanh, diff

mp.dps = 60
E = lambda s: eval("lambda x: " + s)
# name, script text, f, f' (closed, so that 50 digits are 50 digits)
FAMILIES = [
    ("kl", "x*ln(x) - x + 1", "x*log(x)-x+1", "log(x)"),
    ("reverse_kl", "-ln(x)", "-log(x)", "-1/x"),
    ("chi2", "(x - 1)**2", "(x-1)**2", "2*(x-1)"),
    ("hellinger", "(sqrt(x) - 1)**2", "(sqrt(x)-1)**2", "1-1/sqrt(x)"),
    ("tv", "abs(x - 1)/2", "abs(x-1)/2", "(mpf(1)/2 if x>1 else -mpf(1)/2)"),
    ("js", "(x*ln(x) - (x + 1)*ln((x + 1)/2))/2", "(x*log(x)-(x+1)*log((x+1)/2))/2", "(log(x)-log((x+1)/2))/2"),
    ("jeffreys", "(x - 1)*ln(x)", "(x-1)*log(x)", "log(x)+1-1/x"),
    ("le_cam", "(x - 1)**2/(x + 1)", "(x-1)**2/(x+1)", "1-4/(x+1)**2"),
    ("alpha(3)", "(x**3 - 1)/6", "(x**3-1)/6", "x**2/2"),
    ("alpha(0.5)", "(x**0.5 - 1)/(0.5*(0.5 - 1))", "4-4*sqrt(x)", "-2/sqrt(x)"),
    # odd ones
    ("hinge", "max(1 - x, 0)", "(1-x if x<1 else mpf(0))", "(-mpf(1) if x<1 else mpf(0))"),
    ("huber", "if abs(x - 1) < 0.5 { (x - 1)**2 } else { abs(x - 1) - 0.25 }", "((x-1)**2 if abs(x-1)<mpf(1)/2 else abs(x-1)-mpf(1)/4)", "(2*(x-1) if abs(x-1)<mpf(1)/2 else (mpf(1) if x>1 else -mpf(1)))"),
    ("kl+tv", "x*ln(x) - x + 1 + abs(x - 1)/2", "x*log(x)-x+1+abs(x-1)/2", "log(x)+(mpf(1)/2 if x>1 else -mpf(1)/2)"),
    ("quartic", "(x - 1)**4 + 0.1*(x - 1)**2", "(x-1)**4+(x-1)**2/10", "4*(x-1)**3+(x-1)/5"),
    ("two-sided", "if x > 1 { x*ln(x) - x + 1 } else { 2*(x*ln(x) - x + 1) }", "(x*log(x)-x+1 if x>1 else 2*(x*log(x)-x+1))", "(log(x) if x>1 else 2*log(x))"),
    ("tempered", "x*ln(x) + 0.1*(x - 1)**2", "x*log(x)+(x-1)**2/10", "log(x)+1+(x-1)/5"),
]

def conjugate(f, d, y):
    lo, hi = mpf(10) ** -30, mpf(10) ** 12
    if d(hi) < y:
        return None
    if d(lo) >= y:
        return -f(lo), mpf(0)
    for _ in range(260):
        mid = sqrt(lo * hi) if lo > 0 and hi / lo > 2 else (lo + hi) / 2
        if d(mid) < y: lo = mid
        else: hi = mid
    x = (lo + hi) / 2
    return x * y - f(x), x

def main():
    out = os.path.join(os.path.dirname(os.path.abspath(__file__)), "conjugates.csv")
    with open(out, "w", newline="") as h:
        w = csv.writer(h)
        w.writerow(["name", "f", "y", "value", "maximiser"])
        for name, text, fs, ds in FAMILIES:
            f, d = E(fs), E(ds)
            ys = set()
            for i in range(25):
                x = mpf(10) ** (mpf(-3) + mpf(6) * i / 24)
                ys.add(float(d(x)))
            ys |= {float(y) for y in (-0.4, -0.2, 0.1, 0.3)}
            for y in sorted(ys):
                r = conjugate(f, d, mpf(y))
                if r is None or abs(r[1]) > mpf(10) ** 6: continue
                w.writerow([name, text, repr(y), mp.nstr(r[0], 50), mp.nstr(r[1], 50)])

main()
