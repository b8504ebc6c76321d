"""Tables by pandas and Parquet files by pyarrow, with what they hold: tests/data/tables, read by tests/truth/tables.rs.

pandas 2.3, pyarrow 26: python tests/truth/reference_tables.py
`python tests/truth/reference_tables.py odd` writes those of columns that no table has alone.
`python tests/truth/reference_tables.py check FOLDER` reads the files that `write.rhai`, beside the data, wrote there.
"""

import datetime
import decimal
import gzip
import io
import json
import math
import pathlib
import sys
import uuid
import zipfile

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

OUT = pathlib.Path(__file__).parent.parent / "data" / "tables"
RNG = np.random.default_rng(19)


def cell(v):
    """As JSON: what is missing is null, what JSON has no number for is a word in a list."""
    if v is None or v is pd.NA or v is pd.NaT:
        return None
    if isinstance(v, (bool, np.bool_)):
        return bool(v)
    if isinstance(v, str):
        return v
    v = float(v)
    if math.isnan(v):
        return None
    return v if math.isfinite(v) else [str(v)]


def table(df):
    """Columns in order, each a list."""
    return {"names": [str(c) for c in df.columns], "columns": [[cell(v) for v in df[c]] for c in df.columns]}


def text_of_moment(t, utc=False):
    return None if t is None or t is pd.NaT else str(pd.Timestamp(t))


def gapped(values, gaps):
    return [None if gaps and i % 4 == 1 else v for i, v in enumerate(values)]


def columns(n, gaps):
    """Name to (arrow array, expected cells)."""
    out = {}

    def add(name, kind, values, expected=None):
        values = gapped(values, gaps)
        expected = values if expected is None else gapped(expected, gaps)
        out[name] = (pa.array(values, type=kind), [cell(v) for v in expected])

    for bits in (8, 16, 32, 64):
        low, high = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1
        low, high = max(low, -(2**53)), min(high, 2**53)
        add(f"i{bits}", getattr(pa, f"int{bits}")(), [low, high] + [int(v) for v in RNG.integers(low, high, n - 2)])
        high = min(2**bits - 1, 2**53)
        add(f"u{bits}", getattr(pa, f"uint{bits}")(), [0, high] + [int(v) for v in RNG.integers(0, high, n - 2)])
    f8 = [0.1, -0.0, 1e300, 5e-324, math.inf] + list(RNG.normal(size=n - 5))
    add("f8", pa.float64(), f8)
    f4 = [float(np.float32(v)) for v in [0.1, -0.0, 3e38, 1e-45, -math.inf] + list(RNG.normal(size=n - 5))]
    add("f4", pa.float32(), f4)
    f2 = [np.float16(v) for v in [0.1, -0.0, 65504, 6e-8, math.inf] + list(RNG.normal(size=n - 5))]
    add("f2", pa.float16(), f2, [float(v) for v in f2])
    few = [float(v) for v in RNG.integers(0, 3, n)]
    add("few", pa.float64(), few)
    add("bool", pa.bool_(), [bool(v) for v in RNG.integers(0, 2, n)])
    words = ["", "a", "b, \"c\"", "é∇", "long " * 9, "a\nb"]
    texts = [words[i] for i in RNG.integers(0, len(words), n)]
    add("text", pa.string(), texts)
    add("large", pa.large_string(), [f"id{i:05}" for i in RNG.integers(0, 99999, n)])
    categories = pa.array(gapped(texts, gaps)).dictionary_encode()
    out["category"] = (categories, [cell(v) for v in gapped(texts, gaps)])
    digits = [decimal.Decimal(int(v)).scaleb(-3) for v in RNG.integers(-(10**8), 10**8, n)]
    add("decimal", pa.decimal128(9, 3), digits, [float(v) for v in digits])
    wide = [decimal.Decimal(int(v) * 10**12 + 7).scaleb(-20) for v in RNG.integers(-(10**17), 10**17, n)]
    add("wide", pa.decimal128(38, 20), wide, [float(v) for v in wide])
    days = [datetime.date(1970, 1, 1) + datetime.timedelta(days=int(v)) for v in RNG.integers(-200000, 100000, n)]
    add("date", pa.date32(), days, [str(v) for v in days])
    for unit, per in (("ms", 10**3), ("us", 10**6), ("ns", 10**9)):
        counts = [0, -1, per * 86400] + [int(v) for v in RNG.integers(-(10**9) * per, 10**9 * per, n - 3)]
        moments = [pd.Timestamp(v, unit=unit) for v in counts]
        add(f"moment_{unit}", pa.timestamp(unit), counts, [str(v) for v in moments])
    counts = [int(v) for v in RNG.integers(0, 10**15, n)]
    add("moment_utc", pa.timestamp("us", tz="UTC"), counts, [str(pd.Timestamp(v, unit="us", tz="UTC")) for v in counts])
    clock = [int(v) for v in RNG.integers(0, 86400 * 10**6, n)]
    add("time", pa.time64("us"), clock, [clock_text(v) for v in clock])
    ids = [uuid.UUID(int=int(v)) for v in RNG.integers(0, 2**62, n)]
    add("uuid", pa.uuid(), [v.bytes for v in ids], [str(v) for v in ids])
    add("gaps", pa.float64(), [None] * n)
    return out


