"""Instructions of every hot path, counted by callgrind on one thread, against benches/instructions.json.

    python3 benches/instructions.py            # report
    python3 benches/instructions.py --write    # record a new baseline

Valgrind knows AVX2 but not AVX-512: what is counted is the code of machines with AVX2. Counts repeat to about a tenth of a
per cent on one compiler; the report marks what moved by more than two.
"""
import json, os, re, subprocess, sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BASELINE = os.path.join(ROOT, "benches", "instructions.json")
SLACK = 0.02

def binary():
    out = subprocess.run(["cargo", "build", "--release", "--bench", "instructions", "--message-format=json"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    built = [json.loads(line) for line in out.splitlines() if '"executable"' in line]
    return next(m["executable"] for m in built if m.get("executable") and m["target"]["name"] == "instructions")

def count(program, name):
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", "--collect-atstart=no", program, name]
    out = subprocess.run(command, env=dict(os.environ, RAYON_NUM_THREADS="1"), capture_output=True, text=True)
    found = re.search(r"Collected : (\d+)", out.stderr)
    if out.returncode or not found or int(found.group(1)) == 0:
        sys.exit(f"callgrind counted nothing for {name}:\n{out.stderr[-600:]}")
    return int(found.group(1))

program = binary()
paths = [line.split("\t") for line in subprocess.run([program], capture_output=True, text=True, check=True).stdout.splitlines()]
counts = {}
baseline = json.load(open(BASELINE)) if os.path.exists(BASELINE) else {}
print(f"{'hot path':<40} {'instructions':>14} {'recorded':>14} {'change':>8} {'per flop':>9}")
for name, flops in paths:
    counts[name] = count(program, name)
    old = baseline.get(name)
    change = f"{counts[name] / old - 1:+8.2%}" if old else "     new"
    per = f"{counts[name] / int(flops):9.3f}" if int(flops) else "         "
    mark = "  <--" if old and abs(counts[name] / old - 1) > SLACK else ""
    print(f"{name:<40} {counts[name]:>14,} {old or 0:>14,} {change} {per}{mark}", flush=True)
for name in sorted(set(baseline) - {name for name, _ in paths}):
    print(f"{name:<40} is recorded but not there any more")
if "--write" in sys.argv:
    with open(BASELINE, "w") as f:
        json.dump(counts, f, indent=1)
        f.write("\n")
