"""gflow_lab of the repository, with the program that cargo has built."""
import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[3] / "packaging"))
# and what is started from here
os.environ["PYTHONPATH"] = sys.path[0]

import gflow_lab as gf  # noqa: E402


@pytest.fixture(scope="module")
def session():
    with gf.Session(device="cpu") as s:
        yield s
