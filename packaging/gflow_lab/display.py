"""Where what a session shows goes: a notebook, a terminal, nowhere, or a function."""
import base64
import os
import sys

_SUFFIXES = {".svg": "image/svg+xml", ".png": "image/png", ".pdf": "application/pdf", ".html": "text/html"}


class Figure:
    """A figure that a text has shown, in every form it has."""

    def __init__(self, data, metadata):
        self.data, self.metadata = data, metadata

    def _repr_mimebundle_(self, include=None, exclude=None):
        return self.data, self.metadata

    def __repr__(self):
        return self.data.get("text/plain", "Figure")

    def save(self, path):
        """Writes it as .svg, .png, .pdf, or .html where it moves."""
        suffix = os.path.splitext(os.fspath(path))[1].lower()
        form = self.data.get(_SUFFIXES.get(suffix))
        if form is None:
            there = [s for s, kind in _SUFFIXES.items() if kind in self.data]
            raise ValueError(f"{os.fspath(path)}: this figure can be written as {', '.join(there)}; plot::save writes every form")
        raw = suffix in (".png", ".pdf")
        with open(path, "wb") as f:
            f.write(base64.b64decode(form) if raw else form.encode())


def _is_figure(data):
    return any(kind in data for kind in ("image/svg+xml", "image/png")) or "<svg" in data.get("text/html", "")


class Log:
    """What a text has shown so far, handed on to where it is seen."""

    def __init__(self, screen):
        self.screen = screen
        self.figures, self._places, self._text = [], {}, []

    @property
    def text(self):
        return "".join(self._text)

    def __call__(self, output):
        (kind, o), *_ = output.items()
        if kind == "stream" and o["name"] == "stdout":
            self._text.append(o["text"])
        elif kind == "clear":
            self.figures.clear()
            self._places.clear()
        elif kind in ("display", "result") and _is_figure(o["data"]):
            figure, name = Figure(o["data"], o["metadata"]), o.get("id")
            if name is not None and name in self._places:
                self.figures[self._places[name]] = figure
            else:
                if name is not None:
                    self._places[name] = len(self.figures)
                self.figures.append(figure)
        if self.screen is not None:
            self.screen(kind, o)


class Terminal:
    """Text as it comes, figures by name, and one line that moves while something runs."""

    def __init__(self):
        self._bar = False

    def __call__(self, kind, o):
        moves = kind == "display" and o.get("id") is not None and not _is_figure(o["data"])
        if moves:
            if sys.stderr.isatty():
                sys.stderr.write("\r\x1b[K" + o["data"].get("text/plain", "").split("\n")[0])
                sys.stderr.flush()
                self._bar = True
            return
        if self._bar:
            sys.stderr.write("\n")
            self._bar = False
        if kind == "stream":
            stream = sys.stderr if o["name"] == "stderr" else sys.stdout
            stream.write(o["text"])
            stream.flush()
        elif kind in ("display", "result") and not o.get("update"):
            sys.stdout.write(o["data"].get("text/plain", "") + "\n")


class Notebook:
    """Displays of IPython, which change in their places."""

    def __call__(self, kind, o):
        from IPython.display import clear_output, display, publish_display_data

        if kind == "stream":
            stream = sys.stderr if o["name"] == "stderr" else sys.stdout
            stream.write(o["text"])
            stream.flush()
        elif kind == "clear":
            clear_output(wait=o["wait"])
        elif o.get("id") is None:
            publish_display_data(o["data"], o["metadata"])
        else:
            display(o["data"], raw=True, metadata=o["metadata"], display_id=o["id"], update=o["update"])


def in_notebook():
    """The IPython that shows more than text, if this runs in one."""
    if "IPython" not in sys.modules:
        return None
    from IPython import get_ipython

    shell = get_ipython()
    return shell if shell is not None and getattr(shell, "kernel", None) is not None else None


def screen(show):
    """Where outputs go: None is wherever the person is, False nowhere, and a function gets each of them."""
    if callable(show):
        return show
    if show is False:
        return None
    return Notebook() if in_notebook() else Terminal()


def question(prompt, password):
    """Asks the person; None where nobody is there."""
    import getpass

    try:
        return getpass.getpass(prompt) if password else input(prompt)
    except EOFError:
        return None
    except Exception as e:
        # a notebook that is run by a program has nobody to ask
        if type(e).__name__ == "StdinNotImplementedError":
            return None
        raise
