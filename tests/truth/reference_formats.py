"""Writes tests/data/formats.zip with h5py, anndata, safetensors, numpy and Pillow, and what they read back.

pip install h5py==3.16.0 anndata==0.12.19 safetensors==0.8.0 pillow==13.0.0 numpy==2.4.6 ml_dtypes==0.6.0
"""
import gzip
import json
import pathlib
import struct
import sys
import tempfile
import warnings
import zipfile

import anndata
import h5py
import ml_dtypes
import numpy as np
import pandas as pd
import scipy.sparse as sp
from PIL import Image
from safetensors.numpy import save_file

warnings.simplefilter("ignore")
OUT = pathlib.Path(tempfile.mkdtemp())
random = np.random.default_rng(19)
held = {"h5": {}, "h5ad": {}, "safetensors": {}, "idx": {}, "images": {}}


def plain(values):
    """Numbers for JSON, words where it has none."""
    out = []
    for v in np.asarray(values, dtype="f8").ravel():
        out.append(float(v) if np.isfinite(v) else str(v).lower())
    return out


def entry(a):
    return {"shape": list(a.shape), "numbers": plain(a)}


def sample(dtype, shape):
    kind = np.dtype(dtype).kind
    if kind == "f":
        a = random.normal(size=shape).astype(dtype)
        a.flat[0] = np.nan
        return a
    if kind == "b":
        return random.random(shape) < 0.5
    info = np.iinfo(dtype)
    return random.integers(max(info.min, -(2**53)), min(info.max, 2**53), size=shape, dtype="i8" if kind == "i" else "u8").astype(dtype)


def put(f, seen, name, a, **options):
    d = f.create_dataset(name, data=a, **options)
    seen[name] = entry(d[()])


