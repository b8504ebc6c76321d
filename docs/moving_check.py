"""Holds gflow against POT, GeomLoss and OTT-JAX on the same points: a line for each row of moving.md, what both give and how far apart.

Ends with 1 where a difference is beyond its tolerance. A library that is not installed is left out, and named.
"""
import importlib.util
import sys
import warnings

import gflow_lab as gf
import numpy as np

warnings.filterwarnings("ignore")
rng = np.random.default_rng(0)
p, q = rng.normal(size=(60, 2)), 0.5 * rng.normal(size=(70, 2)) + 1
a, b = rng.random(60), rng.random(70)
a, b = a / a.sum(), b / b.sum()
M = ((p[:, None] - q[None]) ** 2).sum(-1)

s = gf.Session(device="cpu")
for name, value in {"p": p, "q": q, "q2": q[:60], "p1": p[:, :1], "q1": q[:, :1], "a": a, "b": b}.items():
    s[name] = value
WEIGHTED = "#{ source_weights: a, target_weights: b }"
bad = 0


def row(name, theirs, ours, tolerance=1e-9):
    global bad
    theirs, ours = float(theirs), float(s.eval(ours))
    far = abs(theirs - ours)
    bad += not far <= tolerance * max(1, abs(theirs))
    print(f"{name:44s} {theirs:.10f} {ours:.10f} {far:.1e}")


def there(package, name):
    if importlib.util.find_spec(package) is None:
        print(f"{name} is not installed")
        return False
    print(f"\n{name}")
    return True


if there("ot", "POT"):
    import ot

    u, v, E = ot.unif(60), ot.unif(70), ot.dist(p, q, "euclidean")
    row("emd2", ot.emd2(u, v, M), "w2_squared().estimate(p, q).value")
    row("emd2, weighted", ot.emd2(a, b, M), f"w2_squared().estimate(p, q, {WEIGHTED}).value")
    row("sqrt of emd2", np.sqrt(ot.emd2(u, v, M)), "metric::w2(p, q)")
    row("emd2, Euclidean", ot.emd2(u, v, E), "metric::w1(p, q)")
    row("emd2, cubed distance, weighted", ot.emd2(a, b, E**3), f"wasserstein(3, #{{ root: false }}).estimate(p, q, {WEIGHTED}).value")
    row("solve_sample", ot.solve_sample(p, q).value, "w2_squared().estimate(p, q).value")
    options = {"reg": 0.5, "reg_type": "KL", "max_iter": 100000, "tol": 1e-12}
    kl = lambda x, y, f, g: ot.solve_sample(x, y, f, g, **options).value  # noqa: E731
    debiased = kl(p, q, a, b) - kl(p, p, a, a) / 2 - kl(q, q, b, b) / 2
    row("solve_sample, reg KL, debiased by hand", debiased, f"sinkhorn(0.5).estimate(p, q, {WEIGHTED}).value")
    row("emd2_1d", ot.emd2_1d(p[:, 0], q[:, 0], a, b), f"w2_squared().estimate(p1, q1, {WEIGHTED}).value")
    turned = np.linspace(0, np.pi, 20000, endpoint=False)
    all_directions = np.stack([np.cos(turned), np.sin(turned)])
    sliced = ot.sliced_wasserstein_distance(p, q, projections=all_directions)
    row("sliced_wasserstein_distance", sliced, "metric::sliced(p, q)", 0.05)
    largest = ot.max_sliced_wasserstein_distance(p, q, projections=all_directions)
    row("max_sliced_wasserstein_distance", largest, "metric::max_sliced(p, q)", 1e-3)
    options = {"div": "kl", "returnCost": "total", "numItermax": 20000, "stopThr": 1e-16}
    loose = ot.unbalanced.mm_unbalanced2(a, b, M, 2.0, **options)
    row("mm_unbalanced2, kl, reg_m 2", loose, f"(2.0*unbalanced(kl(), 0.5*w2_squared())).estimate(p, q, {WEIGHTED}).value", 1e-3)

