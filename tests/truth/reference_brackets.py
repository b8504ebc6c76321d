"""Random discrete problems over random convex f, for the brackets that are shown by default; writes brackets.csv.

closed:     D_f of weights on the points of Q, where L is too large for mass to move: a sum, with 50 digits
lipschitz:  min over pi >= 0, pi 1 = a, of L <|x - y|, pi> + D_f(pi^T 1 || b)
penalized:  min over alpha >= 0 of D_f(alpha || b) + |k(alpha - P)|^2 / (2 lambda), f less its slope at 1
infconv:    min over alpha of the simplex of D_f(alpha || b) + w |k(alpha - P)|^2, w W_1(P, alpha) or w W_2^2(P, alpha)
unbalanced: min over pi >= 0 of w <|x - y|^p, pi> + D_f(pi 1 || a) + D_f(pi^T 1 || b), f less its slope at 1

f is a random sum of terms that a cone solver knows; where Q has one or two points the problem has one unknown, which is
looked for with 50 digits (`high` is empty). Everything else comes from an interior-point cone solver, and is not believed: the
masses or the plan that it finds give an upper bound, its prices a lower one, both evaluated here; what is kept is where these
meet. Not run by the tests: `python3 tests/truth/reference_brackets.py`
regenerates the file beside it in half an hour (needs numpy, cvxpy, clarabel, mpmath). The samples come from the
generator below, which tests/truth/brackets.rs has in Rust.
"""
import csv, os, sys, warnings
import cvxpy as cp
import mpmath as mp
import numpy as np
from reference_transport import SplitMix

mp.mp.dps = 50
warnings.simplefilter("ignore")
pos = lambda v: max(v, mp.mpf(0))

def log(x):
    return mp.log(x) if x > 0 else mp.mpf("-inf")

def xlog(x):
    return x * mp.log(x) if x > 0 else mp.mpf(0)

# text, for the cone solver, in high precision, whether f'(0) is finite; k is a kink from the list
def terms(k):
    s = repr(k)
    return [
        (f"max(x-{s},0.0)", lambda x: cp.pos(x - k), lambda x: pos(x - k), True),
        (f"max({s}-x,0.0)", lambda x: cp.pos(k - x), lambda x: pos(k - x), True),
        (f"abs(x-{s})", lambda x: cp.abs(x - k), lambda x: abs(x - k), True),
        (f"(x-{s})**2", lambda x: cp.square(x - k), lambda x: (x - k) ** 2, True),
        (f"(if x<{s} {{0.0*x}} else {{(x-{s})**2}})", lambda x: cp.square(cp.pos(x - k)), lambda x: pos(x - k) ** 2, True),
        (f"(if x<{s} {{({s}-x)**2}} else {{0.0*x}})", lambda x: cp.square(cp.pos(k - x)), lambda x: pos(k - x) ** 2, True),
        (f"(if abs(x-{s})<0.25 {{2*(x-{s})**2}} else {{abs(x-{s})-0.125}})", lambda x: 2 * cp.huber(x - k, 0.25),
         lambda x: 2 * (x - k) ** 2 if abs(x - k) < 0.25 else abs(x - k) - mp.mpf("0.125"), True),
        ("x*ln(x)", lambda x: -cp.entr(x), xlog, False),
        ("(-ln(x))", lambda x: -cp.log(x), lambda x: -log(x), False),
        ("(x-1)*ln(x)", lambda x: -cp.entr(x) - cp.log(x), lambda x: (x - 1) * log(x) if x > 0 else mp.inf, False),
        ("(-sqrt(x))", lambda x: -cp.sqrt(x), lambda x: -mp.sqrt(x), False),
        ("1/x", lambda x: cp.inv_pos(x), lambda x: 1 / x if x > 0 else mp.inf, False),
        ("x**1.5", lambda x: cp.power(x, 1.5), lambda x: x ** mp.mpf(1.5), True),
        ("x**3", lambda x: cp.power(x, 3), lambda x: x ** 3, True),
        ("(x-1)**4", lambda x: cp.power(x - 1, 4), lambda x: (x - 1) ** 4, True),
        ("abs(x-1)**1.5", lambda x: cp.power(cp.abs(x - 1), 1.5), lambda x: abs(x - 1) ** mp.mpf(1.5), True),
        ("sqrt(x**2+1)", lambda x: cp.norm(cp.vstack([x, np.ones(x.shape)]), axis=0), lambda x: mp.sqrt(x * x + 1), True),
        ("exp(-x)", lambda x: cp.exp(-x), lambda x: mp.exp(-x), True),
        ("exp(x-1)", lambda x: cp.exp(x - 1), lambda x: mp.exp(x - 1), True),
        ("(x*ln(x)-(x+1)*ln((x+1)/2))", lambda x: cp.rel_entr(x, (x + 1) / 2) + cp.rel_entr(1, (x + 1) / 2),
         lambda x: xlog(x) - (x + 1) * mp.log((x + 1) / 2), False),
        ("(x-1)**2/(x+1)", lambda x: x - 3 + 4 * cp.inv_pos(x + 1), lambda x: (x - 1) ** 2 / (x + 1), True),
    ]