def matrix(libver):
    name = f"matrix_{libver[0]}_{libver[1]}.h5"
    with h5py.File(OUT / name, "w", libver=libver) as f:
        seen = held["h5"][name] = {}
        for order in "<>":
            for kind in ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"]:
                put(f, seen, f"types/{'little' if order == '<' else 'big'}_{kind}", sample(order + kind, (3, 2)))
        put(f, seen, "types/bool", sample("?", (4, 2)))
        f["types/enum"] = f["types/little_i4"][()].astype(h5py.enum_dtype({"a": 0, "b": 1}, "i4"))
        a = sample("f4", (23, 7))
        filters = {
            "none": {},
            "gzip": {"compression": "gzip"},
            "gzip_shuffle": {"compression": "gzip", "shuffle": True},
            "lzf": {"compression": "lzf"},
            "lzf_shuffle": {"compression": "lzf", "shuffle": True},
            "fletcher": {"fletcher32": True},
            "all": {"compression": "gzip", "shuffle": True, "fletcher32": True},
        }
        for filter, options in filters.items():
            for chunks in [(23, 7), (5, 7), (5, 3), (1, 1), (30, 10), (23, 2)]:
                if chunks == (1, 1) and filter not in ("none", "all"):
                    continue
                if any(c > s for c, s in zip(chunks, a.shape)):
                    put(f, seen, f"chunks/{filter}_{chunks[0]}x{chunks[1]}", a, chunks=chunks, maxshape=(40, 20), **options)
                else:
                    put(f, seen, f"chunks/{filter}_{chunks[0]}x{chunks[1]}", a, chunks=chunks, **options)
        put(f, seen, "chunks/lzf_long", np.tile(np.arange(50, dtype="i4"), (200, 1)), chunks=(100, 50), compression="lzf")
        put(f, seen, "chunks/cube", sample("i2", (5, 4, 6)), chunks=(2, 3, 4), compression="gzip")
        put(f, seen, "chunks/line", sample("f8", (100,)), chunks=(33,), shuffle=True, compression="gzip")
        # more chunks than a page of the array of them has entries
        put(f, seen, "chunks/many", np.arange(3000, dtype="f4").reshape(1500, 2), chunks=(1, 2))
        put(f, seen, "chunks/many_packed", np.arange(2400, dtype="i2").reshape(1200, 2), chunks=(1, 2), compression="gzip")
        put(f, seen, "chunks/grows", a, chunks=(5, 7), maxshape=(None, 7), compression="gzip")
        put(f, seen, "chunks/grows_plain", a, chunks=(2, 3), maxshape=(None, 9))
        put(f, seen, "chunks/grows_across", a, chunks=(2, 1), maxshape=(30, None), shuffle=True, compression="gzip")
        put(f, seen, "chunks/grows_long", np.arange(3000, dtype="i2").reshape(1500, 2), chunks=(1, 2), maxshape=(None, 2))
        put(f, seen, "chunks/grows_both", a, chunks=(5, 3), maxshape=(None, None), compression="gzip")
        put(f, seen, "chunks/grows_both_plain", a, chunks=(5, 3), maxshape=(None, None))
        # parts that were never written
        d = f.create_dataset("unwritten/half", shape=(10, 4), chunks=(3, 2), dtype="f4", fillvalue=2.5)
        d[:5] = 1.0
        seen["unwritten/half"] = entry(d[()])
        d = f.create_dataset("unwritten/all", shape=(3, 2), dtype="i4", fillvalue=7)
        seen["unwritten/all"] = entry(d[()])
        d = f.create_dataset("unwritten/zeros", shape=(4,), chunks=(2,), dtype="f8")
        seen["unwritten/zeros"] = entry(d[()])
        # in the header itself
        plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        plist.set_layout(h5py.h5d.COMPACT)
        space = h5py.h5s.create_simple((2, 3))
        d = h5py.Dataset(h5py.h5d.create(f.id, b"compact", h5py.h5t.IEEE_F64LE, space, plist))
        d[...] = np.arange(6).reshape(2, 3) / 8
        seen["compact"] = entry(d[()])
        early = plist.copy()
        early.set_layout(h5py.h5d.CHUNKED)
        early.set_chunk((2, 2))
        early.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
        d = h5py.Dataset(h5py.h5d.create(f.id, b"early", h5py.h5t.STD_I32LE, h5py.h5s.create_simple((5, 3)), early))
        d[...] = np.arange(15).reshape(5, 3)
        seen["early"] = entry(d[()])
        f["empty"] = h5py.Empty("f4")
        f["none"] = np.zeros((0, 3))
        f["scalar"] = 3.5
        seen["scalar"] = {"shape": [], "numbers": [3.5]}
        f["record"] = np.array([(1, 2.5, b"x", [1, 2]), (3, 4.5, b"yy", [3, 4])], dtype=[("i", "i1"), ("f", "f8"), ("s", "S3"), ("v", "f4", (2,))])
        seen["record/i"] = {"shape": [2], "numbers": [1, 3]}
        seen["record/f"] = {"shape": [2], "numbers": [2.5, 4.5]}
        seen["record/v"] = {"shape": [2, 2], "numbers": [1, 2, 3, 4]}
        f["texts/any"] = ["", "red", "Grün", "a longer one", "red"]
        f["texts/fixed"] = np.array([b"red", b"green", b"", b"blue", b"red"])
        f["soft"] = h5py.SoftLink("/compact")
        f["types/soft"] = h5py.SoftLink("bool")
        f["outside"] = h5py.ExternalLink("other.h5", "/x")
        f["named"] = np.dtype("f4")
        d = f.create_dataset("of_named", data=np.float32([1, 2, 3]), dtype=f["named"])
        seen["of_named"] = entry(d[()])
        big = f.create_group("big")
        for i in range(70):
            big[f"n{i:03}"] = [float(i), -float(i)]
        seen["big/n042"] = {"shape": [2], "numbers": [42, -42]}
        seen["big/n069"] = {"shape": [2], "numbers": [69, -69]}
        ordered = f.create_group("ordered", track_order=True)
        for i in range(20):
            ordered[f"z{20 - i}"] = [float(i)]
        seen["ordered/z3"] = {"shape": [1], "numbers": [17]}
        for s in ["csr", "csc"]:
            m = sp.random(6, 5, 0.3, random_state=2, format=s)
            g = f.create_group(s)
            g.attrs["encoding-type"] = f"{s}_matrix"
            g.attrs["shape"] = m.shape
            for part in ["data", "indices", "indptr"]:
                g[part] = getattr(m, part)
            seen[s] = entry(m.toarray())


for libver in [("earliest", "v108"), ("latest", "latest")]:
    matrix(libver)

with h5py.File(OUT / "block.h5", "w", userblock_size=1024) as f:
    f["only"] = np.arange(8, dtype="f4").reshape(4, 2)
held["h5"]["block.h5"] = {"only": entry(np.arange(8).reshape(4, 2))}
with h5py.File(OUT / "refused.h5", "w") as f:
    f["complex"] = np.zeros(3, "c16")
    f.create_dataset("scaled", data=np.arange(10), chunks=(5,), scaleoffset=0)
    f["lists"] = np.array([[1, 2], [3, 4]])
    d = f.create_dataset("vlen", (2,), dtype=h5py.vlen_dtype("i4"))
    d[0] = [1, 2, 3]
    f["bfloat"] = np.zeros(3, "f4")
