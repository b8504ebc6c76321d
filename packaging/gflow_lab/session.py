"""Sessions of the language, from Python."""
import json
import os
import re
import warnings
import weakref

from . import display, errors
from .result import Result
from .values import Packer, Spare, Unpacker, text
from .wire import Wire

DEVICES = ("auto", "cpu", "wgpu")
_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)


def _text(script):
    """A text and what it is called: of a file where `script` names one."""
    named = isinstance(script, os.PathLike)
    if not named and not isinstance(script, str):
        raise TypeError(f"a script is a text or the name of a file, not a {type(script).__name__}")
    # what ends like a file and has no sign of a text is the name of a file, even of one that is not there
    named = named or "\n" not in script and (os.path.isfile(script) or script.endswith(".rhai") and "//" not in script and not set(script) & set(";(="))
    if not named:
        return script, "text", None
    path = os.fspath(script)
    try:
        with open(path, encoding="utf-8-sig") as f:
            return f.read(), path, os.path.dirname(os.path.abspath(path))
    except UnicodeDecodeError as e:
        raise errors.Error(f"{path} is no text in UTF-8: {e.reason} at byte {e.start}") from None


def _end(wire, spare):
    spare.close()
    wire.close()


class Session:
    """A process that runs texts of the language one after the other, and keeps their variables.

    device: "auto", "cpu" or "wgpu"; seed: of everything random; out: the folder for files that a text writes by a relative path;
    params: what `param(name, default)` gives instead of its default; folder: where `import` looks first.

    It may be used from any thread; a second text waits for the first. `with gflow_lab.Session() as s:` ends it at the end.
    """

    def __init__(self, device="auto", seed=0, out=None, params=None, folder=None):
        if device not in DEVICES:
            raise ValueError(f"the devices are {', '.join(DEVICES)}; {device!r} is none of them")
        if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**64:
            raise ValueError(f"a seed is a whole number from 0 on, not {seed!r}")
        environment = {
            "GFLOW_DEVICE": str(device),
            "GFLOW_SEED": str(seed),
            "GFLOW_OUT": "" if out is None else os.fspath(out),
            "GFLOW_FOLDER": "" if folder is None else os.fspath(folder),
            "GFLOW_PARAMS": "{}",
        }
        self._wire = Wire(environment)
        self._spare = Spare()
        self._end = weakref.finalize(self, _end, self._wire, self._spare)
        self._variables = []
        self._count = 0
        if params:
            self._give(params, parameters=True)

    def close(self):
        """Ends the process; its values are gone."""
        self._end()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    @property
    def device(self):
        """What it computes on."""
        if not self._wire.device:
            self._ask({"forget": {"held": []}})
        return self._wire.device

    @property
    def variables(self):
        """The names of its variables after the last text."""
        return list(self._variables)

    def interrupt(self):
        """Asks the text that runs to stop, from another thread."""
        self._wire.interrupt()

    def _request(self, ask, files=(), show=False):
        if not self._end.alive:
            raise errors.SessionDied("the session is closed")
        log = display.screen(show)
        tell = None if log is None else (lambda output: log(*next(iter(output.items()))))
        return self._wire.ask(ask, files, tell, display.question)

    def _ask(self, ask, packer=None):
        """The value of an answer."""
        answer, memory = self._request(ask, packer.files() if packer else (), None)
        if memory is None and packer is not None:
            # the arrays are where those of the request were
            memory = packer.taken()
        unpacker = Unpacker(self, memory)
        try:
            if answer is None:
                raise errors.Error("the value is too large to cross: 64 MB of text are the most")
            if answer.get("error") is not None:
                raise errors.of(answer["error"])
            value = answer.get("value")
            return unpacker.unpack(value) if "get" in ask else value
        finally:
            unpacker.done()

    def _get(self, expression, held=None, given=None):
        if not isinstance(expression, str):
            raise TypeError(f"an expression is a text, not a {type(expression).__name__}")
        text(expression, "the expression")
        with Packer(self) as packer:
            values = [[k, packer.pack(v, k)] for k, v in (given or {}).items()]
            return self._ask({"get": {"expression": expression, "held": held, "given": values}}, packer)

    def _give(self, values, parameters):
        with Packer(self) as packer:
            packed = [[k, packer.pack(v, k)] for k, v in values.items()]
            self._ask({"give": {"values": packed, "parameters": parameters}}, packer)

    def __setitem__(self, name, value):
        if not isinstance(name, str):
            raise TypeError(f"the name of a variable is a text, not a {type(name).__name__}")
        self._give({name: value}, parameters=False)
        if name not in self._variables:
            self._variables.append(name)

    def __getitem__(self, name):
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise KeyError(name)
        return self._get(name)

    def __contains__(self, name):
        return name in self._variables

    def _ipython_key_completions_(self):
        return self.variables

    def eval(self, expression, /, **values):
        """The value of an expression: `s.eval("metric::w2(p, q)", q=points)`. The values have their names in it alone."""
        return self._get(expression, None, values)

    def run(self, script, /, *, show=None, name=None, **values):
        """Runs a text, or a file by its name, and gives its `Result`; values are variables of it.

        show: None shows what it shows, False nothing, and a function gets the kind and the content of each output.
        """
        if name is not None and not isinstance(name, str):
            raise TypeError(f"the name of a text is a text, not a {type(name).__name__}; a variable of that name is set by s[\"name\"] = …")
        code, called, _ = _text(script)
        if values:
            self._give(values, parameters=False)
        return self._run(code, name or called, show)

    def _run(self, code, name, show, value=True):
        text(code, "the script")
        self._count += 1
        log = display.Log(display.screen(show))
        # as cells of a notebook: errors name the text they are in
        called = f"{name} {self._count}" if name in ("text", "cell") else name
        ask = {"eval": {"name": called, "code": code, "show": "whole", "expressions": {}}}
        if not self._end.alive:
            raise errors.SessionDied("the session is closed")
        outcome, _ = self._wire.ask(ask, (), log, display.question)
        if outcome is None:
            raise errors.Error("what the text gave is longer than 64 MB")
        self._parameters = outcome["parameters"]
        if outcome["variables"] or outcome["error"] is None:
            self._variables = list(outcome["variables"])
        if outcome["error"] is not None:
            error = errors.of(outcome["error"])
            error.result = Result(self, log, None, self.variables)
            raise error
        return Result(self, log, self._get("it", 0) if value else None, self.variables)

    def complete(self, code, cursor=None):
        """Names that may stand at a place of a text: `(from, names)`."""
        cursor = len(code) if cursor is None else max(0, min(cursor, len(code)))
        found, _ = self._request({"complete": {"code": text(code, "the text"), "cursor": cursor}})
        kinds = [t["type"] for t in found["metadata"]["_jupyter_types_experimental"]]
        return found["cursor_start"], list(zip(found["matches"], kinds))

    def __repr__(self):
        state = f"on {self._wire.device}" if self._end.alive and self._wire.device else "open" if self._end.alive else "closed"
        return f"Session: {state}; {', '.join(self._variables) or 'no variables'}"


def run(script, /, *, device="auto", seed=0, out=None, params=None, show=None, **values):
    """Runs a script in a session of its own and gives its `Result`.

    script: the name of a file, or a text. values: variables of the script, and what `param(name, default)` gives instead of its
    default; so does params, for names that Python has no keywords of. Points are arrays of n rows of d numbers. device, seed, out
    and show are as in `Session` and `Session.run`.

    Raises Error with the lines of the script where it fails; Interrupted at Ctrl-C. Both have `.result`: what there was by then.
    """
    code, name, folder = _text(script)
    given = dict(params or {}, **values)
    session = Session(device, seed, out, given, folder)
    used = set(_NAME.findall(code))
    session_values = {k: v for k, v in values.items() if k in used}
    if session_values:
        session._give(session_values, parameters=False)
    result = session._run(code, name, show)
    unread = [k for k in given if k not in used and k not in session._parameters]
    if unread:
        warnings.warn(f"{', '.join(unread)}: not read by the script", stacklevel=2)
    return result
