"""Writes what scripts/003 has printed into the table of a page: table.py OUTPUT PAGE."""
import re
import sys
from pathlib import Path

ROWS = {
    "`exact()`": None,
    "ReLU, spectral norm": "relu, spectral",
    "GroupSort, spectral norm": "groupsort, spectral",
    "ReLU, one-sided penalty": "relu, penalty",
    "ReLU, LP penalty": "relu, lp",
}

printed, page = Path(sys.argv[1]).read_text(), Path(sys.argv[2])
targets = re.split(r"^(?=\S[^\n]*: exact)", printed, flags=re.M)[1:]
assert len(targets) == 2, f"{sys.argv[1]} has not two targets"


def cells(target, name):
    if name is None:
        exact = float(re.search(r": exact ([\d.]+)", target)[1])
        return f"{exact:.4f} | {exact:.4f} ≤ D ≤ {exact:.4f}"
    value, lower = re.search(rf"^  {re.escape(name)}: value ([\d.]+), ([\d.]+) <= D", target, re.M).groups()
    return f"{float(value):.4f} | {float(lower):.4f} ≤ D"


rows = "\n".join(f"| {title} | {cells(targets[0], name)} | {cells(targets[1], name)} |" for title, name in ROWS.items())
text, changed = re.subn(r"(?<=\|---\|---\|---\|---\|---\|\n)(\|[^\n]*\n)+", rows + "\n", page.read_text())
assert changed == 1, f"{page} has not one table of five columns"
page.write_text(text)
