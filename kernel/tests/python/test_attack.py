"""What went wrong when somebody tried to make it: wrong arrays, waits without an end, messages that do not help."""
import collections
import copy
import os
import pickle
import signal
import subprocess
import sys
import textwrap
import time

import numpy as np
import pytest

import gflow_lab as gf


@pytest.fixture
def own():
    with gf.Session(device="cpu") as s:
        s.eval("1")
        yield s


def test_an_answer_that_nobody_waited_for_is_not_the_next_one(own):
    class Alarm(Exception):
        pass

    def ring(*_):
        raise Alarm

    before = signal.signal(signal.SIGALRM, ring)
    try:
        for _ in range(3):
            signal.setitimer(signal.ITIMER_REAL, 0.1)
            begun = time.time()
            with pytest.raises(Alarm):
                own.eval("{ let t = 0; for i in 0..30000000 { t += i; } [1.5, 2.5, 3.5] }")
            assert own.eval("[10.0, 20.0, 30.0]").tolist() == [10, 20, 30]
            assert time.time() - begun < 5
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def child(work):
    """Runs in a fork; whether it was content."""
    pid = os.fork()
    if pid == 0:
        try:
            os._exit(0 if work() else 1)
        except BaseException:
            os._exit(2)
    return pid


def content(pid):
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def test_arrays_are_ones_own_after_a_fork(own):
    own["p"] = np.ones((4, 2))
    q = own["p"]

    def write():
        q[:] = 100
        return True

    assert content(child(write)) and (q == 1).all()
    p = own["p"]

    def wait():
        time.sleep(0.6)
        return (p == 1).all()

    pid = child(wait)
    del p, q
    kept = [own.eval("a", a=np.full((4, 2), 7.0)) for _ in range(4)]
    assert content(pid) and all((k == 7).all() for k in kept)


def test_arrays_do_not_change_when_memory_is_used_again(own):
    rng = np.random.default_rng(0)
    held = []
    for i in range(400):
        a = rng.normal(size=(int(rng.integers(1, 50)), 2))
        got = own.eval("a", a=a)[:: int(rng.integers(1, 3))]
        held.append((got, got.copy()))
        while len(held) > rng.integers(1, 12):
            held.pop(int(rng.integers(len(held))))
        assert all(np.array_equal(x, y) for x, y in held)
    assert len(os.listdir("/proc/self/fd")) < 60


@pytest.mark.parametrize(
    "value, error, words",
    [
        ("a\ud800b", ValueError, "no text in Unicode"),
        ({"\udcff": 1}, ValueError, "no text in Unicode"),
        (np.ma.array([1.0, 2.0], mask=[0, 1]), TypeError, "filled"),
        (b"abc", TypeError, "decode"),
        (np.array([b"ab"]), TypeError, "astype"),
        (1j, TypeError, "complex"),
        (np.array(1j), TypeError, "complex"),
        (np.datetime64("2020-01-01", "ns"), TypeError, "datetime64"),
        ({1: 2, "1": 3}, ValueError, "two keys"),
        (gf.Table(a=[2**53 + 1]), OverflowError, "2\\^53"),
        (gf.Table(a=np.array([2**60])), OverflowError, "2\\^53"),
        (gf.Table(a=5), TypeError, "a column is"),
        (gf.Table(a=[[1], [2]]), TypeError, "lists in it"),
    ],
)
def test_values_are_refused_before_they_are_sent(own, value, error, words):
    with pytest.raises(error, match=words):
        own["v"] = value
    assert own.eval("1 + 1") == 2


def test_values_in_values(own):
    deep = []
    for _ in range(200):
        deep = [deep]
    circle = {}
    circle["a"] = [circle]
    for v in (deep, circle):
        with pytest.raises(ValueError, match="deeper than"):
            own["v"] = v
    shallow = 1
    for _ in range(20):
        shallow = {"a": [shallow]} if _ % 2 else [shallow]
    own["v"] = shallow
    assert own["v"] == shallow
    own["v"] = collections.UserDict(a=1)
    assert own["v"] == {"a": 1}
    own["v"] = gf.Table(a=[], b=np.array([], float))
    assert list(own["v"]) == ["a", "b"]
    # what is nested deeper in the session comes out as an object
    own.run("let x = [1]; for i in 0..100 { x = [x]; }", show=False)
    assert isinstance(own["x"], list)


def test_wrong_types_are_refused(own):
    for call in (
        lambda: own.eval(5),
        lambda: own.run("1", name=5),
        lambda: own.run(b"1"),
        lambda: own.run(None),
        lambda: own.__setitem__(5, 1),
    ):
        with pytest.raises(TypeError):
            call()
    with pytest.raises(ValueError, match="no text in Unicode"):
        own.run("// \ud800")
    assert own.complete("1", -1)[0] == 0
    assert own.run("1 // see x.rhai", show=False).value == 1
    for seed in ("abc", -1, 1.5, None, True):
        with pytest.raises(ValueError, match="seed"):
            gf.Session(seed=seed)


def test_objects_are_copied_by_name(own):
    d = own.eval("kl()")
    e = copy.copy(d), copy.deepcopy(d)
    del e
    own.eval("1")
    assert "x" in d.latex()
    with pytest.raises(TypeError, match="stays in its session"):
        pickle.dumps(d)


def test_ctrl_c_leaves_a_question():
    code = textwrap.dedent(
        """
        import os, signal, sys, threading, gflow_lab as gf
        s = gf.Session(device="cpu"); s.eval("1")
        threading.Timer(0.7, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
        try:
            s.run('let a = 1; let name = input("who? ");', show=False)
        except KeyboardInterrupt:
            print("\\nleft", s.eval("a"))
        """
    )
    env = dict(os.environ, PYTHONPATH=os.environ["PYTHONPATH"])
    keeps_open, other = os.pipe()
    begun = time.time()
    out = subprocess.run([sys.executable, "-c", code], env=env, stdin=keeps_open, capture_output=True, text=True, timeout=60)
    os.close(other)
    assert "left 1" in out.stdout and time.time() - begun < 20, out.stderr
