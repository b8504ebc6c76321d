"""Whatever a cell does, the kernel lives, says what was lost, and the next cell works."""
import json
import os
import signal
import subprocess
import time

import pytest
import zmq
from conftest import KERNEL, Cells, text
from jupyter_client import BlockingKernelClient
from jupyter_client.connect import write_connection_file
from jupyter_client.kernelspec import get_kernel_spec

R = "%%rust\n"

DEADLY = {
    "segmentation fault": R + "unsafe { std::ptr::null_mut::<u8>().write_volatile(1) }",
    "abort": R + "std::process::abort()",
    "exit code 3": R + "std::process::exit(3)",
    "out of memory": R + "let big: Vec<u8> = vec![1; 1 << 46]; big.len()",
    "stack overflow": R + "fn down(x: u64) -> u64 { if x == u64::MAX { 0 } else { 1 + down(x + 1) } }\ndown(1)",
}


@pytest.mark.parametrize("what", DEADLY)
def test_a_deadly_cell(cells, what):
    cells.ok("let treasure = 1; let p = data::ring(10);")
    reply, _ = cells.run(DEADLY[what], timeout=180)
    assert reply["ename"] == "SessionDied", reply
    shown = "\n".join(reply["traceback"])
    assert what in shown and "treasure" in shown, shown
    begun = time.perf_counter()
    assert cells.value("1 + 1") == "2"
    print(f"{what}: the next cell after {1e3 * (time.perf_counter() - begun):.0f} ms")
    assert cells.value(R + "1 + 1", timeout=60) == "2"


def test_an_endless_rust_loop(cells):
    cells.ok("let treasure = 1;")
    cells.ok(R + "1", timeout=180)
    took, reply, _ = cells.interrupt_after(R + "loop { std::hint::black_box(0); }", 3)
    assert reply["ename"] == "SessionDied" and "treasure" in "\n".join(reply["traceback"])
    assert took < 3
    assert cells.value("1 + 1") == "2"


def test_deep_recursion_and_hunger_in_a_script_are_errors(cells):
    cells.ok("let treasure = 1; fn down(x) { 1 + down(x + 1) }")
    assert "recursion" in cells.run("down(1)")[0]["evalue"]
    assert cells.run("data::gaussian(1000000000000, 2)")[0]["status"] == "error"
    assert cells.run("let a = []; for i in 0..1000000000000 { a.push([i]); if a.len() > 1000 { throw \"enough\" } }")[0]["status"] == "error"
    assert cells.value("treasure") == "1"


def session_process(cells):
    children = subprocess.run(["pgrep", "-P", str(cells.km.provisioner.process.pid), "-f", "--", "--session"], capture_output=True, text=True)
    return int(children.stdout.split()[0])


def test_the_session_process_is_killed(cells):
    cells.ok("let treasure = 1;")
    os.kill(session_process(cells), signal.SIGKILL)
    time.sleep(0.5)
    assert cells.value("1 + 1") == "2"
    request = cells.start("loop {}")
    time.sleep(0.3)
    os.kill(session_process(cells), signal.SIGKILL)
    cells.wait(request)
    assert cells.reply(request)["ename"] == "SessionDied"
    assert cells.value("1 + 1") == "2"


def connection(cells):
    return json.loads(open(cells.km.connection_file).read())


def test_malformed_messages_are_dropped(cells):
    info = connection(cells)
    context = zmq.Context()
    good = cells.kc.session
    header = lambda kind: {"msg_id": "1", "msg_type": kind, "session": "s", "username": "u", "version": "5.4", "date": "2026-01-01T00:00:00Z"}
    for port in (info["shell_port"], info["control_port"]):
        socket = context.socket(zmq.DEALER)
        socket.linger = 0
        socket.connect(f"tcp://{info['ip']}:{port}")
        pack = lambda parts: [b"<IDS|MSG>", good.sign(parts)] + parts
        for frames in (
            [b"nonsense"],
            [b"<IDS|MSG>"],
            [b"<IDS|MSG>", b"not a signature"],
            [b"<IDS|MSG>", b"00" * 32, b"{}", b"{}", b"{}", b"{}"],
            pack([b"{}", b"{}", b"{}", b"{}"]),
            pack([b"\xff\xfe", b"{}", b"{}", b"{}"]),
            pack([json.dumps(header("execute_request")).encode(), b"{}", b"{}", b"\xff\xff"]),
            pack([json.dumps(header("no_such_request")).encode(), b"{}", b"{}", b"{}"]),
            pack([json.dumps(header("execute_request")).encode(), b"{}", b"{}", b"[]"]),
            pack([json.dumps(header("complete_request")).encode(), b"{}", b"{}", b'{"code": 3}']),
        ):
            socket.send_multipart(frames)
        socket.close()
    time.sleep(0.3)
    assert cells.value("1 + 1") == "2"
    # wrongly signed: not run
    socket = context.socket(zmq.DEALER)
    socket.linger = 0
    socket.connect(f"tcp://{info['ip']}:{info['shell_port']}")
    parts = [json.dumps(header("execute_request")).encode(), b"{}", b"{}", json.dumps({"code": "let stolen = 1;"}).encode()]
    socket.send_multipart([b"<IDS|MSG>", b"ab" * 32] + parts)
    time.sleep(0.2)
    socket.close()
    assert cells.run("stolen")[0]["status"] == "error"