def numbers(k):
    """The same terms for arrays, in the same order; 0 ln 0 is 0."""
    entropy = lambda x: x * np.log(np.where(x > 0, x, 1.0))
    return [
        lambda x: np.maximum(x - k, 0), lambda x: np.maximum(k - x, 0), lambda x: abs(x - k), lambda x: (x - k) ** 2,
        lambda x: np.maximum(x - k, 0) ** 2, lambda x: np.maximum(k - x, 0) ** 2,
        lambda x: np.where(abs(x - k) < 0.25, 2 * (x - k) ** 2, abs(x - k) - 0.125),
        entropy, lambda x: -np.log(x), lambda x: (x - 1) * np.log(x), lambda x: -np.sqrt(x), lambda x: 1 / x,
        lambda x: x ** 1.5, lambda x: x ** 3, lambda x: (x - 1) ** 4, lambda x: abs(x - 1) ** 1.5,
        lambda x: np.sqrt(x * x + 1), lambda x: np.exp(-x), lambda x: np.exp(x - 1),
        lambda x: np.log(2.0) * (x + 1) - x * np.log1p(1 / x) - np.log1p(x), lambda x: (x - 1) ** 2 / (x + 1),
    ]

def term(k, at):
    return (*terms(k)[at], numbers(k)[at], at)

# terms whose slope ends
BOUNDED = (0, 1, 2, 5, 6, 8, 10, 11, 16, 17, 19, 20, 99)

LINEAR, ALL = 3, len(terms(1.0))
KINKS = [0.0625, 0.25, 0.5, 1.0, 1.0, 1.5, 2.0, 4.0, 8.0]
FACTORS = [0.125, 0.5, 1.0, 1.0, 2.0, 8.0]
NAMED = {"kl()": [(1, 7)], "reverse_kl()": [(1, 8)], "chi2()": [(1, 3)], "jeffreys()": [(1, 9)], "tv()": [(0.5, 2)],
         "hellinger()": [(2, 10)], "js()": [(0.5, 19)], "le_cam()": [(1, 20)],
         "alpha(1.5)": [(1 / 0.75, 12)], "alpha(3.0)": [(1 / 6, 13)], "alpha(0.5)": [(4, 10)]}

