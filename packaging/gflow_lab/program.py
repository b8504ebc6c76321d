"""Where the program is."""
import os
import sys
import sysconfig

NAME = "gflow"


def _recorded():
    """Where the installer of this package says that it put it."""
    from importlib.metadata import PackageNotFoundError, files

    try:
        found = [f for f in files("gflow-lab") or [] if f.name == NAME]
    except PackageNotFoundError:
        return []
    return [str(f.locate()) for f in found]


def program():
    """The path of the program of this environment.

    Raises FileNotFoundError where the package was installed without it.
    """
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    scripts = sysconfig.get_path("scripts")
    # the records are slow to read: first where it is unless somebody chose another place
    usual = [os.path.join(scripts, NAME)] if package == sysconfig.get_path("purelib") else []
    for places in (lambda: usual, _recorded, lambda: [os.path.join(scripts, NAME)]):
        for path in places():
            if os.path.isfile(path):
                return os.path.realpath(path)
    raise FileNotFoundError("the program of gflow-lab is gone: pip install --force-reinstall gflow-lab")


def command():
    """What starts the kernel's part of the program. GFLOW_PROGRAM names another one, for those who build it themselves."""
    return [os.environ.get("GFLOW_PROGRAM") or program(), "--kernel"]


def become(arguments):
    """Becomes the program, with these arguments."""
    path = program()
    sys.stdout.flush()
    os.execv(path, [path, *arguments])