if there("geomloss", "GeomLoss"):
    import torch
    from geomloss import SamplesLoss

    x, y, f, g = map(torch.tensor, (p, q, a, b))
    fine = {"blur": 0.5, "scaling": 0.999}
    row("sinkhorn, p 2", SamplesLoss("sinkhorn", p=2, **fine)(f, x, g, y), f"(0.5*sinkhorn(0.5)).estimate(p, q, {WEIGHTED}).value", 1e-4)
    row("sinkhorn, p 1", SamplesLoss("sinkhorn", p=1, **fine)(f, x, g, y), f"sinkhorn(0.5, #{{ p: 1 }}).estimate(p, q, {WEIGHTED}).value", 1e-4)
    row("sinkhorn, without weights", SamplesLoss("sinkhorn", p=2, **fine)(x, y), "0.5*metric::sinkhorn(p, q, 0.5)", 1e-4)
    tiny = SamplesLoss("sinkhorn", p=2, blur=1e-3, scaling=0.99)(f, x, g, y)
    row("sinkhorn, blur to 0", tiny, f"(0.5*w2_squared()).estimate(p, q, {WEIGHTED}).value", 1e-3)
    row("gaussian", SamplesLoss("gaussian", blur=0.5)(f, x, g, y), f"0.5*mmd(gaussian_kernel(0.5)).estimate(p, q, {WEIGHTED}).value", 1e-6)
    row("laplacian", SamplesLoss("laplacian", blur=0.5)(f, x, g, y), f"0.5*mmd(laplace_kernel(0.5)).estimate(p, q, {WEIGHTED}).value", 1e-5)
    row("energy", SamplesLoss("energy")(f, x, g, y), f"0.5*energy().estimate(p, q, {WEIGHTED}).value", 1e-5)

if there("ott", "OTT-JAX"):
    import jax

    jax.config.update("jax_enable_x64", True)
    import jax.numpy as jnp
    from ott.geometry import costs, pointcloud
    from ott.solvers import linear
    from ott.tools import sinkhorn_divergence as sd
    from ott.tools import sliced, unreg

    x, y, f, g = map(jnp.array, (p, q, a, b))
    fine = {"solve_kwargs": {"threshold": 1e-12, "max_iterations": 20000}}
    divergence = lambda **o: sd.sinkhorn_divergence(pointcloud.PointCloud, x, y, **o, **fine)[0]  # noqa: E731
    row("sinkhorn_divergence, weighted", divergence(a=f, b=g, epsilon=0.5), f"sinkhorn(0.5).estimate(p, q, {WEIGHTED}).value")
    row("its default epsilon", divergence(), f"metric::sinkhorn(p, q, {0.05 * M.std()})", 1e-6)
    row("cost_fn Euclidean", divergence(epsilon=0.3, cost_fn=costs.Euclidean()), "sinkhorn(0.3, #{ p: 1 }).estimate(p, q).value")
    row("cost_fn PNormP(2)", divergence(epsilon=0.3, cost_fn=costs.PNormP(2.0)), "(0.5*sinkhorn(0.6)).estimate(p, q).value")
    row("unreg.hungarian", unreg.hungarian(pointcloud.PointCloud(x, y[:60]))[0], "w2_squared().estimate(p, q2).value")
    row("unreg.wassdis_p, 2", unreg.wassdis_p(x, y[:60], p=2.0), "metric::w2(p, q2)")
    row("unreg.wassdis_p, 3", unreg.wassdis_p(x, y[:60], p=3.0), "wasserstein(3).estimate(p, q2).value")
    row("sqrt of sliced_wasserstein", jnp.sqrt(sliced.sliced_wasserstein(x, y, n_proj=20000)[0]), "metric::sliced(p, q)", 0.05)
    line = linear.solve_univariate(pointcloud.PointCloud(x[:, :1], y[:, :1]), f, g).ot_costs[0]
    row("solve_univariate", line, f"w2_squared().estimate(p1, q1, {WEIGHTED}).value")
    small, mass = 0.003, 2.0
    tau = mass / (mass + small)
    cloud = pointcloud.PointCloud(x, y, epsilon=small)
    plan = np.array(linear.solve(cloud, f, g, tau_a=tau, tau_b=tau, threshold=1e-10, max_iterations=100000).matrix)
    entropy = lambda r, m: (np.where(r > 0, r * np.log(np.where(r > 0, r, 1) / m), 0) - r + m).sum()  # noqa: E731
    total = (plan * M).sum() + mass * (entropy(plan.sum(1), a) + entropy(plan.sum(0), b))
    row("linear.solve, tau below 1", total, f"(2.0*unbalanced(kl(), 0.5*w2_squared())).estimate(p, q, {WEIGHTED}).value", 1e-3)

print(f"\n{bad} beyond their tolerances")
sys.exit(bad > 0)
