"""The notebooks of the repository, by nbclient, nbconvert and `gflow run`."""
import os
import re
import subprocess
from pathlib import Path

import nbformat
import pytest
from conftest import KERNEL
from nbclient import NotebookClient
from nbconvert import HTMLExporter, LatexExporter

ROOT = Path(__file__).parents[3]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def test_there_are_notebooks():
    assert len(NOTEBOOKS) >= 3


NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[-+]?\d+)?")
#: what tells how long something took, wherever it stands
TIMES = re.compile(r"\d+(?:\.\d+)? ?(?:ms|s|min)\b|\d+ steps/s")


def without_seconds(text):
    """A table of a history without the column that tells how long it took."""
    lines = [line.split() for line in text.split("\n")]
    column = next((line.index("seconds") for line in lines if "seconds" in line), None)
    if column is None or "step" not in text:
        return text
    return "\n".join(" ".join(line[:column] + line[column + 1 :]) for line in lines)


def told(cell):
    """What a cell tells, apart from times, ids, and what is only there where something took long: bars, figures that move."""
    shown, streams = [], {}
    for o in cell.outputs:
        data = o.get("data", {})
        text = o.get("text", data.get("text/plain", ""))
        if o.output_type == "stream":
            streams[o.name] = streams.get(o.name, "") + text
        elif not ("steps/s" in text or text.startswith(("compiling", "compiled", 'Figure "step '))):
            shown.append((o.output_type, sorted(k for k in data if k != "text/html"), TIMES.sub("T", without_seconds(text))))
    return [*shown, *(("stream", [name], TIMES.sub("T", text)) for name, text in sorted(streams.items()))]


def same(kept, made):
    """Whether two texts have the same words, and numbers that are the same to a hundredth: flows add in another order elsewhere."""
    numbers = [[float(x) for x in NUMBER.findall(t)] for t in (kept, made)]
    words = [re.sub(r"\s+", " ", NUMBER.sub("#", t)) for t in (kept, made)]
    close = all(abs(a - b) <= 0.01 * max(abs(a), abs(b)) + 1e-9 for a, b in zip(*numbers))
    return words[0] == words[1] and len(numbers[0]) == len(numbers[1]) and close


def test_other_numbers_are_noticed():
    assert same("W2 0.2501 in 3 points", "W2 0.2502 in 3 points")
    assert not same("W2 0.25", "W2 0.27") and not same("settled", "stuck") and not same("1 2", "1")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_nbclient_and_nbconvert(path, tmp_path):
    notebook = nbformat.read(path, as_version=4)
    kept = [told(c) for c in notebook.cells if c.cell_type == "code"]
    NotebookClient(notebook, kernel_name=KERNEL, timeout=300, resources={"metadata": {"path": tmp_path}}).execute()
    outputs = [o for c in notebook.cells if c.cell_type == "code" for o in c.outputs]
    assert not any(o.output_type == "error" for o in outputs)
    assert any("image/svg+xml" in o.get("data", {}) or "image/png" in o.get("data", {}) for o in outputs)
    # the outputs in the repository are those of the program as it is
    made = [told(c) for c in notebook.cells if c.cell_type == "code"]
    for number, (before, now) in enumerate(zip(kept, made)):
        assert [o[:2] for o in before] == [o[:2] for o in now], f"cell {number} of {path.name} shows other things: just fresh"
        for (*_, a), (*_, b) in zip(before, now):
            assert same(a, b), f"cell {number} of {path.name} was {a!r} and is {b!r}: just fresh"
    html, _ = HTMLExporter().from_notebook_node(notebook)
    assert "<svg" in html or "image/png" in html


