"""Files of numpy and pandas, with what they hold by numpy and pandas: tests/data/files, read by tests/truth/files.rs.

numpy 2.4, pandas 3.1: python tests/truth/reference_files.py
"""

import gzip
import io
import itertools
import json
import math
import pathlib

import numpy as np
import pandas as pd

OUT = pathlib.Path(__file__).parent.parent / "data" / "files"
RNG = np.random.default_rng(19)


def numbers(values):
    """Row-major, as JSON: what JSON has no number for is a word."""
    flat = np.asarray(values).astype(float).ravel(order="C")
    return [float(v) if math.isfinite(v) else str(v) for v in flat]


def drawn(dtype, count):
    kind = np.dtype(dtype)
    if kind.kind == "b":
        return RNG.integers(0, 2, count).astype(kind)
    if kind.kind in "iu":
        info = np.iinfo(kind)
        # whole numbers of 64 bits that f64 holds
        low, high = (max(info.min, -(2**53)), min(info.max, 2**53))
        out = RNG.integers(low, high, count, dtype=np.int64 if kind.kind == "i" else np.uint64)
        out[:2] = [low, high]
        return out.astype(kind)
    info = np.finfo(kind)
    out = RNG.normal(size=count).astype(kind)
    out[:5] = [info.max, info.smallest_subnormal, -0.0, np.nan, -np.inf]
    return out


def arrays():
    out = {}
    for name in ["?", "f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"]:
        for order in "<>":
            if order == ">" and np.dtype(name).itemsize == 1:
                continue
            dtype = np.dtype(order + name)
            for shape in [(6,), (3, 2), (2, 3, 2), (2, 1, 3, 2)]:
                for layout in "CF":
                    if layout == "F" and len(shape) == 1:
                        continue
                    a = np.array(drawn(dtype, math.prod(shape)).reshape(shape), dtype=dtype, order=layout)
                    assert a.flags["F_CONTIGUOUS" if layout == "F" else "C_CONTIGUOUS"]
                    out[f"{dtype.str[1:]}{'big' if order == '>' else ''}_{layout}_{'x'.join(map(str, shape))}"] = a
    return out


def versions():
    """The same array under every version of the format."""
    out = {}
    for version in [(1, 0), (2, 0), (3, 0)]:
        file = io.BytesIO()
        np.lib.format.write_array(file, np.asfortranarray(np.arange(6.0).reshape(2, 3)), version=version)
        out[version[0]] = file.getvalue().hex()
    return out


def save_arrays():
    all_of_them = arrays()
    np.savez(OUT / "arrays.npz", **all_of_them)
    some = {k: v for i, (k, v) in enumerate(all_of_them.items()) if i % 4 == 0}
    np.savez_compressed(OUT / "packed.npz", **some)
    held = {k: {"shape": v.shape, "numbers": numbers(v)} for k, v in all_of_them.items()}
    with gzip.GzipFile(OUT / "arrays.json.gz", "wb", mtime=0) as f:
        f.write(json.dumps({"arrays": held, "versions": versions()}).encode())
    x = np.arange(6.0).reshape(3, 2)
    np.savez(
        OUT / "neighbours.npz",
        X=x,
        names=np.array(["a", "b", "c"]),
        objects=np.array([{}, None, 1], dtype=object),
        epoch=7,
    )
    np.savez(OUT / "several.npz", b=x, a=10 * x, y=np.array([0, 1, 1]))
    save_texts(x)


def save_texts(x):
    """Points and labels that are texts, of every kind that NumPy has of one width."""
    words = ["grün", "", "b\0 \U0001f600"]
    np.savez(
        OUT / "texts.npz",
        x=x,
        little=np.array(words, dtype="<U7"),
        big=np.array(words, dtype=">U7"),
        column=np.array(words).reshape(3, 1),
        bytes=np.array([w.encode() for w in words]),
        latin=np.array([w.encode("latin1") for w in ["a", "grün", "b"]]),
        two=np.array(["a", "b"]),
        none=np.array(["", "", ""]),
    )
    back = np.load(OUT / "texts.npz")
    assert list(back["little"]) == list(back["big"]) == list(back["column"][:, 0]) == words
    assert [w.decode() for w in back["bytes"]] == words