class F:
    """Sum of factor * term; with value 0 at 1, and less its slope there where the mass is free."""
    def __init__(self, parts, text=None):
        self.parts = parts
        self.at_one = sum(mp.mpf(c) * t[2](mp.mpf(1)) for c, t in parts)
        e = mp.mpf(10) ** -20
        slope = lambda s: (self.mp(1 + s * e) - self.mp(mp.mpf(1))) / (s * e)
        # the middle of both slopes; differences of 1e-20 leave 1e-20 f'' of it
        self.slope = (slope(1) + slope(-1)) / 2
        self.text = text or self.written()
        self.scale = self.size()
    def written(self):
        body = "+".join(f"{c!r}*{t[0]}" for c, t in self.parts)
        at_one = mp.nstr(self.at_one, 20, min_fixed=-30, max_fixed=30)
        return f'f_divergence("f", |x| {body}-({at_one}))'
    def is_kl(self):
        curved = [(c, t[0]) for c, t in self.parts if t[0] != "(x-1)"]
        return len(curved) == 1 and curved[0] == (1, "x*ln(x)")
    def mp(self, x):
        return sum(mp.mpf(c) * t[2](x) for c, t in self.parts) - self.at_one
    def numbers(self, x, slope):
        return sum(c * t[4](x) for c, t in self.parts) - float(self.at_one) - slope * (x - 1)
    def conjugate(self, y, slope):
        """f* of an array, for f less a slope, by golden sections in ln x: f* to rounding, never above it."""
        low, high = np.full(y.shape, -80.0), np.full(y.shape, 25.0)
        value = lambda t: np.exp(t) * y - self.numbers(np.exp(t), slope)
        with np.errstate(all="ignore"):
            for _ in range(58):
                u, v = low + 0.382 * (high - low), low + 0.618 * (high - low)
                # far to the left all values are -f(0) to rounding, far to the right f may overflow
                at_v = value(v)
                noise = 2e-15 * (abs(at_v) + self.scale)
                left = (value(u) > at_v + noise) | ~np.isfinite(at_v)
                low, high = np.where(left, low, u), np.where(left, v, high)
            at = (low + high) / 2
            bounded, lines = (all(t[5] in kinds for _, t in self.parts) for kinds in (BOUNDED, (0, 1, 2, 6, 99)))
            end = self.end(slope) if bounded else np.inf
            # so far out f* is infinite, or x y - f(x) cancels: infinite is a bound, too
            beyond = (y > end + 1e-15 * abs(end)) | ((at > 9) & (not lines))
            best = np.where(beyond, np.inf, value(at))
            at_zero = -self.numbers(np.full(y.shape, 1e-300), slope)
            kinks = np.max([k * y - self.numbers(np.full(y.shape, k), slope) for k in KINKS], axis=0)
        return np.fmax(np.fmax(best, kinks), at_zero)
    def end(self, slope):
        """f'(infinity), or a number that is as large as any that occurs."""
        with np.errstate(all="ignore"):
            rise = (self.numbers(np.array([600.0]), slope) - self.numbers(np.array([500.0]), slope))[0] / 100
        ends = {0: 1, 2: 1, 6: 1, 16: 1, 19: np.log(2), 20: 1, 99: 1}
        limit = sum(c * ends.get(t[5], 0) for c, t in self.parts) - slope
        return limit if all(t[5] in BOUNDED for _, t in self.parts) else max(rise, 1e3)
    def size(self):
        """Of the terms around 1."""
        return float(sum(abs(c) * (abs(t[2](mp.mpf("0.5"))) + abs(t[2](mp.mpf(2)))) for c, t in self.parts))
    def level(self, x):
        return self.mp(x) - self.slope * (x - 1)
    def cone(self, x):
        return sum(c * t[1](x) for c, t in self.parts) - float(self.at_one)
    def cone_level(self, x):
        return self.cone(x) - float(self.slope) * (x - 1)

def random_f(r):
    kind = r.below(4)
    if kind == 0:
        text = list(NAMED)[r.below(len(NAMED))]
        return F([(c, term(1.0, k)) for c, k in NAMED[text]], text)
    # piecewise linear, one term, or a sum
    many, among = [(1 + r.below(3), LINEAR), (1, ALL), (2 + r.below(2), ALL)][kind - 1]
    parts = [(FACTORS[r.below(6)], term(KINKS[r.below(9)], r.below(among))) for _ in range(many)]
    if r.below(3) == 0:
        slope = [-3.0, 0.5, 10.0][r.below(3)]
        parts.append((slope, ("(x-1)", lambda x: x - 1, lambda x: x - 1, True, lambda x: x - 1, 99)))
    return F(parts)

class Random(SplitMix):
    def below(self, n):
        return self.next() % n

def weights(r, n, most):
    """Equal, or in units of a power of two that add up to one; none is equal."""
    mode = r.below(3)
    if mode == 0:
        return None
    k = [1 + r.below(16 if mode == 1 else [1, 60, most][r.below(3)]) for _ in range(n)]
    total = 1
    while total < sum(k):
        total *= 2
    k[n - 1] += total - sum(k)
    return [v / total for v in k]

def points(r, n, d, grid, far):
    return [[r.below(4 * grid) / grid + far for _ in range(d)] for _ in range(n)]

# seeds from here on have up to 200 points, and small penalties
LARGE = 100000

