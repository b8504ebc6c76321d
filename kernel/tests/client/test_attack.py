"""What strangers at the ports, dying sessions and odd clients do to a kernel: nothing that lasts."""
import json
import os
import random
import stat
import tempfile
import time

import pytest
import zmq
from attack import PORTS, R, Kernel, greeting, long, mutated, nonsense, opening, ready, short, text, times


@pytest.fixture(scope="module")
def kernel():
    k = Kernel()
    yield k
    k.close()


def send(kernel, port, data, wait=0.02):
    """Sends, leaves a moment for an answer, goes."""
    s = kernel.raw(port)
    try:
        s.sendall(data)
        time.sleep(wait)
    except OSError:
        pass  # sent away already
    finally:
        s.close()


def test_what_no_peer_should_send_costs_nothing(kernel):
    kernel.lives()
    before = kernel.memory()
    for port in PORTS:
        for name, data in nonsense(port):
            send(kernel, port, data)
            assert kernel.process.poll() is None, f"{name} at {port} ended the kernel: {kernel.said()[-300:]}"
        kernel.lives()
        assert kernel.beats()
    assert kernel.memory() - before < 64, "memory was given for a promise"


def test_damaged_frames(kernel):
    r = random.Random(16)
    sources = {port: [data for _, data in nonsense(port)] + [opening(port) + short(b"\x01") + short(b"", 1) + short(b"ping")] for port in PORTS}
    before = kernel.memory()
    for i in range(times(150, 1000)):
        port = r.choice(PORTS)
        send(kernel, port, mutated(r, r.choice(sources[port])), wait=0.005)
        if i % 50 == 49:
            kernel.lives()
    kernel.lives()
    assert kernel.beats() and kernel.memory() - before < 64


def test_damaged_messages_with_a_valid_signature(kernel):
    """A client that has the key and errs: nothing is run, nothing breaks."""
    r = random.Random(17)
    kinds = ["execute_request", "complete_request", "inspect_request", "history_request", "is_complete_request", "comm_open", "input_reply", "interrupt_request", "no_such"]
    values = [None, 3, -1, 1e300, "", "kl(", [], {}, [[]], {"a": 1}, True, "\u0000", "λ" * 100, 1 << 62]
    keys = ["code", "cursor_pos", "silent", "store_history", "user_expressions", "allow_stdin", "stop_on_error", "n", "session", "start", "stop", "pattern", "hist_access_type", "output", "unique", "comm_id", "value"]
    sockets = {p: kernel.zmq(p) for p in ("shell", "control", "stdin")}
    for i in range(times(200, 3000)):
        content = {key: r.choice(values) for key in r.sample(keys, r.randint(0, 6))}
        parts = kernel.message(r.choice(kinds), content)
        if r.random() < 0.3:
            body = [bytearray(p) for p in parts[2:]]
            piece = r.choice(body)
            if piece:
                piece[r.randrange(len(piece))] ^= 1 << r.randrange(8)
            body = [bytes(p) for p in body]
            parts = [b"<IDS|MSG>", kernel.sign(body[:4])] + body
        if r.random() < 0.1:
            del parts[r.randrange(len(parts))]
        sockets[r.choice(list(sockets))].send_multipart(parts)
        if i % 100 == 99:
            kernel.lives()
    for s in sockets.values():
        s.close()
    kernel.lives()


def test_strangers_share_what_they_may_have_under_way(kernel):
    """Ten of them send 50 MB of a message that they never end."""
    before, piece, open_ = kernel.memory(), b"x" * (1 << 20), []
    for _ in range(10):
        s = kernel.raw("shell")
        open_.append(s)
        try:
            s.sendall(opening("shell") + long(60 << 20))
            for _ in range(50):
                s.sendall(piece)
        except OSError:
            pass  # one too many: sent away
    time.sleep(0.3)
    grown = kernel.memory() - before
    assert grown < 200, f"{grown:.0f} MB"
    # a client that has shown the key is not held up by them
    assert kernel.value('let s = "' + "a" * 10_000_000 + '"; s.len()') == "10000000"
    for s in open_:
        s.close()
    kernel.lives()


