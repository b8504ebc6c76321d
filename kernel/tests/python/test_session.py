"""Texts that run, errors with their places, interrupts, and what goes wrong around a session."""
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import numpy as np
import pytest

import gflow_lab as gf

LONG = "let run = gpa(kl().regularized(lipschitz(1.0))).run(data::gaussian(200, 2), data::ring(200), #{ steps: 1000000 });"


def test_run_takes_a_text_or_a_file(tmp_path):
    text = 'let x = param("lr", 0.5); let n = p.len(); print(`n is ${n}`); x * n'
    p = np.ones((7, 2))
    r = gf.run(text, lr=0.25, p=p, device="cpu", show=False)
    assert r.value == 1.75 and r.text == "n is 7\n" and r.x == 0.25 and r["n"] == 7
    assert set(r.variables) >= {"x", "n", "p"} and "x" in dir(r)
    script = tmp_path / "script.rhai"
    script.write_text('import "part" as part; part::twice(param("x", 1))')
    (tmp_path / "part.rhai").write_text("fn twice(x) { 2 * x }")
    for given in (script, str(script)):
        assert gf.run(given, x=4, device="cpu").value == 8


def test_parameters_can_be_points():
    r = gf.run('let p = param("p", data::ring(10)); p.len()', p=np.ones((3, 2)), device="cpu")
    assert r.value == 3


def test_parameters_that_nobody_reads_are_told():
    with pytest.warns(UserWarning, match="rl: not read"):
        gf.run('param("lr", 0.5)', rl=0.25, device="cpu")
    with pytest.raises(gf.Error, match="given as text, but the default of `lr` is a number"):
        gf.run('param("lr", 0.5)', lr="fast", device="cpu")


def test_missing_files_are_errors():
    with pytest.raises(FileNotFoundError):
        gf.run("nowhere.rhai")


def test_errors_have_the_place_and_a_caret(tmp_path):
    with pytest.raises(gf.Error) as e:
        gf.run("let a = 1;\nlet d = chi3();", device="cpu")
    report = str(e.value)
    assert "did you mean `chi2`" in report and "chi3()" in report and "2:" in report and "\x1b" not in report
    assert any("\x1b" in line for line in e.value._render_traceback_())
    # nothing of a text runs that has a name without a meaning; of one that fails on its way there is what was made before
    with pytest.raises(gf.Error) as e:
        gf.run("let a = 1;\nlet b = chi2().f(\"x\");", device="cpu")
    assert e.value.result["a"] == 1 and "2:" in str(e.value)


def test_errors_of_a_program_are_the_reports_of_its_script():
    code = "import gflow_lab as gf; gf.run('let d = chi3();', device='cpu')"
    out = subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, text=True)
    assert out.returncode == 1
    assert "did you mean `chi2`" in out.stderr and "wire.py" not in out.stderr and "File \"<string>\", line 1" in out.stderr
    assert out.stderr.count("gflow_lab/") <= 2


def environment(**more):
    return dict(os.environ, PYTHONPATH=str(Path(gf.__file__).parents[1]), **more)


def test_figures(tmp_path):
    r = gf.run("plot::scatter(data::ring(50))", device="cpu", show=False)
    (figure,) = r.figures
    data, _ = figure._repr_mimebundle_()
    assert {"image/png", "image/svg+xml", "application/pdf", "text/plain"} <= data.keys()
    for form, head in ((".png", b"\x89PNG"), (".pdf", b"%PDF"), (".svg", b"<svg")):
        figure.save(tmp_path / f"f{form}")
        assert (tmp_path / f"f{form}").read_bytes().startswith(head)
    with pytest.raises(ValueError, match=".png, .pdf"):
        figure.save(tmp_path / "f.gif")
    # the value is the same figure, of the session
    assert "image/png" in r.value._repr_mimebundle_()[0]


def test_output_goes_where_it_is_wanted(capfd):
    seen = []
    with gf.Session(device="cpu") as s:
        s.run('print("one"); note("two"); 3' if False else 'print("one"); 3')
        s.run('print("two")', show=False)
        s.run('print("three")', show=lambda kind, o: seen.append((kind, o)))
    assert capfd.readouterr().out == "one\n3\n"
    assert seen == [("stream", {"name": "stdout", "text": "three\n"})]