def instance(seed, closed):
    r = Random(7000 + seed)
    d = 1 + r.below(2)
    most = 40 if seed < LARGE else 200
    n, m = 1 + r.below(most), 1 + r.below(most)
    if seed % 5 == 0 and seed < LARGE:
        m = 1 + r.below(2)
    grid = [2, 16, 64][r.below(3)]
    far = [0.0, 0.0, 0.5, 2.0, 5.0, 40.0][r.below(6)]
    x, y = points(r, n, d, grid, far), points(r, m, d, grid, 0.0)
    if closed:
        # P has the points of Q, each at least once
        x = y + [y[r.below(m)] for _ in range(n % 8)]
    # what is solved in high precision may have weights of all sizes; cone solvers lose digits with them
    most = 100000 if closed or m < 3 else 200
    return x, y, weights(r, len(x), most), weights(r, m, most), r

def spread(f, x, y, a, b):
    """The masses of each place of Q, D_f, and the slopes that potentials need there."""
    own = {}
    for side, (rows, w) in enumerate(((x, a), (y, b))):
        for row, v in zip(rows, w):
            own.setdefault(tuple(row), [mp.mpf(0), mp.mpf(0)])[side] += v
    ratios = {p: u / v for p, (u, v) in own.items()}
    value = sum(v * f.mp(u / v) for u, v in own.values())
    e = mp.mpf(10) ** -20
    slopes = [(f.mp(q * (1 + s * e)) - f.mp(q)) / (q * s * e) for q in ratios.values() for s in (1, -1)]
    return value, max(slopes) - min(slopes)

def least(value, high):
    """min of a convex function on [0, high], by ternary search, and by its ends."""
    low, top = mp.mpf(0), mp.mpf(high)
    for _ in range(260):
        u, v = low + (top - low) * mp.mpf("0.45"), low + (top - low) * mp.mpf("0.55")
        if value(u) <= value(v):
            top = v
        else:
            low = u
    return min(value(low), value(top), value(mp.mpf(0)))

def exact_weights(w, n):
    return [mp.mpf(1) / n] * n if w is None else [mp.mpf(v) for v in w]

def distance(x, y):
    return mp.sqrt(sum((mp.mpf(u) - mp.mpf(v)) ** 2 for u, v in zip(x, y)))

def kernel(x, y):
    return mp.exp(-sum((mp.mpf(u) - mp.mpf(v)) ** 2 for u, v in zip(x, y)) / 2)

def cheapest(cost, a, t):
    """Transport of weights a to two points, of which the first takes t."""
    order = sorted(range(len(a)), key=lambda i: cost[i][0] - cost[i][1])
    total = sum(a[i] * cost[i][1] for i in order)
    for i in order:
        w = min(a[i], t)
        total += w * (cost[i][0] - cost[i][1])
        t -= w
    return total

def by_search(problem, f, x, y, a, b, w):
    """The problems with one unknown, in high precision; none where there are more."""
    n, m = len(x), len(y)
    a, b = exact_weights(a, n), exact_weights(b, m)
    w = mp.mpf(w)
    power = 2 if problem.endswith("w2") else 1
    cost = [[w * distance(u, v) ** power for v in y] for u in x]
    if problem in ("penalized", "infconv mmd"):
        pp = sum(a[i] * a[j] * kernel(x[i], x[j]) for i in range(n) for j in range(n))
        pq = [sum(a[i] * kernel(x[i], v) for i in range(n)) for v in y]
        norm = lambda t: (pp - 2 * sum(u * v for u, v in zip(t, pq))
                          + sum(t[i] * t[j] * kernel(y[i], y[j]) for i in range(m) for j in range(m)))
    if problem == "penalized" and m == 1:
        return least(lambda t: b[0] * f.level(t / b[0]) + norm([t]) / (2 * w), 20)
    if problem.startswith("unbalanced") and n == 1 and m == 1:
        return least(lambda t: cost[0][0] * t + f.level(t) * 2, 4)
    if problem.startswith("unbalanced") or problem == "penalized" or m > 2:
        return None
    near = (lambda t: w * norm(t)) if problem == "infconv mmd" else (lambda t: cheapest(cost, a, t[0]) if m == 2 else cost_of_one)
    if m == 1:
        cost_of_one = sum(a[i] * cost[i][0] for i in range(n))
        return near([mp.mpf(1)])
    both = lambda t: [t, 1 - t]
    return least(lambda t: near(both(t)) + sum(v * f.mp(u / v) for u, v in zip(both(t), b)), 1)

