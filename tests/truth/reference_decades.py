"""Exact values of problems that span many decades; writes decades.csv.

Transport: min <|x - y|^p, pi> over plans between weighted points, in rational arithmetic (p = 2) or with 80 digits (p = 1),
by successive shortest paths. KALE and the Sinkhorn divergence: Newton's method with 50 digits. Not run by the tests:
`python3 tests/truth/reference_decades.py` regenerates the file beside it (needs mpmath). The samples come from the generator
below, which tests/truth/decades.rs has in Rust, so that the file holds values only.
"""
import csv, os, struct
from fractions import Fraction
from math import isqrt
import mpmath as mp

mp.mp.dps = 50
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

def f32(v):
    return struct.unpack("f", struct.pack("f", v))[0]

FAR = [1.0, 1e3, 1e6, 1e9, 1e12, 1e15, 1e20, 1e30]

def transport_instance(seed):
    """Points of the plane, some in pairs far from the others, some moved as a whole or scaled; weights over 16 decades."""
    r = SplitMix(seed)
    n, m = 2 + r.next() % 6, 2 + r.next() % 6
    kind, power = seed % 6, 1 + r.next() % 2
    far = FAR[r.next() % len(FAR)]
    if kind in (0, 1):
        m = n
    x = [[f32(2 * r.uniform() - 1) for _ in range(2)] for _ in range(n)]
    y = [[f32(2 * r.uniform() - 1) for _ in range(2)] for _ in range(m)]
    if kind == 0:  # one far pair, the same point in both samples
        x[0] = [f32(far), f32(-0.5 * far)]
        y[m - 1] = list(x[0])
    if kind == 1:  # two far pairs of different scales; they nearly coincide
        x[0], x[1] = [f32(far), 0.0], [0.0, f32(1e5)]
        y[0], y[m - 1] = [f32(far * (1 + 1e-6)), 0.0], [0.0, f32(1e5 + 0.5)]
    if kind == 2:  # nearly coincident clouds of the same size
        y = [[f32(v + 1e-6 * r.uniform()) for v in p] for p in x]
    if kind == 3:  # scaled, or moved far away
        s, t = [(1e-8, 0.0), (1e8, 0.0), (1.0, 1e6)][r.next() % 3]
        x = [[f32(s * v + t) for v in p] for p in x]
        y = [[f32(s * v + t) for v in p] for p in y]
    a, b = [1.0] * len(x), [1.0] * len(y)
    if kind >= 4:  # weights over 16 decades; in kind 5 light points lie far away
        a = [10.0 ** -int(16 * r.uniform()) for _ in x]
        b = [10.0 ** -int(16 * r.uniform()) for _ in y]
        a[0] = b[0] = 1.0
        if kind == 5:
            for i in range(1, len(x)):
                x[i] = [f32(v / a[i] ** 0.5) for v in x[i]]
    return x, y, a, b, power, kind

def normalised(w):
    total = sum(w)  # in f64, as the program is given them
    v = [Fraction(v / total) for v in w]
    exact = sum(v)
    return [u / exact for u in v]

def cost(x, y, power):
    r2 = sum((Fraction(a) - Fraction(b)) ** 2 for a, b in zip(x, y))
    if power == 2:
        return r2
    shift = 10 ** 80 * 10 ** 60
    return Fraction(isqrt(int(r2 * shift * shift)), shift)

def transport(c, a, b):
    """Successive shortest paths (Bellman-Ford) in rational arithmetic."""
    n, m = len(a), len(b)
    a, b = list(a), list(b)
    flow = [[Fraction(0)] * m for _ in range(n)]
    while any(v > 0 for v in a):
        dist = [Fraction(0) if a[i] > 0 else None for i in range(n)] + [None] * m
        via = [None] * (n + m)
        changed = True
        while changed:
            changed = False
            for i in range(n):
                for j in range(m):
                    if dist[i] is not None and (dist[n + j] is None or dist[i] + c[i][j] < dist[n + j]):
                        dist[n + j], via[n + j], changed = dist[i] + c[i][j], i, True
                    if flow[i][j] > 0 and dist[n + j] is not None and (dist[i] is None or dist[n + j] - c[i][j] < dist[i]):
                        dist[i], via[i], changed = dist[n + j] - c[i][j], n + j, True
        end = min((j for j in range(m) if b[j] > 0 and dist[n + j] is not None), key=lambda j: dist[n + j])
        path, u = [], n + end
        while via[u] is not None:
            path.append((via[u], u))
            u = via[u]
        room = min([a[u], b[end]] + [flow[w][v - n] for v, w in path if v >= n])
        for v, w in path:
            if v < n:
                flow[v][w - n] += room
            else:
                flow[w][v - n] -= room
        a[u] -= room
        b[end] -= room
    return sum(c[i][j] * flow[i][j] for i in range(n) for j in range(m))

