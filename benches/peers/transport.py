"""Transport, kernels and KALE: gflow against POT, OTT-JAX, numpy and the published KALE algorithm, one run, ratios.

python3 benches/peers/transport.py [threads]    needs numpy, scipy, POT, ott-jax; builds nothing: run
`cargo build --release --examples` first (the gflow side is examples/peer.rs). Everything runs on `threads` threads
(default 2), each work in a process of its own, medians of several repetitions after a first one.
"""
import json, os, resource, subprocess, sys, tempfile, time

THREADS = sys.argv[1] if len(sys.argv) > 1 else "2"
HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
ENV = dict(os.environ, OMP_NUM_THREADS=THREADS, OPENBLAS_NUM_THREADS=THREADS, MKL_NUM_THREADS=THREADS, RAYON_NUM_THREADS=THREADS,
           XLA_FLAGS=f"--xla_cpu_multi_thread_eigen={'true' if THREADS != '1' else 'false'} intra_op_parallelism_threads={THREADS}", JAX_PLATFORMS="cpu")

def samples(n, d, shift):
    import numpy as np
    rng = np.random.default_rng(7)
    return rng.standard_normal((n, d)), shift + rng.standard_normal((n, d))

def median(f, reps):
    f()
    times = []
    for _ in range(reps):
        t = time.perf_counter(); v = f(); times.append(time.perf_counter() - t)
    return sorted(times)[len(times) // 2], float(v)

def peer(who, what, n, d):
    import numpy as np
    reps = 3 if n >= 5000 else 5
    x, y = samples(n, d, 1.0)
    base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if what == "exact":
        import ot
        a = np.full(n, 1 / n)
        f = lambda: ot.emd2(a, a, ot.dist(x, y), numItermax=10**8)
    elif what == "sinkhorn" and who == "pot":
        import ot
        a = np.full(n, 1 / n); m = ot.dist(x, y)
        f = lambda: float(np.sum(ot.sinkhorn(a, a, ot.dist(x, y), 0.01 * m.max(), method="sinkhorn_log" if n < 0 else "sinkhorn", stopThr=1e-6, numItermax=10000) * 1.0))
    elif what == "sinkhorn":
        import jax, jax.numpy as jnp
        from ott.geometry import pointcloud
        from ott.problems.linear import linear_problem
        from ott.solvers.linear import sinkhorn
        m = ((x[:, None, :] - y[None, :, :]) ** 2).sum(-1).max() if n <= 5000 else None
        eps = 0.01 * float(m)
        run = jax.jit(lambda a, b: sinkhorn.Sinkhorn(threshold=1e-6 if who == "ott" else 1e-3, max_iterations=10000)(linear_problem.LinearProblem(pointcloud.PointCloud(a, b, epsilon=eps))).reg_ot_cost)
        xs, ys = jnp.asarray(x, jnp.float32), jnp.asarray(y, jnp.float32)
        f = lambda: run(xs, ys).block_until_ready()
    elif what == "sliced" and who == "pot":
        import ot
        reps = 1
        f = lambda: ot.sliced_wasserstein_distance(x, y, n_projections=100, seed=0)
    elif what == "sliced":
        theta = np.random.default_rng(0).standard_normal((100, d)); theta /= np.linalg.norm(theta, axis=1, keepdims=True)
        f = lambda: np.sqrt(np.mean((np.sort(x @ theta.T, 0) - np.sort(y @ theta.T, 0)) ** 2))
    elif what == "mmd":
        xs, ys = x.astype(np.float32), y.astype(np.float32)
        def gradient(a, b):
            g = np.zeros_like(a)
            for i in range(0, len(a), 2000):
                c = a[i:i + 2000]
                k = np.exp(-0.5 * np.maximum((c * c).sum(1)[:, None] + (b * b).sum(1)[None] - 2 * c @ b.T, 0))
                g[i:i + 2000] = k @ b - c * k.sum(1)[:, None]
            return g
        f = lambda: (gradient(xs, xs) - gradient(xs, ys)).sum()
    t, v = median(f, reps)
    print(json.dumps({"seconds": t, "value": v, "mb": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - base) / 1024}))

def ours(what, n, d):
    import numpy as np
    x, y = samples(n, d, 1.0)
    for name, v in (("x", x), ("y", y)):
        v.astype("<f8").tofile(os.path.join(tempfile.gettempdir(), f"gflow_peer_{name}.f64"))
    target = os.environ.get("CARGO_TARGET_DIR", os.path.join(ROOT, "target"))
    out = subprocess.run([os.path.join(target, "release", "examples", "peer"), what, str(n), str(d)], env=ENV, capture_output=True, text=True, check=True).stdout
    return json.loads(out)

def run_peer(who, what, n, d):
    p = subprocess.run([sys.executable, __file__, THREADS, "--peer", who, what, str(n), str(d)], env=ENV, capture_output=True, text=True)
    return json.loads(p.stdout.strip().splitlines()[-1]) if p.returncode == 0 else {"error": p.stderr.strip().splitlines()[-1:]}

if "--peer" in sys.argv:
    peer(*sys.argv[3:5], int(sys.argv[5]), int(sys.argv[6]))
    sys.exit()

print(f"{THREADS} threads\n| work | gflow | peer | ratio | memory (MB) gflow, peer |\n|---|---|---|---|---|")
g = ours("stream", 100000, 2)
print(f"| {g['value']:.0f} Sinkhorn iterations, 100000 x 100000 | {g['seconds']:.1f} s | | | {g['mb']:.0f} MB |", flush=True)
for what, n, d, peers in [("exact", 1000, 2, ["pot"]), ("exact", 2000, 2, ["pot"]), ("exact", 5000, 2, ["pot"]), ("sinkhorn", 5000, 2, ["pot", "ott"]),
                          ("sliced", 100000, 2, ["pot", "numpy"]), ("mmd", 10000, 2, ["numpy"]), ("mmd", 10000, 64, ["numpy"])]:
    g = ours(what, n, d)
    for who in peers:
        p = run_peer(who, what, n, d)
        if "error" in p:
            print(f"| {what} n={n} d={d} | {g['seconds'] * 1e3:.1f} ms | {who}: {p['error']} | | |")
            continue
        print(f"| {what} n={n} d={d} | {g['seconds'] * 1e3:.1f} ms ({g['value']:.6g}) | {who} {p['seconds'] * 1e3:.1f} ms ({p['value']:.6g}) | {p['seconds'] / g['seconds']:.1f} | {g['mb']:.0f}, {p['mb']:.0f} |", flush=True)