with h5py.File(OUT / "one.h5", "w") as f:
    f["x"] = np.arange(12, dtype="f4").reshape(6, 2)
    f["names"] = ["a", "b", "a", "b", "c", "c"]

for name, libver in [("seed_old.h5", "earliest"), ("seed_new.h5", "latest")]:
    with h5py.File(OUT / name, "w", libver=libver) as f:
        f.create_dataset("x", data=np.arange(24, dtype="f4").reshape(8, 3), chunks=(3, 2), compression="gzip", shuffle=True, fletcher32=True)
        f.create_dataset("y", data=np.arange(8, dtype="i2"), chunks=(4,), compression="lzf")
        f["names"] = ["a", "b", "a", "b", "c", "c", "a", "b"]
with h5py.File(OUT / "seed_grows.h5", "w", libver="latest") as f:
    f.create_dataset("x", data=np.arange(40, dtype="i2").reshape(20, 2), chunks=(1, 2), maxshape=(None, 2), compression="gzip")
    f.create_dataset("y", data=np.arange(12, dtype="i2").reshape(4, 3), chunks=(2, 2), maxshape=(None, None))
    f.create_dataset("fixed", data=np.arange(12, dtype="f4"), chunks=(5,))
    for i in range(9):
        f[f"names/n{i}"] = np.int8(i)
with h5py.File(OUT / "seed.h5ad", "w", libver="latest") as f:
    m = sp.csr_matrix(np.eye(4, 3))
    g = f.create_group("X")
    g.attrs["encoding-type"] = "csr_matrix"
    g.attrs["shape"] = m.shape
    for part in ["data", "indices", "indptr"]:
        g[part] = getattr(m, part)
    f["obs/_index"] = ["a", "b", "c", "d"]
    f["obs"].attrs["_index"] = "_index"
    f["obs/kind/codes"] = np.array([0, 1, -1, 1], "i1")
    f["obs/kind/categories"] = ["B", "T"]
    f["obs/kind"].attrs["encoding-type"] = "categorical"
    f["obs/n"] = [1, 2, 3, 4]

cells = pd.DataFrame(
    {
        "louvain": pd.Categorical(["1", "0", None, "1", "0", "2"]),
        "batch": pd.Categorical([30, 10, 30, 20, 10, 20]),
        "counts": [10, 20, 30, 40, 50, 60],
        "score": [0.5, -1.5, np.nan, 2.0, 0.25, 1.0],
        "doublet": [True, False, False, True, False, True],
        "donor": ["ann", "bob", "ann", "cem", "ann", "bob"],
        "maybe": pd.array([1, None, 3, 4, None, 6], dtype="Int64"),
        "surely": pd.array([True, None, False, True, None, True], dtype="boolean"),
    },
    index=[f"cell{i}" for i in range(6)],
)
genes = pd.DataFrame({"highly": [True, False, True, True]}, index=["CD3D", "LYZ", "MS4A1", "NKG7"])
dense = random.poisson(1.0, (6, 4)).astype("f4")
for name, x, options in [
    ("dense", dense, {}),
    ("packed", dense.astype("f8"), {"compression": "gzip"}),
    ("lzf", dense.astype("i4"), {"compression": "lzf"}),
    ("csr", sp.csr_matrix(dense), {"compression": "gzip"}),
    ("csc", sp.csc_matrix(dense), {}),
    ("empty_x", None, {}),
]:
    a = anndata.AnnData(X=x, obs=cells.copy(), var=genes.copy())
    a.obsm["X_pca"] = random.normal(size=(6, 2))
    a.layers["counts"] = sp.csr_matrix(dense * 2)
    if x is not None:
        a.raw = a.copy()
    a.write_h5ad(OUT / f"{name}.h5ad", **options)
    b = anndata.read_h5ad(OUT / f"{name}.h5ad")
    held["h5ad"][f"{name}.h5ad"] = {
        "X": None if x is None else plain(b.X.toarray() if sp.issparse(b.X) else b.X),
        "obsm/X_pca": plain(b.obsm["X_pca"]),
        "layers/counts": plain(b.layers["counts"].toarray()),
        "obs": {
            c: [None if pd.isna(v) else (v if isinstance(v, str) else float(v)) for v in b.obs[c]] for c in b.obs.columns
        },
    }
# as AnnData 0.7 wrote categories
with h5py.File(OUT / "seven.h5ad", "w") as f:
    f["X"] = dense
    obs = f.create_group("obs")
    obs.attrs["_index"] = "index"
    obs.attrs["encoding-type"] = "dataframe"
    obs["index"] = [f"cell{i}" for i in range(6)]
    obs["__categories/louvain"] = ["B", "T"]
    obs["louvain"] = np.array([1, 0, -1, 1, 0, 1], "i1")
    obs["louvain"].attrs["categories"] = obs["__categories/louvain"].ref
    var = f.create_group("var")
    var.attrs["_index"] = "index"
    var["index"] = list(genes.index)

