"""Values between Python and a session. Arrays cross in memory that both sides have; nothing of them is text."""
import array
import collections.abc
import mmap
import os
import tempfile
import weakref

from . import errors

_ALIGNED = 64
#: lists and dicts in each other at most
_DEEPEST = 32
#: whole numbers below it are numbers of 64 bits exactly
_EXACT = 2**53

_forks = 0


def _forked():
    global _forks
    _forks += 1


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_forked)


def text(v, name):
    """A text that can cross."""
    try:
        v.encode()
    except UnicodeEncodeError as e:
        raise ValueError(f"{name} is no text in Unicode: {e.reason} at character {e.start}") from None
    return v

_FORMATS = {"f64": "d", "f32": "f", "i64": "q"}


def _numpy():
    try:
        import numpy
    except ImportError:
        return None
    return numpy


def _memory():
    if hasattr(os, "memfd_create"):
        return os.memfd_create("gflow", os.MFD_CLOEXEC)
    with tempfile.TemporaryFile() as f:
        return os.dup(f.fileno())


class Table(dict):
    """A table: columns by name, in order, each an array of numbers or a list with None where an entry is missing."""

    def to_pandas(self):
        """The same as a pandas DataFrame."""
        try:
            import pandas
        except ImportError:
            raise ImportError("a DataFrame needs pandas: pip install pandas; as it is, the table is a dict of columns") from None
        return pandas.DataFrame(dict(self))

    def _rows(self):
        return len(next(iter(self.values()))) if self else 0

    def __repr__(self):
        rows = self._rows()
        return f"Table: {rows} row{'' if rows == 1 else 's'} of {', '.join(self)}"

    def _repr_html_(self):
        from html import escape

        rows = self._rows()
        shown = list(range(min(rows, 20)))

        def cell(v):
            return "" if v is None else f"{v:.6g}" if isinstance(v, float) else escape(str(v))

        head = "".join(f"<th>{escape(n)}</th>" for n in self)
        body = "".join("<tr>" + "".join(f"<td>{cell(c[i])}</td>" for c in self.values()) + "</tr>" for i in shown)
        more = f"<p>{rows} rows</p>" if rows > len(shown) else ""
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"


class Object:
    """A value that stays in the session: a run, a divergence, a figure. Its properties and methods are those of the language:
    `run.particles`, `run.resume(100)`; keywords are its options."""

    def __init__(self, session, held, kind):
        self._session, self._held, self._kind = session, held, kind
        self._names = None

    def _members(self):
        if self._names is None:
            self._names = dict(map(tuple, self._session._ask({"members": {"held": self._held}})))
        return self._names

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        called = self._members().get(name)
        if called is None:
            near = _nearest(name, self._members())
            hint = f"; did you mean {near!r}?" if near else ""
            raise AttributeError(f"a {self._kind} has no {name!r}{hint}")
        if not called:
            return self._session._get(f"it.{name}", self._held)
        return _Method(self, name)

    def __dir__(self):
        return sorted(self._members())

    def _bundle(self):
        return self._session._ask({"show": {"held": self._held}})

    def _repr_mimebundle_(self, include=None, exclude=None):
        shown = self._bundle()
        return shown["data"], shown["metadata"]

    def __repr__(self):
        try:
            return self._bundle()["data"].get("text/plain", f"a {self._kind}")
        except errors.Error:
            return f"a {self._kind} of a session that is closed"

    def __copy__(self):
        return self

    def __deepcopy__(self, _):
        return self

    def __reduce__(self):
        raise TypeError(f"a {self._kind} stays in its session: save it there, by .save or io::save")

    def __del__(self):
        try:
            if self._held:
                self._session._wire.forget(self._held)
        except Exception:
            pass


class _Method:
    def __init__(self, of, name):
        self._of, self._name = of, name

    def __call__(self, *arguments, **options):
        if options:
            arguments = (*arguments, options)
        names = ", ".join(f"a{i}" for i in range(len(arguments)))
        of = self._of
        return of._session._get(f"it.{self._name}({names})", of._held, {f"a{i}": a for i, a in enumerate(arguments)})

    def __repr__(self):
        return f"the method {self._name} of a {self._of._kind}"


