"""Runs the code blocks of pages, each alone in an empty folder: blocks.py PAGE…

A block of `rhai`, `python` or `sh` runs unless the line above it is an HTML comment, `<!-- not run: why -->` or `<!-- needs: package -->`;
what is not run is named. Blocks of other languages are text.
"""
import importlib.util
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BLOCK = re.compile(r"^(?:<!-- (?P<mark>.*?) -->\n)?```(?P<kind>rhai|python|sh)\n(?P<code>.*?)^```", re.S | re.M)
FLAGS = ["--quiet", "--device", "cpu"]


def command(kind, folder, code):
    file = folder / {"rhai": "block.rhai", "python": "block.py", "sh": "block.sh"}[kind]
    file.write_text(code)
    return {
        "rhai": [os.environ["GFLOW"], "run", file.name, *FLAGS],
        "python": [sys.executable, file.name],
        "sh": ["bash", "-e", file.name],
    }[kind]


def reason(mark):
    """Why a block is not run; none where it is."""
    if not mark:
        return None
    what, _, rest = mark.partition(": ")
    if what == "not run":
        return rest
    if what == "needs" and importlib.util.find_spec({"pot": "ot", "ott-jax": "ott"}.get(rest, rest)) is None:
        return f"{rest} is not installed"
    return None


def main():
    environment = dict(os.environ, PYTHONPATH=str(ROOT / "packaging"), GFLOW_DEVICE="cpu", MPLBACKEND="agg")
    environment["PATH"] = f"{Path(os.environ['GFLOW']).parent}:{environment['PATH']}"
    failed, ran, skipped = [], 0, []
    for page in map(Path, sys.argv[1:]):
        text = page.read_text()
        for match in BLOCK.finditer(text):
            name = f"{page}:{text[: match.start('kind')].count(chr(10)) + 1}"
            why = reason(match["mark"])
            if why:
                skipped.append(f"{name}: {why}")
                continue
            with tempfile.TemporaryDirectory() as folder:
                begun = time.time()
                call = command(match["kind"], Path(folder), match["code"])
                out = subprocess.run(call, cwd=folder, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL)
                ran += 1
                if out.returncode:
                    failed.append(name)
                    print(f"{name} failed:\n{match['code']}\n{out.stdout[-2000:]}{out.stderr[-2000:]}")
                elif time.time() - begun > 10:
                    print(f"{name}: {time.time() - begun:.0f} s")
    for line in skipped:
        print("not run:", line)
    print(f"{ran} blocks ran, {len(failed)} failed, {len(skipped)} were not run")
    sys.exit(bool(failed) or ran == 0)


main()
