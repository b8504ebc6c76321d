"""`python -m gflow_lab` is `gflow`."""
import sys

from .program import become

if __name__ == "__main__":
    become(sys.argv[1:])