def test_latex_has_the_figures_without_another_program(tmp_path):
    cells = ["plot::scatter(data::ring(50))", "plot::contour(kl().regularized(lipschitz(1.0)).estimate(data::gaussian(60, 2), data::ring(60), #{ steps: 20 }).critic, 3.0)"]
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    NotebookClient(nb, kernel_name=KERNEL, timeout=300, resources={"metadata": {"path": tmp_path}}).execute()
    for cell in nb.cells:
        assert {"image/png", "image/svg+xml", "application/pdf"} <= set(cell.outputs[0].data)
    tex, resources = LatexExporter().from_notebook_node(nb)
    figures = [v for k, v in resources["outputs"].items() if k.endswith(".pdf")]
    assert len(figures) == 2 and all(f.startswith(b"%PDF-") for f in figures) and tex.count("includegraphics") >= 2


def gflow(*arguments, cwd):
    return subprocess.run([os.environ["GFLOW_BIN"], "run", *map(str, arguments)], cwd=cwd, capture_output=True, text=True, timeout=300)


def notebook(tmp_path, *sources):
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(s) for s in sources])
    path = tmp_path / "n.ipynb"
    nbformat.write(nb, path)
    return path


def test_gflow_run(tmp_path):
    path = notebook(tmp_path, 'let n = param("n", 10); n', 'print("a"); print("b"); plot::scatter(data::ring(n))', "io::save(data::ring(3), \"kept.npy\")")
    done = gflow(path.name, "--set", "n=20", "--set", "m=1", "--out", "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "--set m was not read" in done.stderr
    executed = nbformat.read(tmp_path / "out" / "n.ipynb", as_version=4)
    nbformat.validate(executed)
    assert [c.execution_count for c in executed.cells] == [1, 2, 3]
    assert executed.cells[0].outputs[0].data["text/plain"] == "20"
    assert executed.cells[1].outputs[0].text == "a\nb\n"
    assert "image/svg+xml" in executed.cells[1].outputs[1].data
    assert (tmp_path / "out" / "kept.npy").exists()
    assert executed.metadata.kernelspec.name == "gflow"


def test_gflow_run_stops_at_an_error_and_keeps_what_was_done(tmp_path):
    path = notebook(tmp_path, "1 + 1", 'throw "here"', "3")
    done = gflow(path.name, cwd=tmp_path)
    assert done.returncode == 1 and "here" in done.stderr
    executed = nbformat.read(tmp_path / "n.executed.ipynb", as_version=4)
    assert executed.cells[0].outputs[0].data["text/plain"] == "2"
    assert executed.cells[1].outputs[0].output_type == "error"
    assert executed.cells[2].outputs == []


def test_errors_of_rust_cells_are_in_their_cells(tmp_path):
    sources = [f'%%rust\nprintln!("o{i}"); eprintln!("e{i}"); println!("p{i}");' for i in range(10)]
    path = notebook(tmp_path, *sources, '%%rust\nlet v = vec![1]; eprintln!("soon"); if v.len() == 1 { panic!("on purpose") }')
    done = gflow(path.name, cwd=tmp_path)
    # the terminal shows the error, and the error says what the panic said
    assert done.returncode == 1 and "the cell panicked: on purpose" in done.stderr and "see above" not in done.stderr
    executed = nbformat.read(tmp_path / "n.executed.ipynb", as_version=4)
    nbformat.validate(executed)
    for i, cell in enumerate(executed.cells[:-1]):
        streams = [(o.name, o.text) for o in cell.outputs if o.output_type == "stream"]
        assert streams == [("stdout", f"o{i}\n"), ("stderr", f"e{i}\n"), ("stdout", f"p{i}\n")], (i, streams)
    last = [o.get("text", o.get("evalue")) for o in executed.cells[-1].outputs if o.output_type != "display_data"]
    assert last[0] == "soon\npanicked: on purpose\n" and last[1].startswith("the cell panicked: on purpose")


def test_gflow_run_of_what_is_no_notebook(tmp_path):
    (tmp_path / "bad.ipynb").write_text("{}")
    (tmp_path / "worse.ipynb").write_bytes(b"\xff\x00")
    for name in ("bad.ipynb", "worse.ipynb", "missing.ipynb"):
        done = gflow(name, cwd=tmp_path)
        assert done.returncode == 2 and name in done.stderr, done.stderr
