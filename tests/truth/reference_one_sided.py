"""f that rise, bend or fall on one side only, in every problem that is solved for; writes one_sided.csv.

penalized:  min over alpha >= 0 of D_f(alpha || b) + |k(alpha - P)|^2 / (2 lambda), f less its slope at 1
infconv:    min over alpha >= 0, sum alpha = 1, of D_f(alpha || b) + lambda |k(alpha - P)|^2
unbalanced: min over pi >= 0 of <|x - y|^2, pi> + D_f(pi 1 || a) + D_f(pi^T 1 || b), f less its slope at 1
lipschitz:  min over pi >= 0, pi 1 = a, of L <|x - y|, pi> + D_f(pi^T 1 || b)

An interior-point cone solver has them to about 1e-9. Not run by the tests: `python3 tests/truth/reference_one_sided.py`
regenerates the file beside it (needs numpy, cvxpy, clarabel). The samples come from the generator below, which
tests/truth/one_sided.rs has in Rust, in 64ths, which f32 holds.
"""
import csv, os
import cvxpy as cp
import numpy as np
from reference_transport import SplitMix

# f as a perspective in masses x against b, and the middle of its slopes at 1
F = {
    "lower": (lambda x, b: cp.sum(cp.pos(x - 0.5 * b)) - 0.5 * np.sum(b), 1.0),
    "half": (lambda x, b: cp.sum(cp.multiply(1 / b, cp.square(cp.pos(b - x)))) + 2 * (cp.sum(x) - np.sum(b)), 2.0),
    "other half": (lambda x, b: cp.sum(cp.multiply(1 / b, cp.square(cp.pos(x - b)))), 0.0),
    "stair": (lambda x, b: cp.sum(cp.abs(x - b)) + 2 * cp.sum(cp.pos(x - 2 * b)) + cp.sum(cp.pos(0.5 * b - x)), 0.0),
    "hinge": (lambda x, b: cp.sum(cp.pos(x - b)), 0.5),
    "root": (lambda x, b: cp.sum(cp.norm(cp.vstack([x, b]), axis=0)) - np.sqrt(2) * np.sum(b), 0.5 ** 0.5),
    "saturated": (lambda x, b: cp.sum(cp.multiply(b, cp.exp(-x / b))) - np.exp(-1) * np.sum(b), -np.exp(-1)),
    "tv": (lambda x, b: 0.5 * cp.sum(cp.abs(x - b)), 0.0),
    "js": (lambda x, b: 0.5 * (cp.sum(cp.rel_entr(x, (x + b) / 2)) + cp.sum(cp.rel_entr(b, (x + b) / 2))), 0.0),
}
PROBLEMS = ["penalized", "infconv", "unbalanced", "lipschitz"]

def instance(seed):
    r = SplitMix(1000 + seed)
    n, m = 2 + r.next() % 24, 2 + r.next() % 24
    far = [0, 32, 128, 320][r.next() % 4]
    weight = [0.01, 0.1, 1.0, 10.0, 300.0][r.next() % 5]
    x = np.array([float(r.next() % 128) + far for _ in range(n)]) / 64
    y = np.array([float(r.next() % 256) for _ in range(m)]) / 64
    return x, y, weight

def solve(problem, name, x, y, w):
    n, m = len(x), len(y)
    a, b = np.full(n, 1 / n), np.full(m, 1 / m)
    f, slope = F[name]
    level = lambda mass, own: f(mass, own) - slope * (cp.sum(mass) - np.sum(own))
    distance = np.abs(x[:, None] - y[None])
    if problem in ("penalized", "infconv"):
        z = np.concatenate([x, y])
        values, vectors = np.linalg.eigh(np.exp(-0.5 * (z[:, None] - z[None]) ** 2))
        root = np.sqrt(np.maximum(values, 0))[:, None] * vectors.T
        alpha = cp.Variable(m, nonneg=True)
        squares = cp.sum_squares(root @ cp.hstack([a, -alpha]))
        if problem == "penalized":
            p = cp.Problem(cp.Minimize(level(alpha, b) + squares / (2 * w)))
        else:
            p = cp.Problem(cp.Minimize(f(alpha, b) + w * squares), [cp.sum(alpha) == 1])
    else:
        pi = cp.Variable((n, m), nonneg=True)
        rho, mu = cp.sum(pi, axis=1), cp.sum(pi, axis=0)
        if problem == "unbalanced":
            p = cp.Problem(cp.Minimize(cp.sum(cp.multiply(w * distance ** 2, pi)) + level(rho, a) + level(mu, b)))
        else:
            p = cp.Problem(cp.Minimize(cp.sum(cp.multiply(w * distance, pi)) + f(mu, b)), [rho == a])
    try:
        p.solve(solver=cp.CLARABEL, tol_gap_abs=1e-11, tol_gap_rel=1e-11, tol_feas=1e-11, max_iter=500)
    except cp.error.SolverError:
        return float("nan"), "failed"
    return p.value, p.status

if __name__ == "__main__":
    rows = []
    for seed in range(24):
        for name in F:
            for problem in PROBLEMS:
                value, status = solve(problem, name, *instance(seed))
                if status.startswith("optimal"):
                    rows.append((seed, problem, name, repr(float(value)), status))
                else:
                    print(seed, problem, name, status)
    with open(os.path.join(os.path.dirname(__file__), "one_sided.csv"), "w", newline="") as f:
        w = csv.writer(f)
        w.writerow(("seed", "problem", "f", "value", "status"))
        w.writerows(rows)