def test_a_message_beyond_the_limit_is_refused(kernel):
    """The client that sends it is told, and goes on by the same connection."""
    before = kernel.memory()
    reply, outputs = kernel.run('"' + "a" * (65 << 20) + '"')
    assert reply["ename"] == "TooLong" and "67108864 are the most" in reply["evalue"]
    assert outputs[-1][0] == "error"
    assert kernel.memory() - before < 64
    # a stranger is cut off
    s = kernel.raw("shell")
    s.sendall(opening("shell") + long(65 << 20))
    s.settimeout(2)
    while s.recv(4096):
        pass
    kernel.lives()


def test_no_place_is_left_and_then_it_is(kernel):
    """Strangers take every place; the client that is there stays, and others come when they go."""
    open_ = []
    for port in PORTS:
        for _ in range(200):
            s = kernel.raw(port)
            s.sendall(opening(port))
            open_.append(s)
    time.sleep(0.3)
    kernel.lives()
    for s in open_:
        s.close()
    time.sleep(0.3)
    kc = kernel.client()
    assert kernel.value("2 + 2", kc=kc) == "4"
    kc.stop_channels()
    assert kernel.beats()


def test_a_stranger_does_not_take_the_name_of_a_client(kernel):
    """Identities can be seen by whoever listens; answers go where the question came from."""
    identity = kernel.kc.session.bsession
    thieves = []
    for port in ("shell", "control", "stdin"):
        s = kernel.raw(port)
        s.sendall(greeting() + ready(b"DEALER", identity))
        thieves.append(s)
    time.sleep(0.1)
    assert kernel.value("3 + 3") == "6"
    request = kernel.kc.execute('input("? ")', allow_stdin=True)
    assert kernel.kc.get_stdin_msg(timeout=5)["content"]["prompt"] == "? "
    kernel.kc.input("mine")
    assert kernel.reply(request)["status"] == "ok"
    for s in thieves:
        s.close()
    assert kernel.value("4 + 4") == "8"


def test_a_subscriber_that_does_not_read_holds_up_nobody_for_long(kernel):
    s = kernel.raw("iopub")
    s.sendall(opening("iopub") + short(b"\x01"))
    time.sleep(0.2)
    begun = time.time()
    _, outputs = kernel.run('let line = ""; for i in 0..1000 { line += "0123456789" } for i in 0..3000 { print(line) }', timeout=60)
    assert sum(len(c["text"]) for k, c in outputs if k == "stream") == 3000 * 10_001
    assert time.time() - begun < 20
    s.close()
    kernel.lives()


def test_a_signed_message_runs_once(kernel):
    kernel.value("let runs = 0; runs")
    parts = kernel.message("execute_request", {"code": "runs += 1;", "silent": True})
    first = kernel.zmq("shell")
    first.send_multipart(parts)
    assert first.poll(5000), "the first of them runs"
    copies = [first] + [kernel.zmq(port) for port in ("shell", "shell", "control", "stdin")]
    for s in copies:
        s.send_multipart(parts)
        # nor with the signature in other digits, or with buffers behind it, which are not signed
        s.send_multipart([parts[0], parts[1].upper()] + parts[2:])
        s.send_multipart(parts + [b"buffer"])
    time.sleep(0.3)
    assert kernel.value("runs") == "1"
    for s in copies:
        s.close()


def test_the_heart_beats_for_everybody(kernel):
    assert kernel.beats()
    for frames in ([b"ping"], [b""], [b"", b""], [b"a", b"b", b"c"], [b"", b"x" * 3000], [b"", b"x" * 100_000], [b""] * 40):
        s = kernel.zmq("hb", zmq.DEALER)
        s.send_multipart(frames)
        time.sleep(0.01)
        s.close()
        assert kernel.beats(), f"the heart stopped at {frames!r:.60}"
    # clients that leave with a beat outstanding
    for i in range(times(60, 600)):
        s = kernel.zmq("hb", zmq.REQ)
        s.send(b"ping")
        time.sleep(0.003 * (i % 10))
        s.close(100 if i % 3 else 0)
    assert kernel.beats()
    # while a cell runs, and for a client without a manager
    request = kernel.kc.execute("loop {}")
    time.sleep(0.2)
    assert kernel.beats()
    kernel.kc.control_channel.send(kernel.kc.session.msg("interrupt_request", {}))
    assert kernel.reply(request)["ename"] == "Interrupted"
    kc = kernel.client()
    time.sleep(times(3, 8))
    assert kc.is_alive()
    kc.stop_channels()


