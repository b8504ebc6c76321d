"""What a session reports, as exceptions."""
import os
import re
import traceback

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


class _Report:
    """An error with its report: the lines of the script with carets below what is wrong."""

    def __init__(self, message, report=()):
        super().__init__(message)
        #: what went wrong, in a sentence
        self.message = message
        #: lines with colours
        self.report = list(report)
        #: what the script had made before; set where it ran through `gflow_lab.run`
        self.result = None

    def __str__(self):
        return _COLOUR.sub("", "\n".join(self.report)) or self.message

    def _render_traceback_(self):
        # IPython shows these lines instead of a traceback of Python's: where one's own code was, and the report
        here = os.path.dirname(os.path.abspath(__file__))
        frames = traceback.extract_tb(self.__traceback__)
        own = [f for f in frames if not f.filename.startswith(here) and "site-packages" not in f.filename]
        own = [f for f in own if "_magic(" not in (f.line or "")]
        named = ["cell" if "ipykernel" in f.filename or f.filename.startswith("<") else f.filename for f in own]
        places = [f"  {name}, line {f.lineno}: {f.line}" for name, f in zip(named, own)]
        return [*places, *(self.report or [self.message])]


class Error(_Report, Exception):
    """A script that failed."""


class Diverged(Error):
    """A flow whose numbers are not finite."""


class DeviceError(Error):
    """A device that cannot be had, or failed."""


class SessionDied(Error):
    """The process of a session is gone, and its variables with it."""


class Interrupted(_Report, KeyboardInterrupt):
    """A script that was stopped. What it had made is there: `.result.last_run` is the run as far as it came."""


_CLASSES = {"Diverged": Diverged, "DeviceError": DeviceError, "Interrupted": Interrupted, "SessionDied": SessionDied}


def of(failure):
    """The exception of a failure as a session tells it."""
    lines = list(failure["traceback"])
    return _CLASSES.get(failure["name"], Error)(failure["value"], lines)
