"""`%%gflow` in IPython: a session that stays, its displays, and completion."""
import shlex

from . import errors
from .session import DEVICES, Session

_SESSIONS = {}


def _arguments(shell, line):
    """The options of the line behind %%gflow."""
    from argparse import ArgumentParser

    from IPython.core.error import UsageError

    class Parser(ArgumentParser):
        def error(self, message):
            raise UsageError(f"%%gflow: {message}\n{self.format_usage()}")

    names = {"action": "append", "default": [], "metavar": "NAMES"}
    parser = Parser(prog="%%gflow", add_help=False)
    parser.add_argument("-i", "--input", help="variables of Python that the cell has, with commas between them", **names)
    parser.add_argument("-o", "--output", help="variables of the cell that Python gets", **names)
    parser.add_argument("-s", "--session", default="", metavar="NAME", help="another session than the usual one")
    parser.add_argument("--device", default="auto", choices=DEVICES, help="of a new session")
    parser.add_argument("--seed", default=0, type=int, help="of everything random, of a new session")
    parser.add_argument("--reset", action="store_true", help="begin with a new session")
    given = parser.parse_args(shlex.split(line))
    for key in ("input", "output"):
        setattr(given, key, [n.strip() for part in getattr(given, key) for n in part.split(",") if n.strip()])
    return given


def session(name="", device="auto", seed=0, reset=False):
    """The session of the cells that begin with %%gflow."""
    there = _SESSIONS.get(name)
    if there is not None and (reset or not there._end.alive):
        there.close()
        there = None
    if there is None:
        there = _SESSIONS[name] = Session(device=device, seed=seed)
    return there


def _inputs(shell, names):
    from IPython.core.error import UsageError

    from .values import _nearest

    values = {}
    for name in names:
        if name not in shell.user_ns:
            near = _nearest(name, [n for n in shell.user_ns if not n.startswith("_")])
            raise UsageError(f"%%gflow -i {name}: Python has no variable of this name" + (f"; did you mean {near}?" if near else ""))
        values[name] = shell.user_ns[name]
    return values


def _outputs(shell, here, names):
    for name in names:
        if name in here.variables:
            shell.user_ns[name] = here[name]


def cell(shell, line, text):
    """Runs a cell."""
    given = _arguments(shell, line)
    values = _inputs(shell, given.input)
    here = session(given.session, given.device, given.seed, given.reset)
    try:
        for name, value in values.items():
            here[name] = value
        here._run(text, "cell", None, value=False)
    except errors.SessionDied:
        _SESSIONS.pop(given.session, None)
        raise
    except (errors.Error, errors.Interrupted):
        # what there was by then
        _outputs(shell, here, given.output)
        raise
    missing = [n for n in given.output if n not in here.variables]
    _outputs(shell, here, given.output)
    if missing:
        raise errors.Error(f"-o {','.join(missing)}: the session has no variable of this name; it has {', '.join(here.variables)}")


def value(line):
    """`%gflow expression`: its value."""
    if not line.strip():
        return session()
    return session().eval(line)


def matches(text, cursor):
    """Names that may stand at a place of a cell, or of its options; none where it is no cell of gflow."""
    if not text.startswith("%%gflow"):
        return None
    head, _, body = text.partition("\n")
    at = cursor - len(head) - 1
    if at < 0:
        return None
    start, found = session().complete(body, at)
    return start - at, found


def _matcher(shell):
    """Completion in cells of gflow instead of Python's; None where this IPython is too old for it."""
    try:
        from IPython.core.completer import SimpleCompletion, context_matcher
    except ImportError:
        return None

    @context_matcher(identifier="gflow")
    def gflow(context):
        lines = context.full_text.split("\n")
        cursor = sum(len(line) + 1 for line in lines[: context.cursor_line]) + context.cursor_position
        try:
            found = matches(context.full_text, cursor)
        except errors.Error:
            found = None
        if found is None:
            return {"completions": [], "suppress": False}
        back, names = found
        # IPython replaces the token before the cursor, which may begin before the word
        token = context.token
        kept = token[: len(token) + back] if -back <= len(token) else ""
        names = [SimpleCompletion(kept + name, type=kind) for name, kind in names]
        return {"completions": names, "suppress": True, "ordered": True}

    return gflow


def load_ipython_extension(shell):
    """`%load_ext gflow_lab`."""
    shell.register_magic_function(lambda line, text: cell(shell, line, text), "cell", "gflow")
    shell.register_magic_function(value, "line", "gflow")
    matcher = _matcher(shell)
    if matcher is not None:
        before = [m for m in shell.Completer.custom_matchers if getattr(m, "matcher_identifier", "") != "gflow"]
        shell.Completer.custom_matchers = [*before, matcher]


def unload_ipython_extension(shell):
    """`%unload_ext gflow_lab`: its sessions end."""
    for there in _SESSIONS.values():
        there.close()
    _SESSIONS.clear()
    shell.Completer.custom_matchers = [
        m for m in shell.Completer.custom_matchers if getattr(m, "matcher_identifier", "") != "gflow"
    ]