def frames():
    """Frames, and their labels where they have some."""
    values = RNG.normal(size=(6, 3))
    gaps = values.copy()
    gaps[0, 0], gaps[3, 2], gaps[5, 0] = np.nan, np.nan, np.nan
    names = ["a b", "größe", 'says "x"']
    yield "floats", pd.DataFrame(values, columns=["x", "y", "z"]), None
    yield "gaps", pd.DataFrame(gaps, columns=names), None
    yield "scales", pd.DataFrame({"a": [1e-300, 2.5, -1e300], "b": [0.1, 1e16, 123456789.125]}), None
    yield "whole", pd.DataFrame({"i": [1, -2, 3], "j": [2**40, 5, 0]}), None
    yield "truth", pd.DataFrame({"t": [True, False, True], "v": [0.5, 1.5, -1.0]}), None
    labelled = pd.DataFrame(values[:4, :2], columns=["x", "y"])
    labelled["species"] = ["setosa", 'a,b;c "d"', "line\nbreak # no comment", "größe"]
    yield "labels", labelled, "species"
    classes = pd.DataFrame(values[:4, :2], columns=["x", "y"])
    classes.insert(0, "class", [2, 0, 1, 0])
    yield "classes", classes, "class"


def tables():
    options = itertools.product(
        [True, False],  # index
        [True, False],  # header
        [",", ";", "\t"],
        [".", ","],
        ["", "NA", "nan"],
        ["\n", "\r\n"],
        [0, 1, 2],  # quoting: as needed, everything, all texts
        [None, "%.3e"],
        ["", "\ufeff"],
    )
    for k, (index, header, sep, decimal, na, end, quoting, fmt, mark) in enumerate(options):
        for j, (name, frame, labels) in enumerate(frames_once):
            # a fifth of all, each value of each option with each other; fractions behind a comma need no other
            if (k + 3 * j) % 5 or (decimal == "," and sep == ",") or (name != "gaps" and na != ""):
                continue
            if not header and not index and name == "truth" and quoting:
                continue
            text = frame.to_csv(
                index=index, header=header, sep=sep, decimal=decimal, na_rep=na, lineterminator=end, quoting=quoting,
                float_format=fmt,
            )
            back = pd.read_csv(
                io.StringIO(text), sep=sep, decimal=decimal, header=0 if header else None,
                index_col=0 if index and header else None,
            )
            if fmt is None:
                assert index and not header or np.array_equal(back.to_numpy(), frame.to_numpy()) or frame.isna().any(axis=None)
            wanted = {}
            at = None if labels is None else list(frame.columns).index(labels) + (index and not header)
            expected = back
            out = {"name": f"{name} {k}", "text": mark + text}
            if labels is not None:
                wanted["labels"] = labels if header else at
                column = back.columns[at]
                out["labels"] = [v if isinstance(v, str) else float(v) for v in back[column]]
                expected = back.drop(columns=[column])
            out["options"] = wanted
            out["shape"] = expected.shape
            out["numbers"] = numbers(expected.to_numpy(dtype=float))
            yield out


def saved_texts():
    """numpy.savetxt."""
    values = RNG.normal(size=(5, 3))
    whole = RNG.integers(-9, 9, size=(5, 3))
    for delimiter, fmt, head in itertools.product(
        [" ", ",", "\t", ";"], ["%.18e", "%10.5f", "%g", "%d"], ["", "x y z", "made by\nnumpy"]
    ):
        a = whole if fmt == "%d" else values
        file = io.StringIO()
        np.savetxt(file, a, delimiter=delimiter, fmt=fmt, header=head, footer="end" if head else "")
        back = np.loadtxt(io.StringIO(file.getvalue()), delimiter=None if delimiter == " " else delimiter)
        yield {
            "name": f"savetxt {delimiter!r} {fmt} {head!r}",
            "text": file.getvalue(),
            "options": {},
            "shape": back.shape,
            "numbers": numbers(back),
        }


frames_once = list(frames())
OUT.mkdir(exist_ok=True)
save_arrays()
lines = [json.dumps(t) for t in itertools.chain(tables(), saved_texts())]
with gzip.GzipFile(OUT / "tables.json.gz", "wb", mtime=0) as f:
    f.write("\n".join(lines).encode())
print(len(lines), "tables")