def solved(p):
    """Whether an interior-point solver is content."""
    o = {"tol_gap_abs": 1e-12, "tol_gap_rel": 1e-12, "tol_feas": 1e-12, "max_iter": 300}
    try:
        p.solve(solver=cp.CLARABEL, **o)
    except (cp.error.SolverError, ValueError):
        return False
    return p.status.startswith("optimal")

# any number gives a bound; the solver's own may be beyond the domain of f* by what it is off
SHIFTS = (0, 1e-13, 1e-11, 1e-9, 1e-7)

def kernels(problem, f, x, y, a, b, w):
    """Bounds from masses alpha and from the h that belongs to them, pushed down where it is beyond f'(infinity)."""
    k = lambda u, v: np.exp(-0.5 * ((u[:, None] - v[None]) ** 2).sum(-1))
    free, slope = (True, float(f.slope)) if problem == "penalized" else (False, 0.0)
    z = np.concatenate([x, y])
    values, vectors = np.linalg.eigh(k(z, z))
    root = (np.sqrt(np.maximum(values, 0))[:, None] * vectors.T)[values > 1e-15]
    ratio = cp.Variable(len(y), nonneg=True)
    squares = cp.sum_squares(root @ cp.hstack([a, -cp.multiply(b, ratio)]))
    if free:
        p = cp.Problem(cp.Minimize(b @ f.cone_level(ratio) + squares / (2 * w)))
    else:
        p = cp.Problem(cp.Minimize(b @ f.cone(ratio) + w * squares), [b @ ratio == 1])
    if not solved(p):
        return None
    lam = w if free else 0.5 / w
    alpha = b * np.maximum(ratio.value, 1e-300)
    if not free:
        alpha /= alpha.sum()
    pp, pq, qq = a @ k(x, x) @ a, a @ k(x, y), k(y, y)
    norm = lambda v: max(pp - 2 * pq @ v + v @ qq @ v, 0.0)
    high = b @ f.numbers(alpha / b, slope) + norm(alpha) / (2 * lam)
    low = -np.inf
    for _ in range(6):
        h = (pq - qq @ alpha) / lam
        on_p = (pp - pq @ alpha) / lam
        if free:
            spent = b @ f.conjugate(h, slope)
        else:
            nu = [sign * p.constraints[0].dual_value for sign in (1, -1)]
            # beyond the domain f* is infinite: the largest value has to be within
            nu = [v for u in nu for v in (u, max(u, h.max() - f.end(0.0)))]
            size = 1 + abs(h).max()
            spent = min(v + s * size + b @ f.conjugate(h - v - s * size, 0.0) for v in nu for s in SHIFTS)
        low = max(low, on_p - spent - norm(alpha) / (2 * lam))
        if not free:
            break
        alpha = alpha + lam * np.maximum(h - f.end(slope) + 1e-15 * abs(h).max(), 0)
    return low, high

def transports(problem, f, x, y, a, b, w):
    """Bounds from a plan, and from prices of the sources with their transform."""
    cost = w * ((x[:, None] - y[None]) ** 2).sum(-1) ** (1.0 if problem.endswith("w2") else 0.5)
    free = problem.startswith("unbalanced")
    slope = float(f.slope) if free else 0.0
    pi = cp.Variable(cost.shape, nonneg=True)
    sent, got = cp.Variable(len(x), nonneg=True), cp.Variable(len(y), nonneg=True)
    sums = [cp.sum(pi, axis=1) == cp.multiply(a, sent), cp.sum(pi, axis=0) == cp.multiply(b, got)]
    paid = cp.sum(cp.multiply(cost, pi))
    if free:
        p = cp.Problem(cp.Minimize(paid + a @ f.cone_level(sent) + b @ f.cone_level(got)), sums)
    else:
        p = cp.Problem(cp.Minimize(paid + b @ f.cone(got)), sums + [sent == 1])
    if not solved(p):
        return None
    plan = np.maximum(pi.value, 1e-300)
    if not free:
        plan *= (a / plan.sum(1))[:, None]
    high = (cost * plan).sum() + b @ f.numbers(plan.sum(0) / b, slope)
    if free:
        high += a @ f.numbers(plan.sum(1) / a, slope)
    low, end = -np.inf, f.end(slope)
    for sign in (1, -1):
        for margin in (0, 1e-13, 1e-9):
            phi = sign * sums[0].dual_value
            if free:
                phi = np.minimum(np.maximum(phi, -end * (1 - margin)), end * (1 - margin) + cost.min(1))
            psi = (phi[:, None] - cost).max(0)
            if free:
                spent = a @ f.conjugate(-phi, slope) + b @ f.conjugate(psi, slope)
                low = max(low, -spent)
            elif margin == 0:
                least, size = max(0.0, psi.max() - end), 1 + abs(psi).max()
                spent = min(v + b @ f.conjugate(psi - v, 0.0) for v in [0.0] + [least + s * size for s in SHIFTS])
                low = max(low, a @ phi - spent)
    return low, high