def test_a_session_that_dies_while_it_is_idle_hangs_no_cell():
    """Killed, and a cell sent within 30 ms: it is answered, by its value or by what was lost."""
    k, r, answers = Kernel(), random.Random(1), {}
    try:
        for i in range(times(30, 300)):
            assert k.value("1 + 1") == "2"
            k.kill_session()
            end = time.time() + r.choice((0, 0, 0.001, 0.002, 0.003, 0.004, 0.005, 0.006, 0.008, 0.01, 0.015, 0.02, 0.03))
            while time.time() < end:
                pass
            reply = k.reply(k.kc.execute("40 + 2"), 10)
            assert reply, f"the cell after death {i} hangs"
            assert reply["status"] == "ok" or reply["ename"] == "SessionDied", reply
            answers[reply["status"]] = answers.get(reply["status"], 0) + 1
        print(f"{answers} after {sum(answers.values())} deaths")
        # what waits for a session process can be interrupted, and the kernel goes on
        k.lives()
        assert len([c for c in k.children() if "--session" in c[2]]) == 1
    finally:
        k.close()


def ask(kernel, code, kc=None):
    kc = kc or kernel.kc
    request = kc.execute(code, allow_stdin=True)
    return request, kc.get_stdin_msg(timeout=60)


def interrupt(kernel, kc=None):
    kc = kc or kernel.kc
    kc.control_channel.send(kc.session.msg("interrupt_request", {}))


def test_answers_belong_to_questions(kernel):
    kc = kernel.kc
    # an answer after an interrupt, sent before the next question or behind it, is nobody's
    request, question = ask(kernel, 'input("first? ")')
    interrupt(kernel)
    assert kernel.reply(request)["ename"] == "Interrupted"
    kc.input("too late")
    request, second = ask(kernel, 'let a = input("second? "); a')
    late = kc.session.msg("input_reply", {"value": "later still"}, parent=question)
    kc.stdin_channel.send(late)
    time.sleep(0.2)
    assert kernel.reply(request, 0.2) is None, "an answer to another question was taken"
    kc.stdin_channel.send(kc.session.msg("input_reply", {"value": "right"}, parent=second))
    assert kernel.reply(request)["status"] == "ok" and kernel.value("a") == "right"
    # the same cell again asks again
    for answer in ("one", "two"):
        request, _ = ask(kernel, 'let a = input("again? ");')
        kc.input(answer)
        assert kernel.reply(request)["status"] == "ok" and kernel.value("a") == answer
    # hidden, empty, of several lines, and refused
    request, question = ask(kernel, 'let a = password("? ");')
    assert question["content"]["password"] is True
    kc.input("")
    assert kernel.reply(request)["status"] == "ok" and kernel.value("a.len()") == "0"
    request, _ = ask(kernel, 'let a = input("? ");')
    kc.input("λ\nμ")
    assert kernel.reply(request)["status"] == "ok" and kernel.value("a") == "λ\nμ"
    reply, _ = kernel.run('input("? ")', allow_stdin=False)
    assert "nobody to ask" in reply["evalue"]


def test_two_clients(kernel):
    one, two = kernel.kc, kernel.client()
    assert kernel.value("let common = 5; common", kc=two) == "5" and kernel.value("common") == "5"
    # who is asked is the one whose cell asks
    request, _ = ask(kernel, 'let a = input("two? ");', two)
    with pytest.raises(Exception):
        one.get_stdin_msg(timeout=0.3)
    # the other one is served meanwhile
    assert kernel.reply(one.complete("data::ri", 8))["matches"]
    two.input("from two")
    assert kernel.reply(request, kc=two)["status"] == "ok" and kernel.value("a") == "from two"
    # cells run in turn; what waits behind an error is not run, whoever sent it, and both are told
    first = one.execute("loop {}")
    time.sleep(0.2)
    others = [two.execute("41"), two.execute("42")]
    time.sleep(0.2)
    interrupt(kernel, two)
    assert kernel.reply(first)["ename"] == "Interrupted"
    assert [kernel.reply(r, kc=two)["status"] for r in others] == ["aborted", "aborted"]
    # the client that asked is gone: an interrupt by the other ends the question
    request, _ = ask(kernel, 'input("gone? ")', two)
    two.stop_channels()
    interrupt(kernel, one)
    time.sleep(0.3)
    assert kernel.value("common") == "5"


