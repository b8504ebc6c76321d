"""Objectives at potentials that hardly differ, with 50 digits; writes equilibrium.csv.

E_P phi - inf over nu of { nu + E_Q f*(phi - nu) } for phi = size * k/13 + offset on Q and phi + size^2/10 on P, all in f32. Not run
by the tests: `python3 tests/truth/reference_equilibrium.py` regenerates the file beside it (needs mpmath and numpy).
"""
import csv, os
import mpmath as mp
import numpy as np

mp.mp.dps = 50

def alpha(a):
    a = mp.mpf(a)
    def pair(y):
        base = (a - 1) * y
        x = base ** (1 / (a - 1)) if base > 0 else (mp.mpf(0) if a > 1 else mp.inf)
        return x, x * y - (x ** a - 1) / (a * (a - 1))
    return pair

def power(k):
    def pair(y):
        u = mp.sign(y) * (abs(y) / k) ** (mp.mpf(1) / (k - 1))
        x = max(1 + u, mp.mpf(0))
        return x, x * y - (x - 1) ** k
    return pair

def jeffreys(y):
    w = mp.lambertw(mp.exp(1 - y)).real
    return 1 / w, w + 1 / w + y - 2

def js(y):
    e = mp.exp(2 * y)
    return e / (2 - e), -mp.log(2 - e) / 2

def le_cam(y):
    x = 2 / mp.sqrt(1 - y) - 1
    return x, 4 - y - 4 * mp.sqrt(1 - y)

F = {
    "kl": (lambda y: (mp.exp(y), mp.expm1(y)), 0),
    "reverse_kl": (lambda y: (1 / (1 - y), -mp.log(1 - y)), 0),
    "chi2": (lambda y: (1 + y / 2, y + y * y / 4), 0),
    "hellinger": (lambda y: (1 / (1 - y) ** 2, y / (1 - y)), 0),
    "js": (js, 0),
    "jeffreys": (jeffreys, 0),
    "le_cam": (le_cam, 0),
    "alpha(0.5)": (alpha("0.5"), -2),
    "alpha(3)": (alpha(3), mp.mpf(1) / 2),
    "alpha(-20)": (alpha(-20), -mp.mpf(1) / 21),
    "quartic": (power(4), 0),
    "sextic": (power(6), 0),
}

def value(pair, c, p, q):
    mean = lambda v: mp.fsum(v) / len(v)
    low, high = min(q) - c, max(q) - c
    for _ in range(170):
        nu = (low + high) / 2
        if mean([pair(v - nu)[0] for v in q]) > 1:
            low = nu
        else:
            high = nu
    return mean(p) - high - mean([pair(v - high)[1] for v in q])

if __name__ == "__main__":
    rows = []
    for name, (pair, c) in F.items():
        for size in (1e-1, 3e-2, 1e-2, 3e-3, 1e-3, 1e-4, 1e-5):
            size = size * (0.05 if name == "alpha(-20)" else 1)
            for offset in (0.0, 0.7):
                offset = offset * size * 10
                q = [np.float32(size * (5 * j % 13) / 13 + offset) for j in range(13)]
                p = [np.float32(float(v) + 0.1 * size * size) for v in q]
                exact = value(pair, c, [mp.mpf(float(v)) for v in p], [mp.mpf(float(v)) for v in q])
                rows.append((name, repr(size), repr(offset), mp.nstr(exact, 17)))
    with open(os.path.join(os.path.dirname(__file__), "equilibrium.csv"), "w", newline="") as f:
        w = csv.writer(f)
        w.writerow(("f", "size", "offset", "value"))
        w.writerows(rows)