def by_cones(problem, f, x, y, a, b, w):
    """Both bounds, as far as f64 has them, or none where they are no bounds."""
    x, y = np.array(x), np.array(y)
    a = np.full(len(x), 1 / len(x)) if a is None else np.array(a)
    b = np.full(len(y), 1 / len(y)) if b is None else np.array(b)
    found = (kernels if problem in ("penalized", "infconv mmd") else transports)(problem, f, x, y, a, b, w)
    if found is None or not np.isfinite(found).all():
        return None
    low, high = found
    # rounding of the terms, and of kernel sums that are divided by lambda
    largest = 40 if problem in ("penalized", "infconv mmd") else abs(x[:, None] - y[None]).max() ** (1 + ("w2" in problem))
    off = 4e-13 * (f.scale + abs(high)) + (1e-14 / w if problem == "penalized" else 1e-14 * w * largest)
    wide = 1e-4 if len(x) > 40 or len(y) > 40 else 1e-6
    return (low - off, high + off) if high - low <= wide * abs(high) + 1e-9 * f.scale else None

PROBLEMS = ["closed", "lipschitz", "penalized", "penalized", "infconv mmd", "infconv w1", "infconv w2", "unbalanced w1",
            "unbalanced w2", "closed"]
WEIGHTS = [0.01, 0.1, 1.0, 1.0, 10.0, 300.0]

def case(seed):
    """A line of the table, or none where no solver has it."""
    large = seed >= LARGE
    problem = PROBLEMS[(seed // 5) % 10] if not large else ["penalized", "infconv mmd"][seed % 2]
    closed = problem == "closed"
    x, y, a, b, r = instance(seed, closed)
    w = WEIGHTS[r.below(6)]
    if large:
        w = [1e-4, 1e-3, 1e-2, 1e-1][r.below(4)] if problem == "penalized" else [5000.0, 500.0, 50.0, 5.0][r.below(4)]
    f = random_f(r)
    try:
        if closed:
            value, slope = spread(f, x, y, exact_weights(a, len(x)), exact_weights(b, len(y)))
            shortest = min([distance(u, v) for u in y for v in y if u != v] or [mp.mpf(1)])
            w = float(2 ** mp.ceil(mp.log(2 * slope / shortest + 1, 2)))
        else:
            value = by_search(problem, f, x, y, a, b, w)
        if value is not None:
            # what 50 digits leave of 0
            value = mp.mpf(0) if abs(value) < 1e-40 else value
            low, high = value, value
        else:
            found = by_cones(problem, f, x, y, a, b, w)
            if found is None:
                return None
            low, high = mp.mpf(float(found[0])), mp.mpf(float(found[1]))
            assert low <= high, (seed, problem, f.text, found)
    except (cp.error.DCPError, ZeroDivisionError, OverflowError):
        return None
    if not mp.isfinite(high) or abs(high) > 1e15 or float(w) > 1e15:
        return None
    if problem == "penalized" and f.is_kl():
        low, high = low * (1 + mp.mpf(w)), high * (1 + mp.mpf(w))  # KALE
    written = [mp.nstr(v, 20) for v in (low, high)]
    return seed, problem, repr(w), f.text, written[0], written[1] if high > low else ""

if __name__ == "__main__":
    from multiprocessing import Pool
    seeds, out = [*range(5800), *range(LARGE, LARGE + 100)], os.path.join(os.path.dirname(__file__), "brackets.csv")
    if len(sys.argv) > 3:
        seeds, out = range(int(sys.argv[1]), int(sys.argv[2])), sys.argv[3]
    with Pool(int(os.environ.get("JOBS", "2"))) as pool, open(out, "w", newline="") as f:
        w = csv.writer(f)
        w.writerow(("seed", "problem", "weight", "f", "low", "high"))
        for row in pool.imap(case, seeds, 20):
            if row:
                w.writerow(row)
