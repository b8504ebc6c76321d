"""f that are finite for some ratios only: f* with 25 digits of 650, and divergences between samples; writes domain.csv and
domain_brackets.csv.

f*(y) = max over low <= x <= high of x y - f(x): at an end where f does not rise or fall faster than y there, else where f' = y, found
by bisection in the distance from an end. Not run by the tests: `python3 tests/truth/reference_domain.py` regenerates both files beside
it (needs mpmath; for the second numpy and scipy).
"""
import csv, os
from mpmath import mp, mpf, log, sqrt, exp, inf

mp.dps = 650
HERE = os.path.dirname(os.path.abspath(__file__))

def kl(x): return x * log(x) - x + 1 if x > 0 else mpf(1)
def xlogx(x): return x * log(x) if x > 0 else mpf(0)

# name, f as the language has it, f, f', low, high
A, B = mpf(1) / 4, mpf(3)
CASES = [
    ("kl from 1/4", "if x < 0.25 { 1.0/0.0 } else { x*ln(x)-x+1 }", kl, lambda x: log(x), A, inf),
    ("kl to 3", "if x > 3 { 1.0/0.0 } else { x*ln(x)-x+1 }", kl, lambda x: log(x), mpf(0), B),
    ("kl from 1/4 to 3", "if x < 0.25 { 1.0/0.0 } else if x > 3 { 1.0/0.0 } else { x*ln(x)-x+1 }", kl, lambda x: log(x), A, B),
    ("chi2 on both", "if x > 0.5 && x < 2 { (x-1)**2 } else { 1.0/0.0 }", lambda x: (x - 1) ** 2, lambda x: 2 * (x - 1), mpf(1) / 2, mpf(2)),
    ("cvar 0.5", "if x > 2 { 1.0/0.0 } else { 0.0 }", lambda x: mpf(0), lambda x: mpf(0), mpf(0), mpf(2)),
    ("cvar 0.05", "if x <= 20 { 0.0 } else { 1.0/0.0 }", lambda x: mpf(0), lambda x: mpf(0), mpf(0), mpf(20)),
    ("mean between", "if x < 0.8 { 1.0/0.0 } else if x > 1.25 { 1.0/0.0 } else { 0.0*x }", lambda x: mpf(0), lambda x: mpf(0), mpf(0.8), mpf(1.25)),
    ("tv between", "if x < 0.125 || x > 5 { 1.0/0.0 } else { 0.5*abs(x-1) }", lambda x: abs(x - 1) / 2, lambda x: mpf(1) / 2 if x > 1 else -mpf(1) / 2, mpf(1) / 8, mpf(5)),
    ("fermi dirac", "x*ln(x)+(2-x)*ln(2-x)", lambda x: xlogx(x) + xlogx(2 - x), lambda x: log(x) - log(2 - x), mpf(0), mpf(2)),
    ("fermi dirac 5", "x*ln(x)+(5-x)*ln(5-x)/4-ln(4.0)", lambda x: xlogx(x) + (xlogx(5 - x) - 4 * log(mpf(4))) / 4, lambda x: log(x) + 1 - (log(5 - x) + 1) / 4, mpf(0), mpf(5)),
    ("barrier", "-ln(3-x)+ln(2.0)", lambda x: -log(3 - x) + log(mpf(2)), lambda x: 1 / (3 - x), mpf(0), B),
    ("two barriers", "-ln(3-x)-ln(x-0.5)", lambda x: -log(3 - x) - log(x - mpf(1) / 2), lambda x: 1 / (3 - x) - 1 / (x - mpf(1) / 2), mpf(1) / 2, B),
    ("pole at 2", "if x < 2 { 1/(2-x)-1 } else { 1.0/0.0 }", lambda x: 1 / (2 - x) - 1, lambda x: 1 / (2 - x) ** 2, mpf(0), mpf(2)),
    ("semicircle", "1-sqrt(1-(x-1)**2)", lambda x: 1 - sqrt(1 - (x - 1) ** 2), lambda x: (x - 1) / sqrt(1 - (x - 1) ** 2), mpf(0), mpf(2)),
    ("half circle", "1-sqrt(x*(2-x))", lambda x: 1 - sqrt(x * (2 - x)), lambda x: (x - 1) / sqrt(x * (2 - x)), mpf(0), mpf(2)),
    ("arc", "sqrt(3.0)-sqrt(4-x**2)", lambda x: sqrt(mpf(3)) - sqrt(4 - x ** 2), lambda x: x / sqrt(4 - x ** 2), mpf(0), mpf(2)),
    ("root end", "-sqrt(3-x)+sqrt(2.0)", lambda x: -sqrt(3 - x) + sqrt(mpf(2)), lambda x: 1 / (2 * sqrt(3 - x)), mpf(0), B),
    ("power end", "(4-x)**1.5-3**1.5+2*(x-1)", lambda x: (4 - x) ** mpf(1.5) - mpf(3) ** mpf(1.5) + 2 * (x - 1), lambda x: -mpf(1.5) * sqrt(4 - x) + 2, mpf(0), mpf(4)),
    ("js from 0.01", "if x < 0.01 { 1.0/0.0 } else { 0.5*(x*ln(x)-(x+1)*ln(0.5*(x+1))) }", lambda x: (xlogx(x) - (x + 1) * log((x + 1) / 2)) / 2, lambda x: (log(x) - log((x + 1) / 2)) / 2, mpf(0.01), inf),
    ("near one", "if x < 0.999 { 1.0/0.0 } else if x > 1.001 { 1.0/0.0 } else { (x-1)**2 }", lambda x: (x - 1) ** 2, lambda x: 2 * (x - 1), mpf(0.999), mpf(1.001)),
    ("far out", "if x > 100 { 1.0/0.0 } else if x < 1e-6 { 1.0/0.0 } else { -ln(x)+x-1 }", lambda x: -log(x) + x - 1, lambda x: 1 - 1 / x, mpf(1e-6), mpf(100)),
    ("thirds", "if x > 4.0/3.0 { 1.0/0.0 } else { x**2-x }", lambda x: x ** 2 - x, lambda x: 2 * x - 1, mpf(0), mpf(4.0 / 3.0)),
]