def order(outputs):
    """The lines of both streams, as they came."""
    return [line for k, c in outputs if k == "stream" for line in c["text"].splitlines()]


@pytest.fixture(scope="module")
def compiled():
    """A kernel whose compiler is there."""
    k = Kernel()
    assert k.value(R + "1", timeout=180) == "1"
    yield k
    k.close()


def test_errors_of_rust_cells_come_in_their_cell_and_in_their_order(compiled):
    for i in range(times(25, 500)):
        reply, outputs = compiled.run(R + f'println!("o{i}"); eprintln!("e{i}"); print!("p{i} "); eprint!("q{i} "); println!("r{i}"); eprintln!();', timeout=60)
        assert reply["status"] == "ok"
        shown = [(k, c) for k, c in outputs if not k.endswith("display_data")]
        assert order(shown) == [f"o{i}", f"e{i}", f"p{i} ", f"q{i} ", f"r{i}", ""], (i, outputs)
        assert {c["name"] for _, c in shown} == {"stdout", "stderr"} and text(shown, "stderr") == f"e{i}\nq{i} \n"
    # past the macros of cells: within the cell, before and behind what the session shows
    for i in range(times(5, 100)):
        _, outputs = compiled.run(R + f'use std::io::Write; std::io::stderr().write_all(b"raw{i}\\n")?; session::show("text/plain", "shown"); std::io::stderr().write_all(b"end{i}\\n")?;', timeout=60)
        shown = [c.get("text", "shown") for k, c in outputs if "of another" not in k and "compil" not in str(c)]
        assert shown == [f"raw{i}\n", "shown", f"end{i}\n"], (i, outputs)


def test_an_error_says_what_the_panic_said(compiled):
    reply, outputs = compiled.run(R + 'eprintln!("before"); panic!("on purpose {}", 7)', timeout=60)
    assert "on purpose 7" in reply["evalue"] and order(outputs)[-2:] == ["before", "panicked: on purpose 7"]
    assert outputs[-1][0] == "error"
    reply, outputs = compiled.run(R + 'Err::<(), String>("no such thing".into())?;', timeout=60)
    assert "no such thing" in reply["evalue"] and text(outputs, "stderr") == "no such thing\n"
    reply, outputs = compiled.run(R + "let v: Vec<i32> = vec![]; let w = v[3];", timeout=60)
    assert "len is 0 but the index is 3" in reply["evalue"]


def test_a_variable_that_is_moved_and_assigned_in_one_cell(compiled):
    compiled.run(R + 'let mut s = String::from("one"); let mut n = vec![1];', timeout=60)
    reply, outputs = compiled.run(R + 'let t = s; s = String::from("two");', timeout=60)
    assert reply["status"] == "ok" and "`s` is not kept" in text(outputs, "stderr") and "mem::replace(&mut s" in text(outputs, "stderr")
    assert compiled.value(R + "t", timeout=60) == '"one"'
    # as it says
    reply, outputs = compiled.run(R + "let m = std::mem::replace(&mut n, vec![2]);", timeout=60)
    assert text(outputs, "stderr") == "" and compiled.value(R + "(m, n.clone())", timeout=60) == "([1], [2])"


