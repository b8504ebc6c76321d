"""How numbers are written in texts, lengths of time in Parquet, and obs of AnnData, as pandas and anndata have them:
tests/data/tables/written.zip, read by tests/truth/written.rs.

pandas 3.1, pyarrow 26, anndata 0.12: python tests/truth/reference_written.py
"""

import io
import json
import pathlib
import tempfile
import warnings
import zipfile

import anndata
import numpy as np
import pandas as pd

OUT = pathlib.Path(__file__).parent.parent / "data" / "tables" / "written.zip"
warnings.simplefilter("ignore")
# texts as anndata has always written them
pd.set_option("future.infer_string", False)


def cell(v):
    if v is None or v is pd.NA or isinstance(v, float) and np.isnan(v):
        return None
    if isinstance(v, (bool, np.bool_)):
        return bool(v)
    return v if isinstance(v, str) else float(v)


def table(df):
    return {"names": [str(c) for c in df.columns], "columns": [[cell(v) for v in df[c]] for c in df.columns]}


TEXTS = [
    ('x,y\n"1,234.50",1\n"12,345",2\n-7,3\n', {"thousands": ","}),
    ('x;y\n1.234,56;7,5\n1.234.567;-0,25\n', {"thousands": ".", "decimal": ",", "sep": ";"}),
    ("x;y\n1,234;5\n2,345;6\n", {"decimal": ",", "sep": ";"}),
    ("x;y\n1,234;5\n2,345;6\n", {"thousands": ",", "sep": ";"}),
    ("x\ty\n1 000\t1.5\n-12 345 678\t2\n", {"thousands": " ", "sep": "\t"}),
    ("x\n1 000\n2 000\n", {"thousands": " ", "sep": ","}),
    ("x;y\n1'234.5;1\n7;2\n", {"thousands": "'", "sep": ";"}),
    ("x,y\n1_000,1\n7,2\n", {"thousands": "_"}),
    ("zip,x\n01234,1\n10115,2\n", {"dtype": {"zip": str}}),
    ("2019,2020,2021\n1.5,2.5,3.5\n4,5,6\n", {}),
]


def texts():
    out = []
    for text, options in TEXTS:
        held = table(pd.read_csv(io.StringIO(text), **options))
        ours = {{"sep": "separator", "dtype": "texts"}.get(k, k): list(v) if k == "dtype" else v for k, v in options.items()}
        if text.startswith("2019"):
            ours["header"] = True
        if text.startswith("x\n"):
            # a separator that is not there is no sign of one column
            del ours["separator"]
        out.append({"text": text, "options": ours, "held": held})
    return out


def main():
    with zipfile.ZipFile(OUT, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as out, tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        frame = pd.DataFrame({"d": pd.to_timedelta([1, 90], unit="s").astype("timedelta64[ms]"), "x": [0.5, 1.5]})
        frame.to_parquet(folder / "durations.parquet")
        frame = pd.DataFrame({"x": [0.5, 1.5]}, index=pd.Index([3, 4]))
        frame.to_parquet(folder / "index.parquet")
        obs = pd.DataFrame(
            {
                "kind": pd.Categorical(["b", None, "a", "b"]),
                "count": np.array([3, 1, 2, 9]),
                "score": [0.5, np.nan, 1.5, -2.0],
                "donor": ["p", "q", "p", "r"],
            },
            index=pd.Index(["c1", "c2", "c3", "c4"], name="barcode"),
        )
        cells = anndata.AnnData(np.arange(8.0).reshape(4, 2), obs=obs)
        cells.write_h5ad(folder / "cells.h5ad")
        held = obs.reset_index()
        held["kind"] = held["kind"].astype(object)
        for name in ["durations.parquet", "index.parquet", "cells.h5ad"]:
            out.write(folder / name, name)
        out.writestr("written.json", json.dumps({"texts": texts(), "obs": table(held)}))


main()
