"""The process of a session, and messages to and from it: lines of JSON on a socket, with memory for arrays."""
import array
import contextlib
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import threading

from . import errors
from .program import command

_PIECE = 1 << 18


class Wire:
    """A session process and its socket. One request is under way at a time."""

    def __init__(self, environment):
        here, there = socket.socketpair()
        given = dict(os.environ, GFLOW_SOCKET=str(there.fileno()), **environment)
        given.pop("GFLOW_MARKS", None)
        try:
            self.process = subprocess.Popen(
                [*command(), "--session"],
                env=given,
                stdin=subprocess.DEVNULL,
                pass_fds=(there.fileno(),),
                # Ctrl-C of a terminal is this process's, which asks the session to stop
                start_new_session=True,
            )
        except OSError as e:
            here.close()
            raise errors.SessionDied(f"the program of gflow could not be started: {e}") from e
        finally:
            there.close()
        self.owner = os.getpid()
        self.socket = here
        self.device = ""
        self._lock = threading.Lock()
        self._sending = threading.Lock()
        self._holder = None
        self._numbers = itertools.count(1)
        self._buffer = bytearray()
        self._lines = []
        self._files = []
        self._gone = []
        self._ended = False
        #: the request that was left while it ran, and whether the last one was answered
        self._late, self._answered_last = None, False

    def forget(self, held):
        """Lets the session forget a value with the next request. Called by the collector of garbage, from any thread."""
        self._gone.append(held)

    def close(self):
        """Ends the process."""
        if os.getpid() != self.owner:
            self.socket.close()
            return
        try:
            self.socket.close()
        finally:
            try:
                self.process.wait(timeout=0.5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def ask(self, ask, files=(), show=None, question=None):
        """Sends a request and waits for its answer; `(value, memory)`, where memory is a descriptor or none. What it shows on the
        way goes to `show`. Ctrl-C asks the session to stop; a second one ends it."""
        me = threading.get_ident()
        if os.getpid() != self.owner:
            raise errors.Error("a session belongs to the process that started it: make a new one after a fork")
        if self._holder == me and self._lock.locked():
            raise errors.Error("the session is running a text: what it calls back cannot give it another")
        with self._lock:
            try:
                self._holder = me
                return self._asked(ask, files, show, question)
            finally:
                self._holder = None

    def _asked(self, ask, files, show, question):
        with _Interrupts(self) as interrupts:
            if self._gone:
                gone, self._gone = self._gone, []
                self._send({"id": 0, "ask": {"forget": {"held": gone}}})
            # an interrupt that was meant for one must not stop the next
            while self._late is not None:
                message = self._next(interrupts)
                if message.get("reply", {}).get("id") == self._late:
                    self._late = None
                self._drop()
            number, self._answered_last = next(self._numbers), False
            try:
                self._send({"id": number, "ask": ask}, files)
                return self._answered(number, interrupts, show, question)
            except errors.SessionDied:
                raise
            except BaseException:
                # whoever waited was called away, as by an alarm: nobody wants what still runs
                if not self._answered_last:
                    self._late = number
                    self.interrupt()
                raise

    def _drop(self):
        """Memory that came with what nobody wants."""
        files, self._files = self._files, []
        for f in files:
            os.close(f)

    def _answered(self, number, interrupts, show, question):
        failed = None
        while True:
            message = self._next(interrupts)
            if "reply" in message:
                # memory comes with the reply that it belongs to
                if message["reply"]["id"] != number:
                    self._drop()
                    continue
                self._answered_last = True
                if failed is not None:
                    self._drop()
                    raise failed
                files, self._files = self._files, []
                return message["reply"]["value"], (files[0] if files else None)
            try:
                if "output" in message and show is not None:
                    show(message["output"]["output"])
                elif "question" in message:
                    q = message["question"]
                    with interrupts.asking():
                        line = question(q["prompt"], q["password"]) if question else None
                    self._send({"id": 0, "ask": {"answer": {"line": line}}})
                elif "ready" in message:
                    self.device = message["ready"]["device"]
            except BaseException as e:  # what is called back failed: the text is stopped, and the session stays
                if failed is None:
                    failed = e
                    self.interrupt()
                    if "question" in message:
                        self._send({"id": 0, "ask": {"answer": {"line": None}}})

    def interrupt(self):
        """Asks the session to stop what it runs; from any thread."""
        try:
            self._send({"id": 0, "ask": "interrupt"})
        except errors.SessionDied:
            pass

    def _send(self, request, files=()):
        line = json.dumps(request, ensure_ascii=False).encode("utf-8") + b"\n"
        with self._sending:
            try:
                sent = 0
                if files:
                    rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", files))]
                    sent = self.socket.sendmsg([line], rights)
                self.socket.sendall(line[sent:])
            except OSError:
                raise self._died() from None

    def _next(self, interrupts):
        while True:
            end = self._buffer.find(b"\n")
            if end >= 0:
                line = bytes(self._buffer[:end])
                del self._buffer[: end + 1]
                try:
                    return json.loads(line)
                except ValueError:
                    continue
            try:
                data, control, _, _ = self.socket.recvmsg(_PIECE, socket.CMSG_SPACE(64))
            except OSError:
                raise self._died() from None
            for level, kind, bytes_ in control:
                if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                    numbers = array.array("i")
                    numbers.frombytes(bytes_[: len(bytes_) - len(bytes_) % numbers.itemsize])
                    self._files.extend(numbers)
            if not data:
                if interrupts.often:
                    raise errors.Interrupted("interrupted; the session was ended")
                raise self._died()
            self._buffer += data

    def _died(self):
        try:
            status = self.process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            return errors.SessionDied("the session does not answer any more")
        if self._ended:
            why = "it was ended by a third Ctrl-C"
        elif status == -signal.SIGKILL:
            why = "it was killed, perhaps because memory ran out"
        elif status < 0:
            why = f"it was ended by the signal {signal.Signals(-status).name}"
        else:
            why = f"it ended with the status {status}"
        return errors.SessionDied(f"the session is gone, and its variables with it: {why}; gflow_lab.Session() starts a new one")


class _Interrupts:
    """While a request is under way, Ctrl-C is the session's: asked to stop, it keeps what it has. The second ends it."""

    def __init__(self, wire):
        self.wire = wire
        self.count = 0
        self.often = False
        self.before = None
        self._asks = False

    @contextlib.contextmanager
    def asking(self):
        """While a person is asked, Ctrl-C leaves the question."""
        self._asks = True
        try:
            yield
        finally:
            self._asks = False

    def __enter__(self):
        if threading.current_thread() is threading.main_thread():
            try:
                self.before = signal.signal(signal.SIGINT, self._pressed)
            except ValueError:
                self.before = None
        return self

    def __exit__(self, *_):
        if self.before is not None:
            signal.signal(signal.SIGINT, self.before)

    def _pressed(self, *_):
        self.count += 1
        if self._asks:
            raise KeyboardInterrupt
        if self.count == 1:
            # not here: the lock of those who send may be held by what was interrupted
            threading.Thread(target=self.wire.interrupt, daemon=True).start()
        elif self.count == 2:
            sys.stderr.write("asked to stop; once more ends the session\n")
        else:
            self.often = self.wire._ended = True
            self.wire.process.kill()
