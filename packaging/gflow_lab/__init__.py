"""gflow: gradient flows of probability divergences. This package brings the program `gflow` and its Jupyter kernel."""
from .program import program

__all__ = ["__version__", "program"]


def __getattr__(name):
    # asked of the installer's records when somebody asks: a kernel starts without
    if name == "__version__":
        from importlib.metadata import version

        return version("gflow-lab")
    raise AttributeError(f"module 'gflow_lab' has no attribute {name!r}")