def clock_text(us):
    rest = us % 10**6
    text = f"{us // 10**6 // 3600:02}:{us // 10**6 // 60 % 60:02}:{us // 10**6 % 60:02}"
    return text if rest == 0 else f"{text}.{rest:06}"


def parquet(zip_file, held):
    def keep(name, made, expected, **options):
        out = io.BytesIO()
        pq.write_table(made, out, **{"store_schema": False, "write_statistics": False, **options})
        zip_file.writestr(name, out.getvalue())
        held[name] = expected

    def whole(gaps, n=16, only=None):
        found = columns(n, gaps)
        found = {k: v for k, v in found.items() if only is None or k in only}
        expected = {"names": list(found), "columns": [v[1] for v in found.values()]}
        return pa.table({k: v[0] for k, v in found.items()}), expected

    for gaps in (False, True):
        sign = "gaps" if gaps else "full"
        made = whole(gaps)
        for version in ("1.0", "2.0"):
            for dictionary in (False, True):
                name = f"plain_{sign}_{version}_{'dictionary' if dictionary else 'values'}.parquet"
                keep(name, *made, compression="none", use_dictionary=dictionary, data_page_version=version)
        some = whole(gaps, n=40, only=["i32", "f8", "few", "bool", "text", "large", "moment_ns"])
        for codec in ("snappy", "gzip", "zstd", "lz4", "brotli"):
            for version in ("1.0", "2.0"):
                keep(f"{codec}_{sign}_{version}.parquet", *some, compression=codec, data_page_version=version)
        for encoding, only in (
            ("DELTA_BINARY_PACKED", ["i8", "i32", "i64", "u32", "u64", "moment_ns"]),
            ("DELTA_LENGTH_BYTE_ARRAY", ["text", "large"]),
            ("DELTA_BYTE_ARRAY", ["text", "large", "uuid", "wide"]),
            ("BYTE_STREAM_SPLIT", ["f4", "f8", "f2", "i32", "i64", "uuid", "decimal"]),
            ("RLE", ["bool"]),
        ):
            # more than a block of differences
            made = whole(gaps, n=300 if encoding == "DELTA_BINARY_PACKED" else 40, only=only)
            for version in ("1.0", "2.0"):
                keep(
                    f"{encoding.lower()}_{sign}_{version}.parquet",
                    *made,
                    compression="none",
                    use_dictionary=False,
                    column_encoding={k: encoding for k in only},
                    data_page_version=version,
                )
        many = whole(gaps, n=100, only=["i64", "few", "text", "bool"])
        keep(f"groups_{sign}.parquet", *many, row_group_size=13, data_page_size=64, write_batch_size=5)
        keep(f"pages_{sign}.parquet", *many, data_page_size=32, write_batch_size=3, write_page_checksum=True, write_page_index=True)
    julian = pa.table({"t": pa.array([0, None, 1_700_000_000_123_456_789], pa.timestamp("ns"))})
    texts = [text_of_moment(None if v is None else pd.Timestamp(v)) for v in [0, None, 1_700_000_000_123_456_789]]
    keep("julian.parquet", julian, {"names": ["t"], "columns": [texts]}, use_deprecated_int96_timestamps=True)
    struct = pa.table({"s": pa.array([{"a": 1, "b": "x"}, None, {"a": None, "b": "y"}]), "l": pa.array([[1], [], None])})
    keep("nested.parquet", struct, {"names": ["s.a", "s.b"], "columns": [[1.0, None, None], ["x", None, "y"]]})
    large = pa.table({"i": pa.array([2**53 + 1, 1], pa.int64()), "u": pa.array([2**64 - 1, 1], pa.uint64())})
    keep("rounded.parquet", large, {"names": ["i", "u"], "columns": [[float(2**53), 1.0], [float(2**64), 1.0]]})
    empty = pa.table({"x": pa.array([], pa.float64()), "t": pa.array([], pa.string())})
    keep("empty.parquet", empty, {"names": ["x", "t"], "columns": [[], []]})
    df = pd.DataFrame({"x": [0.5, None, 2.5], "g": ["a", "b", None], "n": [1, 2, 3]}, index=["p", "q", "r"])
    out = io.BytesIO()
    df.to_parquet(out)
    zip_file.writestr("pandas.parquet", out.getvalue())
    frame = df.reset_index().rename(columns={"index": "__index_level_0__"})
    held["pandas.parquet"] = table(frame[["x", "g", "n", "__index_level_0__"]])