tensors = {}
for kind in ["?", "f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"]:
    tensors[f"t_{kind.replace('?', 'bool')}"] = sample(kind, (3, 2))
tensors["t_bf16"] = random.normal(size=(3, 2)).astype(ml_dtypes.bfloat16)
tensors["cube"] = sample("f4", (2, 3, 2))
tensors["line"] = sample("f4", (5,))
tensors["scalar"] = np.array(2.5, dtype="f4")
save_file(tensors, OUT / "matrix.safetensors", metadata={"shape": "3,2", "format": "np"})
held["safetensors"]["matrix.safetensors"] = {k: entry(v.astype("f8")) for k, v in tensors.items()}
save_file({"points": np.arange(8, dtype="f4").reshape(4, 2), "labels": np.arange(4)}, OUT / "two.safetensors")
save_file({"points": np.arange(8, dtype="f8").reshape(4, 2)}, OUT / "one.safetensors")

codes = {"u1": 8, "i1": 9, "i2": 11, "i4": 12, "f4": 13, "f8": 14}
for kind, code in codes.items():
    for shape in [(4,), (3, 2), (2, 3, 2)]:
        a = sample(">" + kind, shape)
        name = f"{kind}_{len(shape)}"
        data = struct.pack(">BBBB", 0, 0, code, len(shape)) + struct.pack(f">{len(shape)}I", *shape) + a.tobytes()
        held["idx"][name] = {**entry(a / 255 if kind == "u1" else a), "hex": data.hex()}
whole = bytes.fromhex(held["idx"]["u1_3"]["hex"])
# several members one behind the other, as `cat a.gz b.gz` makes them
members = gzip.compress(whole[:7], mtime=0) + gzip.compress(whole[7:20], mtime=0) + gzip.compress(whole[20:], mtime=0)
held["idx"]["members"] = {**{k: held["idx"]["u1_3"][k] for k in ("shape", "numbers")}, "hex": members.hex()}


def image(name, mode, size, **options):
    channels = len(Image.new(mode, (1, 1)).getbands())
    depth = "u2" if mode.startswith("I;16") else "u1"
    top = 65536 if depth == "u2" else 256
    a = random.integers(0, top, size=(size[1], size[0]) + ((channels,) if channels > 1 else ()), dtype=depth)
    if options.pop("smooth", False):
        a = (np.add.outer(np.arange(size[1]) * 9, np.arange(size[0]) * 7)).astype("u1")
        a = np.stack([a, 255 - a, a // 2], -1) if channels == 3 else a
    Image.fromarray(a).save(OUT / name, **options)
    b = Image.open(OUT / name)
    rgb = np.asarray(b.convert("RGB")) if channels == 3 or mode == "P" else None
    grey = np.asarray(b)
    held["images"][name] = {
        "size": list(size),
        "depth": depth,
        # planes of the colours, or rows of greys
        "numbers": plain(rgb.transpose(2, 0, 1) if rgb is not None else grey),
    }


image("grey.png", "L", (5, 4))
image("rgb.png", "RGB", (5, 4))
image("deep.png", "I;16", (5, 4))
image("grey.jpg", "L", (16, 8), smooth=True, quality=95)
image("rgb.jpg", "RGB", (16, 8), smooth=True, quality=95, subsampling=0)
image("sub.jpg", "RGB", (19, 13), smooth=True, quality=90)
image("progressive.jpg", "RGB", (19, 13), smooth=True, quality=90, progressive=True)
Image.fromarray(random.integers(0, 256, (4, 5, 3), dtype="u1")).quantize(8).save(OUT / "palette.png")
held["images"]["palette.png"] = {"size": [5, 4], "depth": "u1", "numbers": plain(np.asarray(Image.open(OUT / "palette.png").convert("RGB")).transpose(2, 0, 1))}
Image.new("RGBA", (5, 4), (1, 2, 3, 255)).save(OUT / "opaque.png")
Image.new("RGBA", (5, 4), (1, 2, 3, 100)).save(OUT / "transparent.png")

with zipfile.ZipFile(sys.argv[1] if len(sys.argv) > 1 else "tests/data/formats.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as z:
    for p in sorted(OUT.iterdir()):
        z.writestr(zipfile.ZipInfo(p.name), p.read_bytes(), zipfile.ZIP_DEFLATED)
    z.writestr(zipfile.ZipInfo("formats.json"), json.dumps(held), zipfile.ZIP_DEFLATED)