def test_two_kernels_at_once_do_not_meet(cells):
    other = Cells()
    try:
        cells.ok("let whose = 1;")
        other.ok("let whose = 2;")
        assert cells.value("whose") == "1" and other.value("whose") == "2"
    finally:
        other.close()


def test_the_connection_file_may_go(cells):
    path = cells.km.connection_file
    text = open(path).read()
    os.remove(path)
    assert cells.value("1 + 1") == "2"
    open(path, "w").write(text)


def test_a_kernel_ends_with_its_client():
    """No process stays when the client dies without a word."""
    script = f"from jupyter_client.manager import start_new_kernel as s; import os; km, kc = s(kernel_name={KERNEL!r}); print(km.provisioner.process.pid, flush=True); os._exit(1)"
    import sys

    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    pid = int(out.stdout.split()[-1])
    for _ in range(50):
        time.sleep(0.1)
        if not os.path.exists(f"/proc/{pid}"):
            return
        state = open(f"/proc/{pid}/stat").read().split(")")[-1].split()[0]
        if state == "Z":
            return
    pytest.fail(f"process {pid} is still there after 5 s")


def test_shutdown_leaves_nothing():
    c = Cells()
    kernel, session = c.km.provisioner.process.pid, session_process(c)
    c.close()
    time.sleep(0.3)
    assert not os.path.exists(f"/proc/{kernel}") and not os.path.exists(f"/proc/{session}")


def test_restart_forgets():
    c = Cells()
    try:
        c.ok("let here = 1;")
        c.km.restart_kernel()
        c.kc.wait_for_ready(timeout=30)
        assert c.run("here")[0]["status"] == "error"
    finally:
        c.close()


def test_what_a_cell_started_does_not_hold_up_the_kernel(cells):
    cells.ok(R + 'std::process::Command::new("sleep").arg("30").spawn().unwrap();', timeout=180)
    begun = time.perf_counter()
    reply, _ = cells.run(DEADLY["abort"])
    assert reply["ename"] == "SessionDied" and time.perf_counter() - begun < 10
    assert cells.value("1 + 1") == "2"


def test_no_interrupt_is_lost(cells):
    for _ in range(20):
        request = cells.start("loop {}")
        while True:
            message = cells.kc.get_iopub_msg(timeout=5)
            if message["parent_header"].get("msg_id") == request and message["msg_type"] == "execute_input":
                break
        cells.km.interrupt_kernel()
        cells.wait(request, 5)
        assert cells.reply(request)["ename"] == "Interrupted"


def test_a_session_that_cannot_start_is_not_tried_for_ever(tmp_path):
    """With little address space the kernel runs and the session process dies at once: cells are answered all the same."""
    file, _ = write_connection_file(str(tmp_path / "connection.json"))
    program = get_kernel_spec(KERNEL).argv[0]
    kernel = subprocess.Popen(["sh", "-c", f'ulimit -v 1500000; exec "{program}" -f "{file}"'], stderr=subprocess.DEVNULL, env=dict(os.environ, XDG_DATA_HOME=str(tmp_path)))
    kc = BlockingKernelClient(connection_file=file)
    kc.load_connection_file()
    kc.start_channels()
    try:
        kc.wait_for_ready(timeout=20)
        kc.execute("1 + 1")
        reply = kc.get_shell_msg(timeout=20)["content"]
        assert reply["status"] == "error" and reply["ename"] == "SessionDied"
        before = spent(kernel.pid)
        time.sleep(2)
        assert spent(kernel.pid) - before < 0.5, "the kernel is busy starting processes"
    finally:
        kc.stop_channels()
        kernel.terminate()
        kernel.wait(timeout=10)


def spent(pid):
    """Seconds of processor time of a process and of its children that have ended."""
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return sum(int(f) for f in fields[11:15]) / os.sysconf("SC_CLK_TCK")