def _nearest(name, names):
    from difflib import get_close_matches

    return next(iter(get_close_matches(name, list(names), 1)), None)


class Spare:
    """Memory that has been used, for the next arrays: what is new has to be made first, page by page."""

    #: bytes of one, and how many there are at most
    MOST, COUNT = 64 << 20, 2

    def __init__(self):
        self._files = []
        self._open = True
        #: how many forks there were: memory that a child has, too, is not written again
        self._forks = _forks

    def _unshared(self):
        if self._forks != _forks:
            self._forks = _forks
            while self._files:
                os.close(self._files.pop())

    def take(self):
        """Some memory, or none."""
        self._unshared()
        try:
            return self._files.pop()
        except IndexError:
            return None

    def give(self, file, forks=None):
        """Nobody reads or writes it any more; `forks` is how many there had been when it was made."""
        self._unshared()
        if self._open and forks in (None, _forks) and len(self._files) < self.COUNT and os.fstat(file).st_size <= self.MOST:
            self._files.append(file)
        else:
            os.close(file)

    def close(self):
        self._open = False
        while self._files:
            os.close(self._files.pop())


class Packer:
    """Values on their way to a session, and the memory for their arrays."""

    def __init__(self, session):
        self.session = session
        self.file = session._spare.take()
        self.end = 0

    def __enter__(self):
        return self

    def __exit__(self, failed, *_):
        # after a failure the session may still read it
        if self.file is not None:
            (os.close if failed else self.session._spare.give)(self.file)

    def taken(self):
        """The memory, which is the caller's from now on."""
        file, self.file = self.file, None
        return file

    def files(self):
        return () if self.file is None else (self.file,)

    def _array(self, view, shape, of, name):
        if 0 in shape:
            raise ValueError(f"{name} is empty: its shape is {tuple(shape)}")
        if self.file is None:
            self.file = _memory()
        at = -(-self.end // _ALIGNED) * _ALIGNED
        view = memoryview(view).cast("B")
        done = 0
        while done < len(view):
            done += os.pwrite(self.file, view[done:], at + done)
        self.end = at + len(view)
        return {"array": {"at": at, "shape": list(shape), "of": of}}

    def pack(self, v, name, depth=0):
        """A value in the form in which it crosses; `name` is what messages call it."""
        if depth > _DEEPEST:
            raise ValueError(f"{name[:40]}… lies deeper than {_DEEPEST} lists and dicts, or in itself")
        if v is None or type(v).__name__ in ("NAType", "NaTType"):
            return "nothing"
        if isinstance(v, bool):
            return {"bool": v}
        if isinstance(v, int):
            if not -(2**63) <= v < 2**63:
                raise OverflowError(f"{name} is {v}: whole numbers of gflow have 64 bits")
            return {"integer": v}
        if isinstance(v, float):
            return {"number": repr(float(v))}
        if isinstance(v, (str, os.PathLike)):
            return {"text": text(str(os.fspath(v)), name)}
        if isinstance(v, (bytes, bytearray)):
            raise TypeError(f"{name} is bytes: {name}.decode() is a text, and numpy.frombuffer makes numbers of them")
        if isinstance(v, Object):
            if v._session is not self.session:
                raise errors.Error(f"{name} is a {v._kind} of another session")
            return {"held": {"id": v._held, "kind": v._kind}}
        if isinstance(v, Table):
            return {"table": self._named(v, name, lambda c, called: self._column(c, called))}
        if isinstance(v, collections.abc.Mapping):
            return {"map": self._named(v, name, lambda x, called: self.pack(x, called, depth + 1))}
        if hasattr(v, "columns") and hasattr(v, "to_numpy"):
            if len(set(map(str, v.columns))) < len(v.columns):
                raise ValueError(f"{name} has two columns of one name")
            return {"table": [[text(str(k), name), self._column(v[k].to_numpy(), f"{name}[{k!r}]")] for k in v.columns]}
        if hasattr(v, "to_numpy") and hasattr(v, "index"):
            return self._column(v.to_numpy(), name)
        if isinstance(v, (list, tuple, range)):
            return self._sequence(list(v), name, depth)
        return self._numbers(v, name)

    def _named(self, v, name, pack):
        out = [[text(str(k), name), pack(x, f"{name}[{k!r}]")] for k, x in v.items()]
        if len({k for k, _ in out}) < len(out):
            raise ValueError(f"{name} has two keys that are the same as texts")
        return out

    def _column(self, c, name):
        if getattr(getattr(c, "dtype", None), "kind", "") in tuple("iuf"):
            if c.dtype.kind in "iu" and len(c) and max(abs(int(c.max())), abs(int(c.min()))) > _EXACT:
                raise OverflowError(f"{name} has whole numbers beyond 2^53, which numbers of a table do not hold: make texts of them")
            return self._numbers(c, name) if len(c) else {"list": []}
        if isinstance(c, (str, bytes)) or not hasattr(c, "__iter__"):
            raise TypeError(f"{name} is a {type(c).__name__}: a column is a list or an array")
        values = c.tolist() if hasattr(c, "tolist") else list(c)
        if any(hasattr(x, "__len__") and not isinstance(x, str) for x in values):
            raise TypeError(f"{name} has lists in it: a column has numbers, truths or texts")
        # NaN among texts, and the marks of pandas, are gaps
        gaps = [None if x is None or type(x).__name__ in ("NAType", "NaTType") or x != x else x for x in values]
        if all(x is None or isinstance(x, (int, float)) and not isinstance(x, bool) for x in gaps):
            if any(isinstance(x, int) and abs(x) > _EXACT for x in gaps):
                raise OverflowError(f"{name} has whole numbers beyond 2^53, which numbers of a table do not hold: make texts of them")
            return self._sequence([float("nan") if x is None else float(x) for x in gaps], name, 0)
        return {"list": [self.pack(x, name) for x in gaps]}

    def _sequence(self, v, name, depth):
        if v and all(type(x) is int and -(2**63) <= x < 2**63 for x in v):
            return self._array(array.array("q", v), [len(v)], "i64", name)
        if v and all(type(x) in (int, float) for x in v):
            return self._array(array.array("d", map(float, v)), [len(v)], "f64", name)
        return {"list": [self.pack(x, f"{name}[{i}]", depth + 1) for i, x in enumerate(v)]}

    def _numbers(self, v, name):
        numpy = _numpy()
        if numpy is None:
            return self._buffer(v, name)
        a = _as_array(numpy, v, name)
        if isinstance(a, numpy.ma.MaskedArray) and numpy.ma.is_masked(a):
            raise TypeError(f"{name} has masked entries: {name}.filled(numpy.nan) has NaN in their places")
        if a.dtype.kind == "S":
            raise TypeError(f"{name} has bytes: {name}.astype(str) has texts")
        if a.ndim == 0 and a.dtype.kind in "biufU":
            return self.pack(a.item(), name)
        if a.dtype.kind in "U" or a.dtype.kind == "O" and all(isinstance(x, str) for x in a.ravel()):
            return {"list": [{"text": str(x)} for x in a.ravel().tolist()]} if a.ndim == 1 else _refuse(name, a)
        if a.dtype.kind == "b" and a.ndim == 1:
            return {"list": [{"bool": bool(x)} for x in a.tolist()]}
        if a.dtype.name.startswith(("bfloat", "float8")):
            # of ml_dtypes, which JAX has
            a = a.astype(numpy.float32)
        if a.dtype.kind not in "biuf":
            raise TypeError(f"{name} has the dtype {a.dtype}: gflow takes numbers, as float64, float32 and integers are")
        if a.ndim > 2:
            raise ValueError(
                f"{name} has the shape {a.shape}: points are n rows of d numbers; {name}.reshape(len({name}), -1) makes rows of it"
            )
        if a.dtype.kind == "f" and a.dtype.itemsize < 4:
            a = a.astype(numpy.float32)
        wanted, of = ("f4", "f32") if a.dtype == numpy.float32 else ("i8", "i64") if a.dtype.kind in "biu" else ("f8", "f64")
        if a.dtype == numpy.uint64 and a.size and a.max() >= 2**63:
            wanted, of = "f8", "f64"
        # the one copy that strides, byte order or another width cost; none where the memory is as it must be
        a = numpy.ascontiguousarray(a, dtype="=" + wanted)
        return self._array(a, a.shape, of, name)

    def _buffer(self, v, name):
        try:
            view = memoryview(v)
        except TypeError:
            raise TypeError(f"{name} is a {type(v).__name__}: gflow takes numbers, texts, lists, dicts and arrays") from None
        kind = {f: of for of, f in _FORMATS.items()}.get(view.format, "i64" if view.format == "l" else None)
        if kind is None or not view.c_contiguous or view.ndim not in (1, 2):
            raise TypeError(f"{name} is no array of float64, float32 or int64 in rows; with NumPy installed any array is taken")
        return self._array(view, view.shape, kind, name)


def _refuse(name, a):
    raise TypeError(f"{name} is an array of texts of the shape {a.shape}: a list of texts has one dimension")


def _as_array(numpy, v, name):
    """Anything that is an array on the CPU, without a copy where that can be."""
    kind = type(v).__name__
    try:
        if hasattr(v, "detach") and hasattr(v, "numpy"):
            # torch: what is part of a graph is taken out of it
            v = v.detach().resolve_conj().resolve_neg()
            if v.device.type != "cpu":
                raise TypeError(f"{name} is on {v.device}: {name}.cpu() is a copy that gflow can read")
            if "bfloat16" in str(v.dtype):
                v = v.float()
            return v.numpy()
        if not isinstance(v, numpy.ndarray) and hasattr(v, "__dlpack__") and hasattr(v, "__dlpack_device__"):
            if int(v.__dlpack_device__()[0]) != 1:
                raise TypeError(f"{name} is not in the memory of the CPU: copy it there first, with jax.device_get({name}) or its like")
            try:
                return numpy.from_dlpack(v)
            except (BufferError, AttributeError, RuntimeError, TypeError):
                pass
        a = numpy.asanyarray(v)
    except Exception as e:
        if str(e).startswith(name):
            raise
        raise TypeError(f"{name} is a {kind}, which is no array that can be read here: {e}") from None
    if a.dtype.kind == "O" and a.ndim == 0:
        raise TypeError(f"{name} is a {kind}: gflow takes numbers, texts, lists, dicts and arrays")
    return a


class Unpacker:
    """Values that came from a session; arrays are views of the memory they came in, without a copy. Once none is left, the memory is spare."""

    def __init__(self, session, file):
        self.session, self._file = session, file
        self._memory = None

    @property
    def memory(self):
        if self._memory is None:
            # what is written stays here: after a fork, too
            self._memory = mmap.mmap(self._file, os.fstat(self._file).st_size, access=mmap.ACCESS_COPY)
            file, self._file = self._file, None
            weakref.finalize(self._memory, self.session._spare.give, file, _forks).atexit = False
        return self._memory

    def done(self):
        """Everything has been unpacked."""
        if self._file is not None:
            self.session._spare.give(self._file)
            self._file = None

    def unpack(self, v):
        if v == "nothing":
            return None
        (kind, v), *_ = v.items()
        if kind in ("bool", "integer", "text"):
            return v
        if kind == "number":
            return float(v)
        if kind == "array":
            return self._array(v)
        if kind == "list":
            return [self.unpack(x) for x in v]
        if kind == "map":
            return {k: self.unpack(x) for k, x in v}
        if kind == "table":
            return Table((k, self.unpack(c)) for k, c in v)
        return Object(self.session, v["id"], v["kind"])

    def _array(self, v):
        count = 1
        for n in v["shape"]:
            count *= n
        numpy = _numpy()
        if numpy is not None:
            dtype = {"f64": "f8", "f32": "f4", "i64": "i8"}[v["of"]]
            if count == 0:
                return numpy.zeros(v["shape"], dtype)
            return numpy.frombuffer(self.memory, dtype, count, v["at"]).reshape(v["shape"])
        size = 4 if v["of"] == "f32" else 8
        if count == 0:
            return []
        flat = memoryview(self.memory)[v["at"] : v["at"] + count * size]
        return flat.cast(_FORMATS[v["of"]], v["shape"])

