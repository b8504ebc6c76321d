"""Latency of Jupyter kernels on this machine, one after the other in one run: medians of 20.

    python benches/peers/kernels.py gflow python3 xpython rust

Names of installed kernels; those that are missing are left out. What is timed: from sending a request to the `idle`
status that ends it (a client sees nothing later), for starts from the launch to the answer of kernel_info. The Python
client itself takes about a millisecond to sign and decode the five messages of a cell: "on the wire" leaves it out.
"""
import statistics
import sys
import time

import zmq
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import start_new_kernel

REPEATS = 20
PYTHON_SCATTER = "plt.figure(figsize=(4, 3.6)); plt.scatter(x, y, s=9); plt.show()"
PYTHON_SETUP = "%matplotlib inline\nimport matplotlib.pyplot as plt, random\nx = [random.gauss(0, 1) for _ in range(200)]; y = [random.gauss(0, 1) for _ in range(200)]"
WORK = {
    "gflow": {"setup": "let p = data::gaussian(200, 2);", "cell": "1 + 1", "scatter": "plot::scatter(p)", "complete": "data::r", "rust": "%%rust\n"},
    "python3": {"setup": PYTHON_SETUP, "cell": "1 + 1", "scatter": PYTHON_SCATTER, "complete": "random.ra"},
    "xpython": {"setup": PYTHON_SETUP, "cell": "1 + 1", "scatter": PYTHON_SCATTER, "complete": "random.ra"},
    "rust": {"cell": "1 + 1", "complete": "String::ne", "rust": ""},
}
RUST = ["1 + 1", "let a = 5; a * 2", "a + 1", "a + 2", "a + 3", "a + 4", "a + 5"]


def wait(kc, request, timeout=120):
    while True:
        m = kc.get_iopub_msg(timeout=timeout)
        if m["parent_header"].get("msg_id") == request and m["msg_type"] == "status" and m["content"]["execution_state"] == "idle":
            break
    while kc.get_shell_msg(timeout=timeout)["parent_header"].get("msg_id") != request:
        pass


def timed(action):
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun


def median(action, n=REPEATS):
    return statistics.median(timed(action) for _ in range(n))


def on_the_wire(kc, code):
    """Seconds of one cell, on bare sockets."""
    content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False, "stop_on_error": True}
    frames = kc.session.serialize(kc.session.msg("execute_request", content))
    shell, iopub = kc.shell_channel.socket, kc.iopub_channel.socket
    begun = time.perf_counter()
    zmq.Socket.send_multipart(shell, frames)
    while b'"idle"' not in b"".join(zmq.Socket.recv_multipart(iopub)):
        pass
    zmq.Socket.recv_multipart(shell)
    return time.perf_counter() - begun


def start(name):
    km, kc = start_new_kernel(kernel_name=name)
    return km, kc


def measure(name):
    work, row = WORK[name], {}
    starts, first, later = [], [], []
    for _ in range(REPEATS if name != "rust" else 5):
        begun = time.perf_counter()
        km, kc = start(name)
        starts.append(time.perf_counter() - begun)
        kc.stop_channels()
        km.shutdown_kernel(now=True)
    row["start"] = statistics.median(starts)
    km, kc = start(name)
    run = lambda code: wait(kc, kc.execute(code))
    try:
        if "setup" in work:
            run(work["setup"])
        run(work["cell"])
        row["trivial cell"] = median(lambda: run(work["cell"]))
        row["on the wire"] = statistics.median(on_the_wire(kc, work["cell"]) for _ in range(REPEATS))
        if "scatter" in work:
            run(work["scatter"])
            row["200-point scatter"] = median(lambda: run(work["scatter"]))
        ask = lambda: wait(kc, kc.complete(work["complete"], len(work["complete"])))
        ask()
        row["completion"] = median(ask)
    finally:
        kc.stop_channels()
        km.shutdown_kernel(now=True)
    if "rust" in work:
        for _ in range(5):
            begun = time.perf_counter()
            km, kc = start(name)
            try:
                wait(kc, kc.execute(work["rust"] + RUST[0]))
                first.append(time.perf_counter() - begun)
                later += [timed(lambda c=c: wait(kc, kc.execute(work["rust"] + c))) for c in RUST[1:]][1:]
            finally:
                kc.stop_channels()
                km.shutdown_kernel(now=True)
        row["start + first Rust cell"] = statistics.median(first)
        row["later Rust cell"] = statistics.median(later)
    return row


def main():
    known = KernelSpecManager().find_kernel_specs()
    names = [n for n in (sys.argv[1:] or WORK) if n in known and n in WORK]
    rows = {n: measure(n) for n in names}
    columns = ["start", "trivial cell", "on the wire", "200-point scatter", "completion", "start + first Rust cell", "later Rust cell"]
    print("| kernel | " + " | ".join(columns) + " |\n|" + "---|" * (len(columns) + 1))
    show = lambda v: "–" if v is None else f"{v:.2f} s" if v > 0.5 else f"{1e3 * v:.2f} ms"
    for n in names:
        print(f"| {n} | " + " | ".join(show(rows[n].get(c)) for c in columns) + " |")


if __name__ == "__main__":
    main()
