"""`gflow repl` in a terminal."""
import os
import time

import pexpect
import pytest

KEYS = {"up": "\x1b[A", "ctrl-r": "\x12", "ctrl-c": "\x03", "ctrl-d": "\x04", "tab": "\t", "enter": "\r"}


class Repl:
    def __init__(self, folder, env=()):
        environment = dict(os.environ, XDG_DATA_HOME=str(folder / "data"), TERM="xterm-256color", **dict(env))
        for name in ("KITTY_WINDOW_ID", "TERM_PROGRAM"):
            if name not in dict(env):
                environment.pop(name, None)
        self.p = pexpect.spawn(os.environ["GFLOW_BIN"], ["repl", "--device", "cpu"], cwd=str(folder), env=environment, encoding="utf-8", timeout=15, dimensions=(40, 120))
        self.prompt(1)

    def prompt(self, n):
        """Waits for the prompt, answering the editor's question where the cursor is."""
        while True:
            which = self.p.expect([rf"\[{n}\]", r"\x1b\[6n"])
            if which == 0:
                break
            self.p.send("\x1b[1;1R")
        # what else the editor asks before it listens
        end = time.time() + 0.3
        while time.time() < end:
            if self.p.expect([r"\x1b\[6n", pexpect.TIMEOUT], timeout=0.1) == 0:
                self.p.send("\x1b[1;1R")

    def type(self, text, *keys):
        self.p.send(text + "".join(KEYS[k] for k in keys))

    def leave(self):
        self.type("", "ctrl-d")
        self.p.expect(pexpect.EOF)


@pytest.fixture
def repl(tmp_path):
    r = Repl(tmp_path)
    yield r
    r.p.close(force=True)


def test_cells_keep_their_variables(repl):
    repl.type("let x = 20 + 1;", "enter")
    repl.prompt(2)
    repl.type("2 * x", "enter")
    repl.p.expect("\n42\r?\n")
    repl.prompt(3)
    repl.type("nowhere", "enter")
    repl.p.expect("`nowhere` is not defined")
    repl.prompt(4)
    repl.leave()


def test_an_open_brace_goes_on_on_the_next_line(repl):
    repl.type("fn twice(a) {", "enter")
    time.sleep(0.2)
    repl.type("2 * a", "enter")
    time.sleep(0.2)
    repl.type("}", "enter")
    repl.prompt(2)
    repl.type("twice(8)", "enter")
    repl.p.expect("\n16\r?\n")


def test_a_question_mark_explains(repl):
    repl.type("?gpa", "enter")
    repl.p.expect("inner_steps")


def test_tab_completes(repl):
    repl.type("lipsch", "tab")
    time.sleep(0.3)
    repl.type("(3.0)", "enter")
    repl.p.expect(r"lipschitz\(3\)")


def test_ctrl_c_stops_the_cell_and_keeps_the_state(repl):
    repl.type("let kept = 5;", "enter")
    repl.prompt(2)
    repl.type("loop {}", "enter")
    time.sleep(0.5)
    repl.type("", "ctrl-c")
    repl.p.expect("interrupted")
    repl.prompt(3)
    repl.type("kept + 1", "enter")
    repl.p.expect("\n6\r?\n")


def test_history_is_kept_and_searched(tmp_path):
    first = Repl(tmp_path)
    first.type("let unusual_name = 77;", "enter")
    first.prompt(2)
    first.leave()
    second = Repl(tmp_path)
    second.type("", "ctrl-r")
    time.sleep(0.2)
    second.type("unusual")
    time.sleep(0.2)
    second.type("", "enter")
    time.sleep(0.2)
    second.type("", "enter")
    second.prompt(2)
    second.type("unusual_name", "enter")
    second.p.expect("\n77\r?\n")
    second.p.close(force=True)


def test_figures_are_saved_and_shown_where_that_is_possible(tmp_path):
    plain = Repl(tmp_path)
    plain.type("plot::scatter(data::ring(30))", "enter")
    plain.p.expect("figure-1.png")
    plain.prompt(2)
    plain.p.close(force=True)
    assert (tmp_path / "figure-1.png").read_bytes().startswith(b"\x89PNG")
    kitty = Repl(tmp_path, {"KITTY_WINDOW_ID": "1"})
    kitty.type("plot::scatter(data::ring(30))", "enter")
    kitty.p.expect(r"\x1b_Ga=T,f=100")
    kitty.p.close(force=True)


@pytest.mark.parametrize("word", ["exit", "quit", ":q", "exit()"])
def test_words_that_leave(repl, word):
    repl.type("1 + 1", "enter")
    repl.prompt(2)
    repl.type(word, "enter")
    repl.p.expect(pexpect.EOF)
    repl.p.close()
    assert repl.p.exitstatus == 0


def test_a_terminal_without_control_codes_gets_none(tmp_path):
    environment = dict(os.environ, XDG_DATA_HOME=str(tmp_path / "data"), TERM="dumb")
    p = pexpect.spawn(os.environ["GFLOW_BIN"], ["repl", "--device", "cpu"], cwd=str(tmp_path), env=environment, encoding="utf-8", timeout=15, echo=False)
    said = ""
    for line in ["let x = 20 + 1;", "2 * x", "nowhere", "exit"]:
        p.expect(r"\[\d\] ")
        said += p.before
        p.sendline(line)
    p.expect(pexpect.EOF)
    said += p.before
    p.close()
    assert p.exitstatus == 0 and "42" in said and "not defined" in said
    assert "\x1b" not in said
