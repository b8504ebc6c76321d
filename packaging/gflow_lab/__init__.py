"""gflow: gradient flows of probability divergences, from Python.

    import gflow_lab as gf

    r = gf.run("script.rhai", p=points, lr=1e-3)   # a file or a text; p is a variable and a parameter
    r["run"].particles                             # points are arrays
    r["run"].history                               # tables are dicts of columns, .to_pandas() is a DataFrame

    s = gf.Session()                               # variables stay from one text to the next
    s["q"] = points
    s.run("let d = kl().regularized(lipschitz(1.0)); let run = gpa(d).run(q, data::ring(500));")
    s.eval("metric::w2(run.particles, q)")

In IPython and Jupyter, `%load_ext gflow_lab` makes a cell that begins with `%%gflow -i p,q -o particles` one of gflow's.
"""
from .program import program

_PLACES = {
    "run": "session",
    "Session": "session",
    "Result": "result",
    "Object": "values",
    "Table": "values",
    "Error": "errors",
    "Diverged": "errors",
    "DeviceError": "errors",
    "Interrupted": "errors",
    "SessionDied": "errors",
    "load_ipython_extension": "magic",
    "unload_ipython_extension": "magic",
}

__all__ = ["__version__", "program", *sorted(n for n in _PLACES if "ipython" not in n)]


def __getattr__(name):
    # looked up when somebody asks: a kernel starts without
    if name in _PLACES:
        from importlib import import_module

        return getattr(import_module("." + _PLACES[name], __name__), name)
    if name == "__version__":
        from importlib.metadata import version

        return version("gflow-lab")
    raise AttributeError(f"module 'gflow_lab' has no attribute {name!r}")


def __dir__():
    return __all__
