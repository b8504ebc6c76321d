"""GPA on the eight-Gaussian ring: gflow through its own scripts against PyTorch eager and JAX jit, on the CPU.

    pip install torch jax            # once, in a virtual environment
    cargo build --release
    python3 benches/peers/compare.py [path of the gflow binary]

Rounds alternate between the programs, so that a busy machine is busy for all; the median of the rounds counts.
NT sets the threads (2): every program runs on that many processors and sees no others. Milliseconds depend on the machine:
quote the ratios.
"""
import os, statistics, subprocess, sys

here = os.path.dirname(os.path.abspath(__file__))
gflow = sys.argv[1] if len(sys.argv) > 1 else os.path.join(here, "../../target/release/gflow")
threads = os.environ.get("NT", "2")
env = dict(os.environ, NT=threads, RAYON_NUM_THREADS=threads)

def run(command):
    pin = lambda: os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:int(threads)])
    out = subprocess.run(command, env=env, capture_output=True, text=True, preexec_fn=pin if hasattr(os, "sched_setaffinity") else None)
    if out.returncode:
        print(out.stderr[-400:], file=sys.stderr)
        return None
    return float(out.stdout.split()[-1])

def programs(n, steps):
    yield "gflow", [gflow, "run", os.path.join(here, "gpa.rhai"), "--device", "cpu", "--quiet", "--set", f"n={n}", "--set", f"steps={steps}"]
    yield "torch", [sys.executable, os.path.join(here, "gpa_torch.py"), str(n), str(steps)]
    yield "jax", [sys.executable, os.path.join(here, "gpa_jax.py"), str(n), str(steps)]

print(f"{'N':>6} {'gflow ms':>9} {'torch ms':>9} {'jax ms':>9} {'torch/gflow':>12} {'jax/gflow':>10}   ({threads} threads)")
for n, steps, rounds in [(200, 300, 5), (1000, 150, 5), (10000, 25, 3)]:
    times = {}
    for _ in range(rounds):
        for name, command in programs(n, steps):
            t = run(command)
            if t is not None:
                times.setdefault(name, []).append(t)
    m = {k: statistics.median(v) for k, v in times.items()}
    show = lambda k: f"{m[k]:9.2f}" if k in m else "        -"
    ratio = lambda k: f"{m[k] / m['gflow']:.2f}" if k in m and "gflow" in m else "-"
    print(f"{n:>6} {show('gflow')} {show('torch')} {show('jax')} {ratio('torch'):>12} {ratio('jax'):>10}", flush=True)