def conjugate(f, slope, low, high, y):
    """(f*, x*); in s = ln(x - low) or ln of the distance from high, so that x next to an end keeps its digits."""
    def at(s):
        # one number for all of (low, high): the position u = (x - low)/(high - x), or x - low
        u = exp(s)
        return (low + high * u) / (1 + u) if high != inf else low + u
    a, b = mpf(-690), mpf(690)
    if slope(at(a)) >= y: x = low
    elif slope(at(b)) <= y: x = high
    else:
        for _ in range(110):
            m = (a + b) / 2
            if slope(at(m)) < y: a = m
            else: b = m
        x = at((a + b) / 2)
    if x == inf: return inf, inf
    try: v = f(x)
    except (ZeroDivisionError, ValueError): return inf, x
    return x * y - v, x

YS = [-1e6, -300.0, -20.0, -5.0, -2.0, -1.0, -0.5, -0.1, -1e-3, 0.0, 1e-3, 0.1, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 7.0, 30.0, 200.0, 1e4, 1e6]

def write_conjugates():
    with open(os.path.join(HERE, "domain.csv"), "w", newline="") as out:
        w = csv.writer(out, lineterminator="\n")
        w.writerow(["name", "f", "low", "high", "y", "conjugate", "maximiser"])
        for name, text, f, slope, low, high in CASES:
            for y in YS:
                value, x = conjugate(f, slope, low, high, mpf(y))
                if value == inf: continue
                # that formula has no digits left so near to 0
                if name == "semicircle" and abs(y) > 1e3: continue
                w.writerow([name, text, repr(float(low)), repr(float(high)), repr(y), mp.nstr(value, 25), mp.nstr(x, 25)])

# divergences between small samples, in masses x against b: f less its slope at 1 as a float function of the ratio, f', low, high

F = {
    "kl between": (lambda r: r * np.log(r) - r + 1, lambda r: np.log(r), 0.25, 3.0),
    "chi2 between": (lambda r: (r - 1) ** 2, lambda r: 2 * (r - 1), 0.5, 2.0),
    "cvar": (lambda r: 0 * r, lambda r: 0 * r, 0.0, 2.0),
    "fermi dirac": (lambda r: xlx(r) + xlx(2 - r), lambda r: np.log(np.maximum(r, 1e-300)) - np.log(np.maximum(2 - r, 1e-300)), 0.0, 2.0),
    "barrier": (lambda r: -np.log(3 - r) + np.log(2) - 0.5 * (r - 1), lambda r: 1 / (3 - r) - 0.5, 0.0, 3 - 1e-12),
}