def odd():
    """Columns that no table has, beside others: bytes, decimals of more than 128 bits; and texts that are only called bytes."""
    digits = [decimal.Decimal("123456789012345678901234567890123456789012.5"), None, decimal.Decimal("-0.25")]
    columns = {
        "x": pa.array([0.5, None, 2.5]),
        "raw": pa.array([b"ok", b"\xff\xfe", None], pa.binary()),
        "fixed": pa.array([b"abc", b"def", b"ghi"], pa.binary(3)),
        "old": pa.array([b"a", "ü".encode(), None], pa.binary()),
        "long": pa.array(digits, pa.decimal256(50, 3)),
        "flag": pa.array([True, None, None]),
        "text": pa.array(["a", None, None]),
    }
    with zipfile.ZipFile(OUT / "odd.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as zip_file:
        for version in ("1.0", "2.0"):
            for dictionary in (False, True):
                out = io.BytesIO()
                pq.write_table(
                    pa.table(columns), out, store_schema=False, use_dictionary=dictionary, data_page_version=version
                )
                name = f"odd_{version}_{'dictionary' if dictionary else 'values'}.parquet"
                zip_file.writestr(zipfile.ZipInfo(name), out.getvalue())


def frame(n, seed):
    rng = np.random.default_rng(seed)

    def with_gaps(values, share):
        return [None if rng.random() < share else v for v in values]

    words = ["b", "a", "c", "é", "Z", "aa"]
    return pd.DataFrame(
        {
            "g": pd.Series(with_gaps([words[i] for i in rng.integers(0, 6, n)], 0.15), dtype=object),
            "h": pd.Series(with_gaps([float(v) for v in rng.integers(-1, 3, n)], 0.15), dtype=float),
            "b": pd.Series(with_gaps([bool(v) for v in rng.integers(0, 2, n)], 0.1), dtype=object),
            "x": pd.Series(with_gaps(list(rng.normal(1e6 if seed % 2 else 0, 1, n).round(3)), 0.2), dtype=float),
            "y": pd.Series([float(v) for v in rng.integers(0, 4, n)]),
        }
    )


def operations():
    out = []
    for seed in range(10):
        a, b = frame(40, seed), frame(12, 100 + seed)
        one = {"a": table(a), "b": table(b), "group": [], "sort": [], "join": [], "distinct": []}
        for keys in (["g"], ["h"], ["b"], ["g", "h"], ["y", "b", "g"]):
            values = [c for c in ("x", "y", "h") if c not in keys]
            grouped = a.groupby(keys, sort=True)[values]
            for statistic in ("mean", "std", "median", "count", "min", "max", "sum"):
                found = getattr(grouped, statistic)().reset_index()
                one["group"].append({"keys": keys, "values": values, "statistic": statistic, "table": table(found)})
            sizes = a.groupby(keys, sort=True).size().reset_index(name="count")
            one["group"].append({"keys": keys, "values": [], "statistic": "size", "table": table(sizes)})
        for keys, down in ((["x"], [0]), (["x"], [1]), (["g"], [0]), (["g", "y"], [1, 0]), (["h", "g", "x"], [0, 1, 1])):
            found = a.sort_values(keys, ascending=[not d for d in down], kind="stable", na_position="last")
            one["sort"].append({"keys": keys, "descending": down, "table": table(found)})
        for keys in (["g"], ["h"], ["g", "y"], ["h", "b"]):
            for how in ("inner", "left"):
                found = a.merge(b, on=keys, how=how)
                one["join"].append({"keys": keys, "how": how, "table": table(found)})
        for keys in (["g"], ["h", "b"]):
            one["distinct"].append({"keys": keys, "table": table(a.drop_duplicates(keys))})
        out.append(one)
    return out


def check(folder):
    """What gflow wrote is what pyarrow and pandas read."""
    folder = pathlib.Path(folder)
    t = pq.read_table(folder / "all.parquet")
    assert t.column_names == ["x", "flag", "name", "full"], t.column_names
    assert [str(f.type) for f in t.schema] == ["double", "bool", "string", "double"], t.schema
    assert t["x"].to_pylist() == [0.1, None, 1e300, -0.0] and math.copysign(1, t["x"].to_pylist()[3]) < 0
    assert t["flag"].to_pylist() == [True, False, None, True]
    assert t["name"].to_pylist() == ["a", "", None, "é, \"q\""]
    assert not t.schema.field("full").nullable and t.schema.field("x").nullable
    csv = pd.read_csv(folder / "all.csv", keep_default_na=False, na_values={"x": [""]})
    assert list(csv["name"]) == ["a", "", "", "é, \"q\""] and csv["x"].isna().tolist() == [False, True, False, False]
    points = pq.read_table(folder / "points.parquet")
    assert points.column_names == ["x0", "x1"] and points["x1"].to_pylist()[0] == 0.1 and math.isnan(points["x0"].to_pylist()[1])
    many = pq.read_table(folder / "many.parquet")
    assert many.num_rows == 1_200_000 and pq.ParquetFile(folder / "many.parquet").num_row_groups == 2
    assert many["i"].to_pylist() == list(range(1_200_000)) and many["g"].to_pylist()[-1] == "g1199999"
    print("as they were written")


def main():
    if len(sys.argv) > 2:
        check(sys.argv[2])
        return
    OUT.mkdir(parents=True, exist_ok=True)
    odd()
    if sys.argv[1:] == ["odd"]:
        return
    held = {}
    with zipfile.ZipFile(OUT / "parquet.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as zip_file:
        parquet(zip_file, held)
    (OUT / "parquet.json.gz").write_bytes(gzip.compress(json.dumps(held).encode(), 9, mtime=0))
    (OUT / "operations.json.gz").write_bytes(gzip.compress(json.dumps(operations()).encode(), 9, mtime=0))


main()