def test_an_exception_of_a_callback_stops_the_text_and_leaves_the_session():
    class Mine(Exception):
        pass

    def fail(kind, o):
        raise Mine

    with gf.Session(device="cpu") as s:
        begun = time.time()
        with pytest.raises(Mine):
            s.run('let a = 5; print("one");' + LONG, show=fail)
        assert time.time() - begun < 20
        assert s["a"] == 5 and s.eval("1 + 1") == 2
        with pytest.raises(gf.Error, match="cannot give it another"):
            s.run('print("one")', show=lambda kind, o: s.eval("1"))
        assert s.eval("1 + 1") == 2


def test_two_threads_wait_for_each_other():
    with gf.Session(device="cpu") as s:
        s.run("let n = 0;", show=False)
        found = []

        def work(k):
            for i in range(20):
                found.append(s.eval(f"{k} + {i}") == k + i)
                s.run(f"n += 1;", show=False)

        threads = [threading.Thread(target=work, args=(100 * k,)) for k in range(4)]
        [t.start() for t in threads]
        [t.join() for t in threads]
        assert len(found) == 80 and all(found) and s["n"] == 80


def test_a_session_outlives_the_thread_that_made_it():
    made = []
    t = threading.Thread(target=lambda: made.append(gf.Session(device="cpu")))
    t.start()
    t.join()
    time.sleep(0.3)
    assert made[0].eval("1 + 1") == 2
    made[0].close()


def test_another_thread_stops_a_text():
    with gf.Session(device="cpu") as s:
        threading.Timer(0.8, s.interrupt).start()
        with pytest.raises(gf.Interrupted) as e:
            s.run(LONG, show=False)
        assert isinstance(e.value, KeyboardInterrupt)
        assert e.value.result.last_run.particles.shape == (200, 2)
        assert len(s.eval("last_run()").history["step"]) > 1


def test_ctrl_c_keeps_the_run():
    code = textwrap.dedent(
        f"""
        import os, signal, threading, gflow_lab as gf
        threading.Timer(1.5, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
        try:
            gf.run({LONG!r}, device="cpu", show=False)
        except KeyboardInterrupt as e:
            print(e.result.last_run.particles.shape, signal.getsignal(signal.SIGINT) is signal.default_int_handler)
        """
    )
    out = subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, text=True, timeout=60)
    assert out.stdout == "(200, 2) True\n", out.stderr


def test_a_session_that_dies_says_so():
    s = gf.Session(device="cpu")
    s.run("let a = 1;", show=False)
    os.kill(s._wire.process.pid, signal.SIGKILL)
    with pytest.raises(gf.SessionDied, match="perhaps because memory ran out"):
        s.run("a")
    s.close()
    with pytest.raises(gf.SessionDied, match="closed"):
        s.eval("1")


def test_sessions_end_with_their_python():
    code = "import gflow_lab as gf, os; s = gf.Session(device='cpu'); s.eval('1'); print(s._wire.process.pid, flush=True); os._exit(0)"
    out = subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, text=True, timeout=60)
    pid = int(out.stdout)
    for _ in range(100):
        state = Path(f"/proc/{pid}/stat")
        if not state.exists() or state.read_text().split()[2] == "Z":
            return
        time.sleep(0.05)
    os.kill(pid, signal.SIGKILL)
    raise AssertionError("the session is still there")


def test_a_fork_has_no_session(session):
    session.eval("1")
    pid = os.fork()
    if pid == 0:
        try:
            session.eval("1")
        except gf.Error as e:
            os._exit(0 if "fork" in str(e) else 2)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert session.eval("1") == 1


def test_no_program(monkeypatch):
    monkeypatch.setenv("GFLOW_PROGRAM", "/nowhere/gflow")
    with pytest.raises(gf.SessionDied, match="could not be started"):
        gf.Session()


def test_wrong_settings_are_told():
    with pytest.raises(ValueError, match="auto, cpu, wgpu"):
        gf.Session(device="quantum")


def test_questions_without_anybody(monkeypatch):
    monkeypatch.setattr("builtins.input", lambda prompt: "Emmy")
    with gf.Session(device="cpu") as s:
        assert s.run('let name = input("who? "); name', show=False).value == "Emmy"


def test_completion():
    with gf.Session(device="cpu") as s:
        s.run("let points = data::ring(5);", show=False)
        start, names = s.complete("let q = poi")
        assert start == 8 and ("points", "variable") in names
        assert "particles" not in dict(s.complete("points.")[1])


def test_large_texts_and_many_outputs():
    with gf.Session(device="cpu") as s:
        text = "x" * 3_000_000
        s["t"] = text
        assert s["t"] == text
        r = s.run("for i in 0..2000 { print(i) }", show=False)
        assert r.text.count("\n") == 2000
