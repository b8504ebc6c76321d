"""A kernel of our own to attack: its process, its sockets in the raw, its session process, its memory.

`GFLOW_ATTACK=long` makes every attack as long as it is meant to be; without it they take about a minute together.
"""
import hashlib
import hmac
import json
import os
import random
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time
import uuid

import zmq
from conftest import KERNEL, text
from jupyter_client import BlockingKernelClient
from jupyter_client.connect import write_connection_file
from jupyter_client.kernelspec import get_kernel_spec

LONG = os.environ.get("GFLOW_ATTACK") == "long"
PORTS = ("shell", "control", "iopub", "stdin", "hb")
R = "%%rust\n"


def times(short, long):
    return long if LONG else short


class Kernel:
    """A kernel started by its command, with a client that has the key."""

    def __init__(self, umask=0o022, data=None, **environment):
        self.folder = tempfile.mkdtemp(prefix="gflow-attack-")
        self.file = os.path.join(self.folder, "connection.json")
        write_connection_file(self.file, key=uuid.uuid4().hex.encode())
        self.info = json.load(open(self.file))
        self.log = open(os.path.join(self.folder, "log"), "w+")
        environment = dict(os.environ, XDG_DATA_HOME=data or os.path.join(self.folder, "data"), GFLOW_DEVICE="cpu", **environment)
        argv = [get_kernel_spec(KERNEL).argv[0], "-f", self.file]
        self.process = subprocess.Popen(argv, env=environment, stdout=self.log, stderr=self.log, cwd=self.folder, umask=umask)
        self.context = zmq.Context()
        self.kc = self.client()

    def client(self):
        kc = BlockingKernelClient(connection_file=self.file)
        kc.load_connection_file()
        kc.start_channels()
        kc.wait_for_ready(timeout=40)
        return kc

    def close(self):
        self.kc.stop_channels()
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.context.destroy(linger=0)
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def said(self):
        self.log.flush()
        return open(self.log.name).read()

    # cells

    def reply(self, request, timeout=10, kc=None):
        """The content of a reply; none where it does not come."""
        kc, end = kc or self.kc, time.time() + timeout
        while time.time() < end:
            try:
                message = kc.get_shell_msg(timeout=max(0.01, end - time.time()))
            except Exception:
                return None
            if message["parent_header"].get("msg_id") == request:
                return message["content"]
        return None

    def run(self, code, timeout=30, kc=None, **options):
        """(reply, outputs until the cell is over)"""
        kc = kc or self.kc
        request = kc.execute(code, **options)
        outputs, end = [], time.time() + timeout
        while True:
            message = kc.get_iopub_msg(timeout=max(0.01, end - time.time()))
            if message["parent_header"].get("msg_id") != request:
                outputs.append(("of another request: " + message["msg_type"], message["content"]))
            elif message["msg_type"] == "status":
                if message["content"]["execution_state"] == "idle":
                    break
            elif message["msg_type"] != "execute_input":
                outputs.append((message["msg_type"], message["content"]))
        return self.reply(request, 10, kc), outputs

    def value(self, code, timeout=30, kc=None):
        reply, outputs = self.run(code, timeout, kc)
        assert reply and reply["status"] == "ok", (code, reply)
        return next(c["data"]["text/plain"] for k, c in outputs if k == "execute_result")

    def lives(self):
        """The process is there, and the client it has known all the time is answered."""
        assert self.process.poll() is None, f"the kernel ended with {self.process.poll()}: {self.said()[-600:]}"
        for _ in range(20):
            reply = self.reply(self.kc.execute("0", silent=True), 20)
            assert reply, f"no answer: {self.said()[-600:]}"
            if reply["status"] == "ok":
                return
            # another client's cell failed before it, or an interrupt of the attack met it
            assert reply["status"] == "aborted" or reply["ename"] == "Interrupted", reply
        raise AssertionError("no cell runs any more")

    # processes

    def children(self):
        out = subprocess.run(["ps", "--ppid", str(self.process.pid), "-o", "pid=,stat=,args="], capture_output=True, text=True).stdout
        return [line.split(None, 2) for line in out.splitlines()]

    def session(self):
        """The session process, once there is one."""
        for _ in range(200):
            found = [int(pid) for pid, state, command in self.children() if "--session" in command and "Z" not in state]
            if found:
                return found[0]
            time.sleep(0.02)
        raise AssertionError("there is no session process")

    def kill_session(self):
        os.kill(self.session(), signal.SIGKILL)

    def memory(self):
        """MB of the kernel's own process."""
        status = open(f"/proc/{self.process.pid}/status").read()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024

    # sockets

    def raw(self, port):
        s = socket.create_connection((self.info["ip"], self.info[port + "_port"]), timeout=5)
        return s

    def zmq(self, port, kind=zmq.DEALER, identity=None):
        s = self.context.socket(kind)
        s.linger = 0
        if identity:
            s.setsockopt(zmq.IDENTITY, identity)
        s.connect(f"tcp://{self.info['ip']}:{self.info[port + '_port']}")
        return s

    def sign(self, parts):
        digest = hmac.new(self.info["key"].encode(), digestmod=hashlib.sha256)
        for part in parts:
            digest.update(part)
        return digest.hexdigest().encode()

    def message(self, kind, content, parent=None):
        header = dict(msg_id=uuid.uuid4().hex, msg_type=kind, session="s", username="u", version="5.4", date="2026-01-01T00:00:00Z")
        parts = [json.dumps(p).encode() for p in (header, parent or {}, {}, content)]
        return [b"<IDS|MSG>", self.sign(parts)] + parts

    def beats(self, wait=2000):
        s = self.zmq("hb", zmq.REQ)
        s.send(b"ping")
        answered = s.poll(wait) > 0 and s.recv() == b"ping"
        s.close()
        return answered


