"""Flows: gflow's steps against the same steps in PyTorch eager, one run, ratios.

python3 benches/peers/flows.py [threads]    needs torch; build first: cargo build --release
Same samples sizes, widths, optimiser, number of critic steps; the least of three repetitions per step.
"""
import json, math, os, subprocess, sys, tempfile, time

THREADS = sys.argv[1] if len(sys.argv) > 1 else "2"
ENV = dict(os.environ, OMP_NUM_THREADS=THREADS, MKL_NUM_THREADS=THREADS, RAYON_NUM_THREADS=THREADS)
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
GFLOW = os.path.join(os.environ.get("CARGO_TARGET_DIR", os.path.join(ROOT, "target")), "release", "gflow")

WORKS = {
    "MMD flow, N = 240": ("mmd_flow(gaussian_kernel(0.2236), #{ dt: 0.01 })", 240, 4000),
    "GPA, 3 critic steps, N = 200": ('gpa(kl().regularized(lipschitz(1.0)), #{ inner_steps: 3, critic: mlp([32, 32, 32], #{ activation: "relu", power_iterations: 1 }) })', 200, 1000),
    "GPA, 3 critic steps, N = 10000": ('gpa(kl().regularized(lipschitz(1.0)), #{ inner_steps: 3, critic: mlp([32, 32, 32], #{ activation: "relu", power_iterations: 1 }) })', 10000, 30),
    "GPA on digits, convolutional critic, N = 200": ('gpa(kl().regularized(lipschitz(1.0)), #{ inner_steps: 3, critic: cnn(#{ channels: [32, 64], power_iterations: 1 }) })', 200, 200),
    "GAN, 5 critic steps, batch 256": ('gan(kl().regularized(lipschitz(1.0)), #{ batch: 256, lr: 0.001, generator_lr: 0.001, ema: 0.0, generator: mlp([64, 64, 64], #{ activation: "leaky_relu" }), critic: mlp([64, 64], #{ activation: "leaky_relu", power_iterations: 1 }) })', 4096, 400),
    "W2-FE, all pairs, K = 5, batch 256": ('w2_fe(#{ batch: 256, persistent: 5, lr: 0.001, generator_lr: 0.001, ema: 0.0, generator: mlp([64, 64, 64], #{ activation: "leaky_relu" }), critic: pair([64, 64]) })', 4096, 400),
}

def flow_name(flow):
    return next(name for name, work in WORKS.items() if work[0] == flow)

def ours(flow, n, steps):
    samples = f"data::digits().rows(0, {n}); let p = data::gaussian({n}, 64)" if "digits" in flow_name(flow) else f"data::ring({n}); let p = data::gaussian({n}, 2)"
    script = f"let q = {samples}; let f = {flow}; f.run(p, q, #{{ steps: {steps // 4 + 1}, record_every: 1000000, snapshots: 0 }}); let best = 1e9; for k in 0..3 {{ let r = f.run(p, q, #{{ steps: {steps}, record_every: 1000000, snapshots: 0 }}); best = min(best, r.seconds); }} print(best / {steps});"
    with tempfile.NamedTemporaryFile("w", suffix=".rhai", delete=False) as f:
        f.write(script)
    out = subprocess.run([GFLOW, "run", f.name, "--quiet", "--device", "cpu"], env=ENV, capture_output=True, text=True, check=True).stdout
    os.unlink(f.name)
    return float(out.strip().splitlines()[-1])

