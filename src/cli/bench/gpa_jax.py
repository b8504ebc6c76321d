"""The loop of gpa.rhai in JAX, jitted: prints the median milliseconds per step, compilation left out."""
import math, os, sys, time

os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=true intra_op_parallelism_threads=" + os.environ.get("NT", "2"))
import jax, jax.numpy as jnp

N, steps = int(sys.argv[1]), int(sys.argv[2])
k = jax.random.split(jax.random.PRNGKey(0), 20)
th = 2 * math.pi * (jnp.arange(N) % 8) / 8
X = jnp.stack([4 * jnp.cos(th), 4 * jnp.sin(th)], 1) + 0.3 * jax.random.normal(k[0], (N, 2))
Y = jax.random.normal(k[1], (N, 2))
sizes = [2, 32, 32, 32, 1]
W = [jax.random.uniform(k[2 + i], (a, b), minval=-1, maxval=1) / math.sqrt(a) for i, (a, b) in enumerate(zip(sizes, sizes[1:]))]
B = [jnp.zeros((1, b)) for b in sizes[1:]]
U = [jax.random.normal(k[8 + i], (1, a)) for i, a in enumerate(sizes[:-1])]
U = [u / jnp.linalg.norm(u) for u in U]

def normalised(W, U, power):
    out, nu = [], []
    for w, u in zip(W, U):
        wd = jax.lax.stop_gradient(w)
        v = u @ wd
        v = v / (jnp.sqrt((v * v).sum()) + 1e-12)
        if power:
            u = v @ wd.T
            u = u / (jnp.sqrt((u * u).sum()) + 1e-12)
        out.append(w / ((u @ w) @ v.T))
        nu.append(u)
    return out, nu

def apply(x, ws, B):
    for i, (w, b) in enumerate(zip(ws, B)):
        x = x @ w + b
        if i < 3:
            x = jax.nn.relu(x)
    return x

def loss(P, U, Y):
    ws, nu = normalised(P[0], U, True)
    return jax.nn.logsumexp(apply(X, ws, P[1])) - math.log(N) - apply(Y, ws, P[1]).mean(), nu

def total(Y, P, U):
    return apply(Y, normalised(P[0], U, False)[0], P[1]).sum()

@jax.jit
def step(P, M, V, U, Y, t):
    for _ in range(5):
        (l, U), g = jax.value_and_grad(loss, has_aux=True)(P, U, Y)
        t = t + 1
        M = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, M, g)
        V = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, V, g)
        P = jax.tree.map(lambda p, m, v: p - 1e-3 * (m / (1 - 0.9**t)) / (jnp.sqrt(v / (1 - 0.999**t)) + 1e-8), P, M, V)
    return P, M, V, U, Y - 0.2 * jax.grad(total)(Y, P, U), t

P = (W, B)
M, V, t = jax.tree.map(jnp.zeros_like, P), jax.tree.map(jnp.zeros_like, P), jnp.float32(0)
times = []
for s in range(5 + steps):
    t0 = time.perf_counter()
    P, M, V, U, Y, t = step(P, M, V, U, Y, t)
    jax.block_until_ready((P, Y))
    if s >= 5:
        times.append(time.perf_counter() - t0)
times.sort()
print(1e3 * times[len(times) // 2])