# ZMTP by hand

def greeting(mechanism=b"NULL", version=b"\x03\x00"):
    return b"\xff" + bytes(8) + b"\x7f" + version + mechanism.ljust(20, b"\0") + bytes(32)


def short(body, flags=0):
    return bytes([flags, len(body)]) + body


def ready(kind=b"DEALER", identity=b""):
    body = b"\x05READY\x0bSocket-Type" + struct.pack(">I", len(kind)) + kind + b"\x08Identity" + struct.pack(">I", len(identity)) + identity
    return short(body, 4)


def long(length, flags=0):
    return bytes([flags | 2]) + struct.pack(">Q", length)


SOCKETS = {"shell": b"DEALER", "control": b"DEALER", "stdin": b"DEALER", "iopub": b"SUB", "hb": b"REQ"}


def opening(port):
    return greeting() + ready(SOCKETS[port])


def nonsense(port):
    """(name, bytes) of what no peer should send."""
    yield "http", b"GET / HTTP/1.0\r\n\r\n"
    yield "half a greeting", b"\xff" + bytes(20)
    yield "version 1", greeting(version=b"\x01\x00")
    yield "another mechanism", greeting(b"PLAIN")
    yield "a long command of 2^40", greeting() + long(1 << 40, 4)
    yield "ready cut short", greeting() + short(b"\x05R", 4)
    yield "a property cut short", greeting() + short(b"\x05READY\xffSock", 4)
    yield "an unknown socket", greeting() + ready(b"NOPE")
    yield "a name that is too long", greeting() + long(300, 4) + b"\x05READY\x0bSocket-Type\0\0\0\x06DEALER\x08Identity\0\0\1\0" + b"x" * 300
    yield "73 bytes", greeting() + long(1 << 62)
    for power in (25, 27, 31, 33, 36, 40, 46, 62, 63):
        yield f"a frame of 2^{power}", opening(port) + long(1 << power) + b"x" * 10
        yield f"more parts, one of 2^{power}", opening(port) + short(b"a", 1) + long((1 << power) - 1, 1) + b"x" * 10
    yield "a frame of 2^64 - 1", opening(port) + long((1 << 64) - 1)
    yield "parts without end", opening(port) + short(b"", 1) * 100_000
    yield "subscriptions without end", opening(port) + b"".join(short(b"\x01" + str(i).encode()) for i in range(10_000))
    yield "an odd flag", opening(port) + short(b"abc", 0x80)
    yield "a command within a message", opening(port) + short(b"a", 1) + short(b"\x04PING\0\0", 4)
    yield "pings", opening(port) + short(b"\x04PING\0\x01ctx", 4) * 1000
    yield "an error", opening(port) + short(b"\x05ERROR\x03bad", 4)
    yield "the delimiter alone", opening(port) + short(b"<IDS|MSG>")


def mutated(r, bytes_):
    """The same with some bits, pieces or lengths changed."""
    data = bytearray(bytes_[:4000])
    for _ in range(r.randint(1, 6)):
        at = r.randrange(len(data) + 1)
        kind = r.randrange(4)
        if kind == 0 and at < len(data):
            data[at] ^= 1 << r.randrange(8)
        elif kind == 1:
            data[at:at] = bytes(r.randrange(256) for _ in range(r.randint(1, 20)))
        elif kind == 2:
            del data[at : at + r.randint(1, 20)]
        else:
            data[at:at] = long(r.choice((0, 255, 1 << 20, 1 << 32, 1 << 50, (1 << 64) - 1)), r.choice((0, 1, 4)))
    return bytes(data)
