"""Problems over a Gaussian kernel at sizes of f and of the kernel term that differ by up to 1e9 either way; writes sizes.csv.

infconv:   min over alpha of the simplex of c D_f(alpha || b) + w |k(alpha - P)|^2
penalized: min over alpha >= 0 of D_f(alpha || b) + |k(alpha - P)|^2 / (2 lambda), f less its slope at 1

What a cone solver finds is not believed: its masses, made feasible, are evaluated here, which is an upper bound of the minimum. Not
run by the tests: `python3 tests/truth/reference_sizes.py` regenerates the file beside it (needs numpy, cvxpy, clarabel).
"""
import csv, os, warnings
import cvxpy as cp
import numpy as np
from reference_transport import SplitMix

warnings.simplefilter("ignore")

SIZES = [1e-9, 1e-6, 1e-3, 1e3, 1e6, 1e9]
xlog = lambda x: x * np.log(np.where(x > 0, x, 1.0))
F = [
    ("x*ln(x)-x+1", lambda x: -cp.entr(x) - x + 1, lambda x: xlog(x) - x + 1),
    ("x*ln(x)-(x+1)*ln(0.5*(x+1))", lambda x: cp.rel_entr(x, (x + 1) / 2) + cp.rel_entr(1, (x + 1) / 2),
     lambda x: xlog(x) - (x + 1) * np.log((x + 1) / 2)),
    ("x*ln(x)-x+1+0.3*abs(x-1)", lambda x: -cp.entr(x) - x + 1 + 0.3 * cp.abs(x - 1), lambda x: xlog(x) - x + 1 + 0.3 * abs(x - 1)),
    ("max(x-1.5,0.0)+0.5*abs(x-1)", lambda x: cp.pos(x - 1.5) + 0.5 * cp.abs(x - 1), lambda x: np.maximum(x - 1.5, 0) + 0.5 * abs(x - 1)),
    ("exp(x-1)-x", lambda x: cp.exp(x - 1) - x, lambda x: np.exp(x - 1) - x),
]

def points():
    r = SplitMix(4711)
    draw = lambda n, far: np.array([[r.next() % 96 / 32 + far, r.next() % 96 / 32] for _ in range(n)])
    return draw(40, 0.75), draw(40, 0.0)

def solve(f, value, c, w, fixed):
    p, q = points()
    n, m = len(p), len(q)
    all_points = np.vstack([q, p])
    k = np.exp(-0.5 * ((all_points[:, None] - all_points[None]) ** 2).sum(-1))
    e, v = np.linalg.eigh(k)
    root = (v * np.sqrt(np.maximum(e, 0))).T[e > 1e-15 * e.max()]
    a, b = np.full(n, 1 / n), np.full(m, 1 / m)
    target = root[:, m:] @ a
    x = cp.Variable(m, nonneg=True)
    size = max(c, w)
    cost = c / size * b @ f(x) + w / size * cp.sum_squares(root[:, :m] @ cp.multiply(b, x) - target)
    problem = cp.Problem(cp.Minimize(cost), [b @ x == 1] if fixed else [])
    problem.solve(cp.CLARABEL, tol_gap_abs=1e-13, tol_gap_rel=1e-13, tol_feas=1e-13, max_iter=500)
    y = np.maximum(x.value, 0)
    if fixed: y /= b @ y
    rest = root[:, :m] @ (b * y) - target
    return c * b @ value(y) + w * rest @ rest

if __name__ == "__main__":
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "sizes.csv"), "w", newline="") as out:
        rows = csv.writer(out, lineterminator="\n")
        rows.writerow(["problem", "f", "size", "upper"])
        for text, f, value in F:
            for s in SIZES:
                rows.writerow(["f", text, repr(s), repr(float(solve(f, value, s, 1.0, True)))])
                rows.writerow(["mmd", text, repr(s), repr(float(solve(f, value, 1.0, s, True)))])
                if text != "x*ln(x)-x+1" and s < 1e9:
                    rows.writerow(["penalized", text, repr(s), repr(float(solve(f, value, 1.0, 0.5 / s, False)))])
                out.flush()
