"""`python -m gflow_lab.kernel -f FILE`: what Jupyter starts. Jupyter finds `python` in any environment, and this the program
beside it."""
import sys

from .program import become

if __name__ == "__main__":
    become(["--kernel", *sys.argv[1:]])