def kale(x, y, sigma, lam):
    """(1 + lam) max_h E_P h - E_Q (e^h - 1) - lam/2 |h|^2 by Newton's method in alpha, h = (mu_P - sum alpha k)/lam."""
    n, m = len(x), len(y)
    k = lambda u, v: mp.exp(-sum((mp.mpf(p) - mp.mpf(q)) ** 2 for p, q in zip(u, v)) / (2 * mp.mpf(sigma) ** 2))
    kyy = mp.matrix(m, m)
    for i in range(m):
        for j in range(m):
            kyy[i, j] = k(y[i], y[j])
    on_q = mp.matrix([sum(k(u, v) for u in x) / n for v in y])
    own = sum(k(u, v) for u in x for v in x) / n ** 2
    b = mp.mpf(1) / m
    alpha = mp.matrix([b] * m)
    lam = mp.mpf(lam)
    def parts(alpha):
        h = (on_q - kyy * alpha) / lam
        norm = own - 2 * sum(alpha[j] * on_q[j] for j in range(m)) + (alpha.T * kyy * alpha)[0]
        f = lambda t: t * mp.log(t) - t + 1 if t > 0 else mp.mpf(1)
        return h, sum(b * f(a / b) for a in alpha) + norm / (2 * lam)
    # the dual is min over alpha of D_f(alpha|b) + norm/(2 lam): Newton on log alpha
    for _ in range(400):
        h, value = parts(alpha)
        gradient = mp.matrix([mp.log(alpha[j] / b) - h[j] for j in range(m)])
        hessian = kyy / lam
        for j in range(m):
            hessian[j, j] += 1 / alpha[j]
        step = mp.lu_solve(hessian, -gradient)
        t = mp.mpf(1)
        while any(alpha[j] + t * step[j] <= 0 for j in range(m)):
            t /= 2
        while parts(alpha + t * step)[1] > value + mp.mpf(10) ** -45 and t > mp.mpf(10) ** -30:
            t /= 2
        alpha = alpha + t * step
        if mp.norm(gradient) < mp.mpf(10) ** -40:
            break
    return (1 + lam) * parts(alpha)[1]

def sinkhorn_divergence(x, y, eps):
    """For |x - y|^2, by Sinkhorn and then Newton's method on the dual."""
    target = mp.mpf(eps)
    c = lambda u, v: sum((mp.mpf(p) - mp.mpf(q)) ** 2 for p, q in zip(u, v))
    def ot(u, v):
        n, m = len(u), len(v)
        costs = [[c(p, q) for q in v] for p in u]
        psi = [mp.mpf(0)] * m
        final, eps = target, mp.mpf(4)
        def phi_of(psi):
            return [-eps * mp.log(sum(mp.exp((-psi[j] - costs[i][j]) / eps) for j in range(m)) / m) for i in range(n)]
        value = lambda psi: sum(phi_of(psi)) / n - sum(psi) / m
        for _ in range(400):
            # from a large epsilon down: a few steps each are enough to stay near
            phi = phi_of(psi)
            plan = mp.matrix(n, m)
            for i in range(n):
                for j in range(m):
                    plan[i, j] = mp.exp((phi[i] - psi[j] - costs[i][j]) / eps) / (n * m)
            s = [sum(plan[i, j] for i in range(n)) for j in range(m)]
            g = mp.matrix([v - mp.mpf(1) / m for v in s])
            if mp.norm(g) < (mp.mpf(10) ** -40 if eps == final else mp.mpf(10) ** -5):
                if eps == final:
                    break
                eps = max(eps / 2, final)
                continue
            a = -n * (plan.T * plan)
            for j in range(m):
                a[j, j] += s[j]
                for k in range(m):
                    a[j, k] += s[j] * s[k]
            step, now, t = eps * mp.lu_solve(a, g), value(psi), mp.mpf(1)
            while value([psi[j] + t * step[j] for j in range(m)]) < now - mp.mpf(10) ** -45 and t > mp.mpf(10) ** -30:
                t /= 2
            psi = [psi[j] + t * step[j] for j in range(m)]
        return value(psi)
    return ot(x, y) - (ot(x, x) + ot(y, y)) / 2

def cloud(seed, n, d=2):
    r = SplitMix(seed)
    return [[f32(2 * r.uniform() - 1) for _ in range(d)] for _ in range(n)]

def moved(points, by, seed):
    r = SplitMix(seed)
    return [[f32(v + by * (2 * r.uniform() - 1)) for v in p] for p in points]

if __name__ == "__main__":
    rows = []
    for seed in range(240):
        x, y, a, b, power, kind = transport_instance(seed)
        c = [[cost(p, q, power) for q in y] for p in x]
        value = transport(c, normalised(a), normalised(b))
        rows.append(("transport", seed, power, mp.nstr(mp.mpf(value.numerator) / value.denominator, 20)))
    for seed in range(3):
        q = cloud(100 + seed, 6)
        for lam in ("1e-3", "1e-5", "1e-6", "1e-7", "1e-8", "1e-9", "1e-10", "1e-12"):
            rows.append(("kale", seed, lam, mp.nstr(kale(q[:3], q, 1.0, lam), 20)))
    for seed in range(3):
        p = [[f32(0.25 * v) for v in u] for u in cloud(200 + seed, 8)]
        for by, eps in ((0.02, "0.1"), (0.02, "0.0025"), (1e-3, "0.0025"), (1e-3, "0.00025")):
            rows.append(("sinkhorn", seed, f"{by} {eps}", mp.nstr(sinkhorn_divergence(p, moved(p, by, 300 + seed), eps), 20)))
    with open(os.path.join(os.path.dirname(__file__), "decades.csv"), "w", newline="") as f:
        w = csv.writer(f)
        w.writerow(("what", "seed", "with", "value"))
        w.writerows(rows)
