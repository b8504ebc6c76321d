"""Semi-relaxed transport values by an interior-point cone solver; writes semi_relaxed.csv.

min over pi >= 0, pi 1 = a of <s |x - y|^p, pi> + D_f(pi^T 1 || b). Not run by the tests: `python3
tests/truth/reference_transport.py` regenerates the file beside it (needs numpy, cvxpy, clarabel). The samples come from
the generator below, which tests/truth/exact.rs has in Rust, so that the file holds values only.
"""
import csv, os
import cvxpy as cp
import numpy as np

MASK = (1 << 64) - 1

class SplitMix:
    def __init__(self, seed):
        self.state = seed & MASK
    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)
    def uniform(self):
        return (self.next() >> 11) / float(1 << 53)

F = {
    "kl": lambda x, b: cp.sum(cp.rel_entr(x, b)) - cp.sum(x) + np.sum(b),
    "reverse_kl": lambda x, b: cp.sum(cp.rel_entr(b, x)),
    "chi2": lambda x, b: cp.sum(cp.multiply(1 / b, cp.square(x - b))),
    "hellinger": lambda x, b: cp.sum(x) + np.sum(b) - 2 * cp.sum(cp.multiply(np.sqrt(b), cp.sqrt(x))),
    "tv": lambda x, b: 0.5 * cp.sum(cp.abs(x - b)),
    "js": lambda x, b: 0.5 * (cp.sum(cp.rel_entr(x, (x + b) / 2)) + cp.sum(cp.rel_entr(b, (x + b) / 2))),
    "jeffreys": lambda x, b: cp.sum(cp.rel_entr(x, b)) + cp.sum(cp.rel_entr(b, x)),
    # (x - 1)^2/(x + 1) = x - 3 + 4/(x + 1)
    "le_cam": lambda x, b: cp.sum(x) - 3 * np.sum(b) + 4 * cp.sum(cp.multiply(b, cp.inv_pos(x / b + 1))),
    "alpha(3)": lambda x, b: (cp.sum(cp.multiply(b, cp.power(x / b, 3))) - np.sum(b)) / 6,
}

def instance(seed):
    r = SplitMix(seed)
    n, m, d = 2 + r.next() % 14, 2 + r.next() % 14, 1 + r.next() % 3
    scale = [0.2, 1.0, 4.0][r.next() % 3]
    power = [1.0, 1.0, 2.0, 1.5][r.next() % 4]
    kind = r.next() % 4
    x = np.array([[2 * r.uniform() - 1 for _ in range(d)] for _ in range(n)])
    y = np.array([[2 * r.uniform() - 0.5 for _ in range(d)] for _ in range(m)])
    if kind == 1:  # ties: a coarse grid, points coincide within and between the samples
        x, y = np.round(2 * x) / 2, np.round(2 * y) / 2
    a, b = np.full(n, 1 / n), np.full(m, 1 / m)
    if kind >= 2:
        a = np.array([0.05 + r.uniform() for _ in range(n)])
        b = np.array([0.05 + r.uniform() for _ in range(m)])
        a, b = a / a.sum(), b / b.sum()
    return x, y, a, b, scale, power

def solve(name, x, y, a, b, scale, power):
    c = scale * np.linalg.norm(x[:, None] - y[None], axis=2) ** power
    pi = cp.Variable(c.shape, nonneg=True)
    mu = cp.sum(pi, axis=0)
    problem = cp.Problem(cp.Minimize(cp.sum(cp.multiply(c, pi)) + F[name](mu, b)), [cp.sum(pi, axis=1) == a])
    problem.solve(solver=cp.CLARABEL, tol_gap_abs=1e-11, tol_gap_rel=1e-11, tol_feas=1e-11, max_iter=500)
    return problem.value, problem.status

if __name__ == "__main__":
    rows = []
    for seed in range(20):
        for name in F:
            value, status = solve(name, *instance(seed))
            print(seed, name, value, status)
            rows.append((seed, name, repr(float(value)), status))
    with open(os.path.join(os.path.dirname(__file__), "semi_relaxed.csv"), "w", newline="") as f:
        w = csv.writer(f)
        w.writerow(("seed", "f", "value", "status"))
        w.writerows(rows)
