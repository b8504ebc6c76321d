"""What crosses, in which form it comes out, and what is refused with which words."""
import math
import sys

import numpy as np
import pytest

import gflow_lab as gf


@pytest.mark.parametrize(
    "value",
    [None, True, 3, -(2**63), 2.5, math.inf, "text λ\n\"'", [], [1, "a", None], {"a": 1, "b": {"c": [True]}}, 5e-324, -0.0],
)
def test_plain_values_come_back(session, value):
    session["v"] = value
    got = session["v"]
    assert got == value and type(got) is type(value)


def test_nan_comes_back(session):
    session["v"] = [math.nan, 1.0]
    assert math.isnan(session["v"][0])


@pytest.mark.parametrize("dtype", ["f8", "f4", "f2", ">f8", "i8", "i4", "u1", "u8", "bool"])
@pytest.mark.parametrize("order", ["C", "F", "strided", "reversed"])
def test_points_of_any_layout_arrive_as_they_are(session, dtype, order):
    rng = np.random.default_rng(1)
    a = (100 * rng.random((60, 4))).astype(dtype)
    a = {"C": a, "F": np.asfortranarray(a), "strided": a[::2, 1:3], "reversed": a[::-1, ::-1]}[order]
    session["p"] = a
    assert session.eval("[p.len(), p.dim()]").tolist() == list(a.shape)
    assert np.array_equal(session["p"], a.astype(float))
    assert session.eval("p[3][1]") == float(a[3, 1])


def test_lists_are_one_dimensional_arrays(session):
    session["x"] = np.arange(5)
    session["y"] = np.linspace(0, 1, 5)
    assert session.eval("[x, y]")[0].dtype == np.int64
    assert np.array_equal(session.eval("y"), np.linspace(0, 1, 5))
    session["b"] = np.array([True, False])
    session["t"] = np.array(["a", "b"])
    assert session.eval("[b, t]") == [[True, False], ["a", "b"]]
    session["n"] = np.float32(1.5)
    assert session["n"] == 1.5


def test_tables(session):
    session["t"] = gf.Table(x=[1.0, math.nan], name=["a", None], ok=[True, None])
    t = session.eval("t")
    assert isinstance(t, gf.Table) and list(t) == ["x", "name", "ok"]
    assert t["x"][0] == 1.0 and math.isnan(t["x"][1]) and t["name"] == ["a", None] and t["ok"] == [True, None]
    assert "2 rows" in repr(t) and "<table>" in t._repr_html_()
    history = session.eval("gpa(kl().regularized(lipschitz(1.0))).run(data::gaussian(30, 2), data::ring(30), #{ steps: 20 }).history")
    assert history["step"][-1] == 20 and len(history["divergence"]) == len(history["step"])


def test_data_frames(session):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"x": [1, 2], "y": [0.5, None], "s": ["a", None]})
    session["t"] = frame
    back = session["t"].to_pandas()
    assert back["x"].tolist() == [1, 2] and back["s"][0] == "a" and back.isna().sum().tolist() == [0, 1, 1]


def test_torch(session):
    torch = pytest.importorskip("torch")
    x = torch.randn(10, 3, requires_grad=True)
    session["x"] = x
    assert np.allclose(session["x"], x.detach().numpy())


def test_dlpack(session):
    class Packed:
        """What JAX, CuPy and others have."""

        def __init__(self, a, device=1):
            self.a, self.device = a, device

        def __dlpack__(self, **options):
            return self.a.__dlpack__(**options)

        def __dlpack_device__(self):
            return (self.device, 0)

    a = np.arange(6.0).reshape(3, 2)
    session["x"] = Packed(a)
    assert np.array_equal(session["x"], a)
    with pytest.raises(TypeError, match="not in the memory of the CPU"):
        session["x"] = Packed(a, device=2)


def test_what_comes_out_is_writable_and_its_own(session):
    session["p"] = np.ones((4, 2))
    one, other = session["p"], session["p"]
    one[0, 0] = 7
    assert other[0, 0] == 1 and session["p"][0, 0] == 1


@pytest.mark.parametrize(
    "value, error, words",
    [
        (np.zeros((0, 2)), ValueError, "is empty"),
        (np.zeros((3, 4, 5)), ValueError, r"reshape\(len\(bad\), -1\)"),
        (np.zeros(3, complex), TypeError, "complex128"),
        (np.array([object()]), TypeError, "dtype object"),
        (object(), TypeError, "takes numbers, texts, lists"),
        (2**63, OverflowError, "64 bits"),
        ({"a": object()}, TypeError, r"bad\['a'\]"),
        (np.array([["a"]]), TypeError, "one dimension"),
    ],
)
def test_what_cannot_cross_is_an_error_that_names_it(session, value, error, words):
    with pytest.raises(error, match=words):
        session["bad"] = value
    assert session.eval("1 + 1") == 2


def test_names_that_cannot_be_are_errors(session):
    for name in ("fn", "1x", "a b", ""):
        with pytest.raises(gf.Error):
            session[name] = 1


def test_objects_have_the_properties_and_methods_of_the_language(session):
    session["p"] = np.random.default_rng(0).normal(size=(50, 2))
    session.run("let d = kl().regularized(lipschitz(1.0)); let run = gpa(d).run(p, data::ring(50), #{ steps: 10 });", show=False)
    run = session["run"]
    assert run.particles.shape == (50, 2)
    assert "particles" in dir(run) and "resume" in dir(run)
    more = run.resume(5)
    assert more.particles.shape == (50, 2) and not np.array_equal(more.particles, run.particles)
    d = session["d"]
    estimate = d.estimate(session["p"], run.particles, steps=20)
    assert isinstance(estimate.value, float)
    assert "text/plain" in run._repr_mimebundle_()[0] and repr(run)
    with pytest.raises(AttributeError, match="did you mean 'particles'"):
        run.particle
    with pytest.raises(gf.Error):
        run.resume("five")


def test_objects_belong_to_their_session(session):
    with gf.Session(device="cpu") as other:
        other.run("let d = kl();", show=False)
        with pytest.raises(gf.Error, match="another session"):
            session["d"] = other["d"]
        d = other["d"]
    with pytest.raises(gf.SessionDied):
        d.latex()
    assert "closed" in repr(other)


def test_values_are_let_go(session):
    import gc

    for _ in range(20):
        session.eval("kl()")
    gc.collect()
    assert session.eval("1") == 1
    assert not session._wire._gone


def test_without_numpy(monkeypatch):
    import array

    monkeypatch.setitem(sys.modules, "numpy", None)
    with gf.Session(device="cpu") as s:
        s["x"] = array.array("d", [1.0, 2.0])
        assert s["x"].tolist() == [1.0, 2.0]
        s["p"] = memoryview(array.array("d", range(6))).cast("B").cast("d", [3, 2])
        assert s["p"].tolist() == [[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]
        assert s.eval("data::ring(5)").shape == (5, 2)
        with pytest.raises(TypeError, match="with NumPy"):
            s["y"] = array.array("b", [1])
