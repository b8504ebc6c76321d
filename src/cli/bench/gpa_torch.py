"""The loop of gpa.rhai in PyTorch, eager: prints the median milliseconds per step."""
import math, os, sys, time
import torch

torch.set_num_threads(int(os.environ.get("NT", "2")))
torch.manual_seed(0)
N, steps = int(sys.argv[1]), int(sys.argv[2])
th = 2 * math.pi * (torch.arange(N) % 8) / 8
X = torch.stack([4 * torch.cos(th), 4 * torch.sin(th)], 1) + 0.3 * torch.randn(N, 2)
Y = torch.randn(N, 2)
sizes = [2, 32, 32, 32, 1]
W = [((2 * torch.rand(a, b) - 1) / math.sqrt(a)).requires_grad_() for a, b in zip(sizes, sizes[1:])]
B = [torch.zeros(1, b).requires_grad_() for b in sizes[1:]]
U = [torch.nn.functional.normalize(torch.randn(1, a), dim=1) for a in sizes[:-1]]
opt = torch.optim.Adam(W + B, lr=1e-3, eps=1e-8)

def normalised(power):
    out = []
    for i, w in enumerate(W):
        with torch.no_grad():
            v = U[i] @ w
            v = v / (v.norm() + 1e-12)
            if power:
                u = v @ w.t()
                U[i] = u / (u.norm() + 1e-12)
        out.append(w / ((U[i] @ w) @ v.t()))
    return out

def phi(x, ws):
    for i, w in enumerate(ws):
        x = torch.addmm(B[i], x, w)
        if i < 3:
            x = torch.relu(x)
    return x

times = []
for s in range(5 + steps):
    t = time.perf_counter()
    for _ in range(5):
        ws = normalised(True)
        loss = torch.logsumexp(phi(X, ws), 0).squeeze() - math.log(N) - phi(Y, ws).mean()
        opt.zero_grad()
        loss.backward()
        opt.step()
    Yt = Y.clone().requires_grad_()
    (g,) = torch.autograd.grad(phi(Yt, normalised(False)).sum(), Yt)
    Y = Y - 0.2 * g
    if s >= 5:
        times.append(time.perf_counter() - t)
times.sort()
print(1e3 * times[len(times) // 2])
