"""A kernel per test module, and what the tests of cells have in common."""
import os
import queue
import time

import pytest
from jupyter_client.manager import start_new_kernel

KERNEL = os.environ.get("GFLOW_TEST_KERNEL", "gflow")


class Cells:
    """Runs cells and collects what they show."""

    def __init__(self):
        self.km, self.kc = start_new_kernel(kernel_name=KERNEL)

    def start(self, code, **options):
        return self.kc.execute(code, **options)

    def wait(self, request, timeout=60):
        outputs = []
        while True:
            message = self.kc.get_iopub_msg(timeout=timeout)
            if message["parent_header"].get("msg_id") != request:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind == "status" and content["execution_state"] == "idle":
                return outputs
            if kind not in ("status", "execute_input"):
                outputs.append((kind, content))

    def reply(self, request, timeout=10):
        while True:
            message = self.kc.get_shell_msg(timeout=timeout)
            if message["parent_header"].get("msg_id") == request:
                return message["content"]

    def run(self, code, timeout=60, **options):
        """(reply, outputs)"""
        request = self.start(code, **options)
        outputs = self.wait(request, timeout)
        return self.reply(request), outputs

    def ok(self, code, timeout=60):
        reply, outputs = self.run(code, timeout)
        assert reply["status"] == "ok", "\n".join(reply.get("traceback", []))
        return outputs

    def value(self, code, timeout=60):
        """The text of the result."""
        results = [c["data"]["text/plain"] for k, c in self.ok(code, timeout) if k == "execute_result"]
        assert len(results) == 1, f"{code!r} gave {len(results)} results"
        return results[0]

    def printed(self, code, name="stdout", timeout=60):
        return text(self.ok(code, timeout), name)

    def interrupt_after(self, code, seconds):
        """(seconds until the cell was over, reply, outputs), interrupted after a time"""
        end = time.perf_counter() + seconds
        return self.interrupt_when(code, lambda: time.perf_counter() > end)

    def interrupt_when(self, code, reached, within=60):
        """(seconds until the cell was over, reply, outputs), interrupted once `reached()`"""
        request = self.start(code)
        end = time.perf_counter() + within
        while not reached():
            assert time.perf_counter() < end, "not reached"
            time.sleep(0.005)
        begun = time.perf_counter()
        self.km.interrupt_kernel()
        outputs = self.wait(request, 30)
        return time.perf_counter() - begun, self.reply(request), outputs

    def close(self):
        self.kc.stop_channels()
        self.km.shutdown_kernel(now=False)


def text(outputs, name="stdout"):
    return "".join(c["text"] for k, c in outputs if k == "stream" and c["name"] == name)


@pytest.fixture(scope="module")
def cells():
    c = Cells()
    yield c
    c.close()


def no_more(kc):
    try:
        return kc.get_iopub_msg(timeout=0.2)
    except queue.Empty:
        return None