class SplitMix:
    """As in reference_transport.py."""
    def __init__(self, seed):
        self.state = seed
    def next(self):
        mask = (1 << 64) - 1
        self.state = (self.state + 0x9E3779B97F4A7C15) & mask
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        return z ^ (z >> 31)

def xlx(r): return np.where(r > 0, r * np.log(np.maximum(r, 1e-300)), 0.0)

def instance(seed):
    r = SplitMix(3000 + seed)
    n, m = 2 + r.next() % 6, 2 + r.next() % 6
    far = [0, 32, 128][r.next() % 3]
    weight = [0.1, 1.0, 10.0][r.next() % 3]
    x = np.array([float(r.next() % 128) + far for _ in range(n)]) / 64
    y = np.array([float(r.next() % 256) for _ in range(m)]) / 64
    return x, y, weight

def minimum(goal, start, box, equal=None, between=None):
    """The least value by sequential quadratic programming from a feasible start, and again from where it ended."""
    constraints = []
    if equal is not None: constraints.append({"type": "eq", "fun": lambda v: equal[0] @ v - equal[1], "jac": lambda v: equal[0]})
    if between is not None:
        rows, low, high = between
        constraints.append({"type": "ineq", "fun": lambda v: np.concatenate([rows @ v - low, high - rows @ v]), "jac": lambda v: np.vstack([rows, -rows])})
    best = np.inf
    for _ in range(4):
        r = minimize(goal, start, jac=True, bounds=box, constraints=constraints, method="SLSQP", options={"maxiter": 2000, "ftol": 1e-16})
        best, start = min(best, r.fun), r.x
    return best

def solve(problem, name, x, y, w):
    f, slope, low, high = F[name]
    n, m = len(x), len(y)
    a, b = np.full(n, 1 / n), np.full(m, 1 / m)
    price = lambda mass, own: (np.sum(own * f(mass / own)), slope(mass / own))
    if problem in ("penalized", "infconv"):
        kernel = lambda u, v: np.exp(-0.5 * (u[:, None] - v[None]) ** 2)
        pp, pq, qq = a @ kernel(x, x) @ a, kernel(y, x) @ a, kernel(y, y)
        strength = 1 / (2 * w) if problem == "penalized" else w
        def goal(v):
            value, d = price(v, b)
            return value + strength * (pp - 2 * v @ pq + v @ qq @ v), d + strength * 2 * (qq @ v - pq)
        equal = (np.ones((1, m)), np.ones(1)) if problem == "infconv" else None
        return minimum(goal, b, [(low * b[0], high * b[0])] * m, equal=equal)
    cost = w * (np.abs(x[:, None] - y[None]) if problem == "lipschitz" else (x[:, None] - y[None]) ** 2)
    by_row, by_column = np.kron(np.eye(n), np.ones(m)), np.kron(np.ones(n), np.eye(m))
    def goal(v):
        to, at_to = price(by_column @ v, b)
        value, d = cost.ravel() @ v + to, cost.ravel() + at_to @ by_column
        if problem == "unbalanced":
            of, at_of = price(by_row @ v, a)
            value, d = value + of, d + at_of @ by_row
        return value, d
    start = np.outer(a, b).ravel()
    box = [(0, None)] * (n * m)
    if problem == "lipschitz":
        if name == "cvar":
            r = linprog(cost.ravel(), A_ub=by_column, b_ub=high * b, A_eq=by_row, b_eq=a, method="highs-ipm")
            return r.fun
        return minimum(goal, start, box, equal=(by_row, a), between=(by_column, low * b, high * b))
    rows = np.vstack([by_row, by_column])
    own = np.concatenate([a, b])
    return minimum(goal, start, box, between=(rows, low * own, high * own))

def write_brackets():
    with open(os.path.join(HERE, "domain_brackets.csv"), "w", newline="") as out:
        w = csv.writer(out, lineterminator="\n")
        w.writerow(["seed", "problem", "f", "value"])
        for seed in range(8):
            x, y, weight = instance(seed)
            for problem in ["lipschitz", "penalized", "infconv", "unbalanced"]:
                for name in F:
                    w.writerow([seed, problem, name, repr(float(solve(problem, name, x, y, weight)))])

if __name__ == "__main__":
    write_conjugates()
    import numpy as np
    from scipy.optimize import linprog, minimize
    np.seterr(all="ignore")
    write_brackets()
