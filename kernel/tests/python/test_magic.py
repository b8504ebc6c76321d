"""`%%gflow` in IPython: a shell here, and cells of a notebook through a client."""
import time

import numpy as np
import pytest
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell

import gflow_lab as gf




@pytest.fixture
def shell():
    shell = InteractiveShell.instance()
    shell.run_line_magic("load_ext", "gflow_lab")
    yield shell
    shell.run_line_magic("unload_ext", "gflow_lab")


def test_arrays_go_in_and_out(shell, capsys):
    shell.user_ns["p"] = np.ones((5, 2))
    shell.run_cell_magic("gflow", "-i p -o q,n --device cpu", "let q = 2.0 * p; let n = q.len(); print(n); n + 1")
    assert np.array_equal(shell.user_ns["q"], np.full((5, 2), 2.0)) and shell.user_ns["n"] == 5
    assert capsys.readouterr().out == "5\n6\n"
    # the session stays
    shell.run_cell_magic("gflow", "", "let m = 10 * n;")
    assert shell.run_line_magic("gflow", "m") == 50
    shell.run_cell_magic("gflow", "--reset", "let fresh = 1;")
    with pytest.raises(gf.Error):
        shell.run_line_magic("gflow", "m")


def test_mistakes(shell):
    shell.user_ns["points"] = np.ones((5, 2))
    with pytest.raises(UsageError, match="did you mean points"):
        shell.run_cell_magic("gflow", "-i point", "1")
    with pytest.raises(UsageError, match="usage: %%gflow"):
        shell.run_cell_magic("gflow", "--what", "1")
    with pytest.raises(gf.Error, match="no variable of this name"):
        shell.run_cell_magic("gflow", "-o nothing", "let a = 1;")
    with pytest.raises(gf.Error, match="number") as e:
        shell.run_cell_magic("gflow", "-o a", "let a = 7; let b = [chi2()]; b[0].f(\"x\")")
    assert shell.user_ns["a"] == 7
    assert "cell" in "\n".join(e.value._render_traceback_())
    with pytest.raises(TypeError, match="dtype object"):
        shell.user_ns["bad"] = np.array([object()])
        shell.run_cell_magic("gflow", "-i bad", "1")


def test_a_session_that_died_is_replaced(shell):
    shell.run_cell_magic("gflow", "--device cpu", "let a = 1;")
    from gflow_lab.magic import session

    session()._wire.process.kill()
    with pytest.raises(gf.SessionDied):
        shell.run_cell_magic("gflow", "", "a")
    shell.run_cell_magic("gflow", "", "let a = 2;")
    assert shell.run_line_magic("gflow", "a") == 2


def completed(shell, code):
    from IPython.core.completer import provisionalcompleter

    with provisionalcompleter():
        return [(c.text, c.type) for c in shell.Completer.completions(code, len(code))]


def test_completion_is_that_of_the_language(shell):
    shell.run_cell_magic("gflow", "--device cpu", "let run = gpa(kl().regularized(lipschitz(1.0))).run(data::ring(9), data::ring(9), #{ steps: 1 });")
    for code, wanted in (
        ("%%gflow -o x\nlet d = hel", "hellinger"),
        ("%%gflow\nrun.part", "particles"),
        ("%%gflow\nlet a = 1;\ndata::gaus", "gaussian"),
        ("%%gflow\ngpa(kl(), #{ inner_st", "inner_steps"),
    ):
        found = completed(shell, code)
        assert any(text.endswith(wanted) for text, _ in found), (code, found[:5])
    # Python's own elsewhere
    assert any(text.endswith("print") for text, _ in completed(shell, "pri"))


def test_cells_in_a_notebook():
    import nbformat
    from nbclient import NotebookClient

    cells = [
        "%load_ext gflow_lab\nimport numpy as np\np = np.random.default_rng(0).normal(size=(300, 2))",
        "%%gflow -i p -o particles --device cpu\nlet run = gpa(kl().regularized(lipschitz(1.0))).run(p, data::ring(300), #{ steps: 150 });\n"
        "let particles = run.particles;\nplot::scatter(particles)",
        "particles.shape",
        "%%gflow\nlet x = 1;\nchi3()",
        "%gflow plot::scatter(data::ring(20))",
        "%gflow run.history",
    ]
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    book.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    NotebookClient(book, allow_errors=True, timeout=120).execute()
    outputs = [c.outputs for c in book.cells]
    shown = [o for o in outputs[1] if "data" in o and "image/png" in o.data]
    assert {"image/png", "image/svg+xml"} <= shown[-1].data.keys(), outputs[1]
    assert outputs[2][0].data["text/plain"] == "(300, 2)"
    error = outputs[3][0]
    assert error.output_type == "error" and "chi2" in "\n".join(error.traceback) and "wire.py" not in "\n".join(error.traceback)
    assert "image/png" in outputs[4][0].data
    assert "<table>" in outputs[5][0].data["text/html"]


def test_an_interrupt_in_a_notebook_keeps_the_run():
    from jupyter_client.manager import start_new_kernel

    manager, client = start_new_kernel(kernel_name="python3")
    try:
        client.execute_interactive("%load_ext gflow_lab", timeout=60)
        long = "let run = gpa(kl().regularized(lipschitz(1.0))).run(data::gaussian(100, 2), data::ring(100), #{ steps: 1000000 });"
        client.execute("%%gflow --device cpu\n" + long)
        time.sleep(2)
        manager.interrupt_kernel()
        # what is asked before the cell has ended is not run
        reply = client.get_shell_msg(timeout=30)["content"]
        assert reply["status"] == "error" and reply["ename"] == "Interrupted", reply
        shown = []
        client.execute_interactive("%gflow last_run().particles.len()", timeout=30, output_hook=lambda m: shown.append(m))
        results = [m["content"]["data"]["text/plain"] for m in shown if m["msg_type"] == "execute_result"]
        assert results == ["100"], [m["content"] for m in shown]
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