def peer(name, n, steps):
    import torch
    from torch import nn
    torch.set_num_threads(int(THREADS)); torch.manual_seed(0)
    angle = torch.randint(0, 8, (n,)) * math.pi / 4
    q = 4 * torch.stack([angle.cos(), angle.sin()], 1) + 0.1 * torch.randn(n, 2)
    p = torch.randn(n, 2)
    def mlp(sizes, act, spectral):
        layers = []
        for a, b in zip(sizes, sizes[1:]):
            l = nn.Linear(a, b)
            layers += [torch.nn.utils.parametrizations.spectral_norm(l) if spectral else l, act()]
        return nn.Sequential(*layers[:-1])
    kl = lambda phi, y, x: phi(y).mean() - (torch.logsumexp(phi(x), 0) - math.log(len(x))).squeeze()
    batch = lambda t: t[torch.randint(0, len(t), (256,))]
    if name.startswith("MMD"):
        s2 = 2 * 0.2236**2
        k = lambda a, b: torch.exp(-torch.cdist(a, b, compute_mode="use_mm_for_euclid_dist")**2 / s2)
        y = p.clone()
        def step():
            nonlocal y
            z = y.clone().requires_grad_(True)
            f = (k(z, y).mean(1) - k(z, q).mean(1)).sum()
            y = y - 0.01 * torch.autograd.grad(f, z)[0]
    elif name.startswith("GPA"):
        phi = mlp([2, 32, 32, 32, 1], nn.ReLU, True)
        if "digits" in name:
            norm = torch.nn.utils.parametrizations.spectral_norm
            conv = lambda a, b: norm(nn.Conv2d(a, b, 3, stride=2, padding=1))
            phi = nn.Sequential(nn.Unflatten(1, (1, 8, 8)), conv(1, 32), nn.LeakyReLU(0.2), conv(32, 64), nn.LeakyReLU(0.2), nn.Flatten(), norm(nn.Linear(256, 1)))
            p, q = torch.randn(n, 64), torch.rand(n, 64)
        opt = torch.optim.Adam(phi.parameters(), lr=7e-3, betas=(0.85, 0.999))
        y = p.clone()
        def step():
            nonlocal y
            for _ in range(3):
                opt.zero_grad(); (-kl(phi, y, q)).backward(); opt.step()
            z = y.clone().requires_grad_(True)
            y = y - 0.2 * torch.autograd.grad(phi(z).sum(), z)[0]
    else:
        g = mlp([2, 64, 64, 64, 2], lambda: nn.LeakyReLU(0.2), False)
        og = torch.optim.Adam(g.parameters(), lr=1e-3, betas=(0.5, 0.9))
        if name.startswith("GAN"):
            phi = mlp([2, 64, 64, 1], lambda: nn.LeakyReLU(0.2), True)
            oc = torch.optim.Adam(phi.parameters(), lr=1e-3, betas=(0.5, 0.9))
            def step():
                for _ in range(5):
                    z, x = batch(p), batch(q)
                    oc.zero_grad(); (-kl(phi, g(z).detach(), x)).backward(); oc.step()
                og.zero_grad(); phi(g(z)).mean().backward(); og.step()
        else:
            phi, psi = (mlp([2, 64, 64, 1], lambda: nn.LeakyReLU(0.2), False) for _ in range(2))
            oc = torch.optim.Adam([*phi.parameters(), *psi.parameters()], lr=1e-3, betas=(0.5, 0.9))
            def step():
                for _ in range(5):
                    z, x = batch(p), batch(q)
                    y = g(z).detach()
                    a, b = phi(y), psi(x).T
                    c = torch.cdist(y, x)**2
                    oc.zero_grad(); (-(a.mean() + b.mean() - 50 * torch.relu(a + b - c).mean())).backward(); oc.step()
                y = g(z).detach().requires_grad_(True)
                goal = (y - 0.5 * torch.autograd.grad(phi(y).sum(), y)[0]).detach()
                for _ in range(5):
                    og.zero_grad(); ((goal - g(z))**2).sum(1).mean().backward(); og.step()
    for _ in range(steps // 4 + 1):
        step()
    best = 1e9
    for _ in range(3):
        t = time.perf_counter()
        for _ in range(steps):
            step()
        best = min(best, (time.perf_counter() - t) / steps)
    print(json.dumps(best))

if "--peer" in sys.argv:
    peer(sys.argv[3], int(sys.argv[4]), int(sys.argv[5]))
    sys.exit()

print(f"{THREADS} threads\n| step | gflow | PyTorch | ratio |\n|---|---|---|---|", flush=True)
for name, (flow, n, steps) in WORKS.items():
    a = ours(flow, n, steps)
    b = json.loads(subprocess.run([sys.executable, __file__, THREADS, "--peer", name, str(n), str(steps)], env=ENV, capture_output=True, text=True, check=True).stdout.strip().splitlines()[-1])
    print(f"| {name} | {a * 1e3:.3f} ms | {b * 1e3:.3f} ms | {b / a:.1f} |", flush=True)