def test_a_rust_cell_that_is_asked_and_interrupted_keeps_the_session(compiled):
    compiled.run("let treasure = 1;")
    cell = R + 'println!("EVCXR_INPUT_REQUEST:name? "); let mut line = String::new(); std::io::stdin().read_line(&mut line)?; println!("{line:?}");'
    request, question = ask(compiled, cell)
    assert question["content"]["prompt"] == "name? "
    compiled.kc.input("Ada")
    assert compiled.reply(request, 60)["status"] == "ok"
    request = compiled.kc.execute(cell, allow_stdin=True)
    compiled.kc.get_stdin_msg(timeout=60)
    interrupt(compiled)
    assert compiled.reply(request, 20) is not None
    assert compiled.value("treasure") == "1"


def test_a_rust_cell_meets_the_death_of_an_idle_session(compiled):
    """It has not run yet: it runs in the next session process."""
    r = random.Random(2)
    for i in range(times(3, 40)):
        compiled.run(R + "let lost = 1;", timeout=60)
        compiled.kill_session()
        time.sleep(r.choice((0, 0.001, 0.005, 0.01, 0.03, 0.2)))
        reply = compiled.reply(compiled.kc.execute(R + "41 + 1"), 60)
        assert reply and reply["status"] == "ok", (i, reply)
    reply, _ = compiled.run(R + "lost", timeout=60)
    assert reply["ename"] == "RustCompileError"


def test_descriptors_that_a_cell_changes_hang_nothing(compiled):
    cell = 'unsafe extern "C" { fn dup2(a: i32, b: i32) -> i32; fn open(p: *const u8, f: i32) -> i32; }\nlet n = unsafe { open(b"/dev/null\\0".as_ptr(), 1) }; unsafe { dup2(n, 1); dup2(n, 2); }'
    assert compiled.run(R + cell, timeout=60)[0]["status"] == "ok"
    assert compiled.value("1 + 1") == "2" and compiled.run(R + "1 + 2", timeout=60)[0]["status"] == "ok"


def modes(folder):
    return {name: stat.S_IMODE(os.lstat(os.path.join(folder, name)).st_mode) for name in os.listdir(folder)}


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_files_are_private_whatever_the_umask(umask):
    temporary = tempfile.mkdtemp(prefix="gflow-tmp-")
    victim = tempfile.mkdtemp(prefix="gflow-victim-")
    open(os.path.join(victim, "kept"), "w").close()
    # planted: a link and a file with the name of a kernel that is gone
    os.symlink(victim, os.path.join(temporary, "gflow-kernel-2147483646-planted"))
    open(os.path.join(temporary, "gflow-kernel-2147483645-file"), "w").close()
    k = Kernel(umask=umask, TMPDIR=temporary)
    try:
        history = os.path.join(k.folder, "data", "gflow", "history.jsonl")
        assert k.value("1 + 1") == "2"
        assert stat.S_IMODE(os.stat(history).st_mode) == 0o600 and stat.S_IMODE(os.stat(os.path.dirname(history)).st_mode) == 0o700
        private = [name for name in os.listdir(temporary) if name.startswith(f"gflow-kernel-{k.process.pid}-")]
        assert len(private) == 1 and modes(temporary)[private[0]] == 0o700
        assert os.path.exists(os.path.join(victim, "kept"))
        # what a cell writes is the user's: it follows the umask
        k.run('io::save(data::ring(3), "points.csv")')
        assert modes(k.folder)["points.csv"] == 0o666 & ~umask
    finally:
        k.close()
    assert not [n for n in os.listdir(temporary) if n.startswith(f"gflow-kernel-{k.process.pid}-")], "the folder went with the kernel"


def test_a_history_that_is_too_long_stays_private():
    data = tempfile.mkdtemp(prefix="gflow-data-")
    os.mkdir(os.path.join(data, "gflow"))
    history = os.path.join(data, "gflow", "history.jsonl")
    record = json.dumps({"session": 1, "line": 1, "code": "let password = 1; " + "x" * 80}) + "\n"
    with open(history, "w") as f:
        f.write(record * 170_000)
    os.chmod(history, 0o600)
    k = Kernel(data=data)
    try:
        assert k.value("1 + 1") == "2"
        assert os.path.getsize(history) < 9 << 20 and stat.S_IMODE(os.stat(history).st_mode) == 0o600
        assert set(os.listdir(os.path.dirname(history))) == {"history.jsonl"}
    finally:
        k.close()
