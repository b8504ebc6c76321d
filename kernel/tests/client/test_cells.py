"""Cells as a client of the protocol sees them."""
import base64
import time

from conftest import text


def test_values_in_every_form(cells):
    cells.ok("let p = data::gaussian(40, 2); let q = data::ring(40);")
    forms = lambda code: set(next(c["data"] for k, c in cells.ok(code) if k == "execute_result"))
    assert forms("p") == {"text/plain", "text/html"}
    assert forms("kl()") == {"text/plain", "text/markdown", "text/latex"}
    assert forms("kl().regularized(lipschitz(1.0))") == {"text/plain", "text/markdown", "text/latex"}
    assert forms("let e = kl().regularized(lipschitz(1.0)).estimate(p, q, #{ steps: 20 }); e") == {"text/plain", "text/html"}
    assert forms("let r = gpa(kl().regularized(lipschitz(1.0))).run(p, q, #{ steps: 20 }); r") == {"text/plain", "text/html"}
    assert forms("r.history") == {"text/plain", "text/html"}
    assert forms("1/2") == {"text/plain"}


def test_errors_have_a_caret_and_a_suggestion(cells):
    reply, outputs = cells.run("let a = 1;\ndata::rang(10)")
    assert reply["status"] == "error"
    shown = "\n".join(reply["traceback"])
    assert "data::ring" in shown and "\x1b[" in shown
    assert outputs[-1][0] == "error"


def test_prints_are_complete_ordered_and_batched(cells):
    begun = time.perf_counter()
    outputs = cells.ok("for i in 0..20000 { print(i) }")
    took = time.perf_counter() - begun
    assert text(outputs).split() == [str(i) for i in range(20000)]
    assert len(outputs) < 200, "prints are not batched"
    assert took < 1.0, f"{took:.2f} s"


def test_prints_and_figures_keep_their_order(cells):
    outputs = cells.ok('print(1); plot::scatter(data::ring(9)).show(); print(2); display(kl()); debug("3"); print(4)')
    kinds = [(k, c.get("text", "")) for k, c in outputs]
    assert [k for k, _ in kinds] == ["stream", "display_data", "stream", "display_data", "stream", "stream"]
    assert [t.strip('"\n') for _, t in kinds if t] == ["1", "2", "3", "4"]


def test_cells_behind_an_error_are_aborted_unless_told_otherwise(cells):
    requests = [cells.start(c) for c in ('throw "x"', "1", "2")]
    replies = [cells.reply(r) for r in requests]
    assert [r["status"] for r in replies] == ["error", "aborted", "aborted"]
    # a client would show the number beside a cell that did not run
    assert "execution_count" not in replies[1]
    requests = [cells.start(c, stop_on_error=False) for c in ('throw "x"', "1")]
    assert [cells.reply(r)["status"] for r in requests] == ["error", "ok"]


def test_silent_cells_are_not_counted_and_show_no_result(cells):
    before = cells.run("0")[0]["execution_count"]
    reply, outputs = cells.run("41 + 1", silent=True)
    assert outputs == [] and reply["execution_count"] == before
    assert cells.run("0", store_history=False)[0]["execution_count"] == before
    assert cells.run("0")[0]["execution_count"] == before + 1


def test_user_expressions(cells):
    reply, _ = cells.run("let u = 4;", user_expressions={"twice": "2*u", "bad": "nothing_here", "f": "kl()"})
    got = reply["user_expressions"]
    assert got["twice"]["data"]["text/plain"] == "8"
    assert got["bad"]["status"] == "error" and "nothing_here" in got["bad"]["evalue"]
    assert "text/markdown" in got["f"]["data"]


def test_input(cells):
    request = cells.kc.execute('let name = input("who? "); "hello " + name', allow_stdin=True)
    question = cells.kc.get_stdin_msg(timeout=5)
    assert question["content"] == {"prompt": "who? ", "password": False}
    cells.kc.input("Ada")
    outputs = cells.wait(request)
    assert outputs[0][1]["data"]["text/plain"] == "hello Ada"
    cells.reply(request)
    reply, _ = cells.run('input("who? ")', allow_stdin=False)
    assert reply["status"] == "error" and "nobody to ask" in reply["evalue"]


def test_interrupted_input_ends(cells):
    request = cells.kc.execute('password("? ")', allow_stdin=True)
    assert cells.kc.get_stdin_msg(timeout=5)["content"]["password"]
    cells.km.interrupt_kernel()
    cells.wait(request, 5)
    assert cells.reply(request)["ename"] == "Interrupted"
    # the client answers a question that is no longer asked: the next one is asked, and gets its own answer
    cells.kc.input("late")
    request = cells.kc.execute('input("second? ")', allow_stdin=True)
    assert cells.kc.get_stdin_msg(timeout=5)["content"]["prompt"] == "second? "
    cells.kc.input("right")
    outputs = cells.wait(request)
    assert outputs[0][1]["data"]["text/plain"] == "right"
    cells.reply(request)


def test_names_are_answered_while_a_cell_runs(cells):
    cells.ok("let known = kl(); fn mine(a) { a }")
    request = cells.start("loop {}")
    time.sleep(0.2)
    begun = time.perf_counter()
    reply = cells.reply(cells.kc.complete("data::r", 7))
    assert "data::ring" in reply["matches"]
    assert cells.reply(cells.kc.complete("known.conj", 10))["matches"] == ["conjugate", "conjugate_grad"]
    assert cells.reply(cells.kc.complete("mi", 2))["matches"][:1] == ["min"] or "mine" in cells.reply(cells.kc.complete("mi", 2))["matches"]
    assert cells.reply(cells.kc.inspect("gpa", 3))["found"]
    assert cells.reply(cells.kc.is_complete("fn f() {"))["status"] == "incomplete"
    assert time.perf_counter() - begun < 1.0
    cells.km.interrupt_kernel()
    cells.wait(request)
    assert cells.reply(request)["ename"] == "Interrupted"


def test_completion_counts_characters(cells):
    code = 'let größe = "λ→∞"; data::ri'
    reply = cells.reply(cells.kc.complete(code, len(code)))
    assert reply["cursor_start"] == len(code) - len("data::ri") and "data::ring" in reply["matches"]


def test_completion_of_files(cells, tmp_path):
    (tmp_path / "points_1.npy").touch()
    code = f'io::load("{tmp_path}/poi'
    assert cells.reply(cells.kc.complete(code, len(code)))["matches"] == ["points_1.npy"]


def test_a_long_run_shows_a_bar_and_a_plot_that_end_static(cells):
    outputs = cells.ok("gpa(kl().regularized(lipschitz(1.0))).run(data::gaussian(800, 2), data::ring(800), #{ steps: 100000, stop: #{ seconds: 3.0 } });", 90)
    shown = [c for k, c in outputs if k == "display_data"]
    changed = [c for k, c in outputs if k == "update_display_data"]
    assert len(shown) == 2 and len(changed) > 4
    ids = {c["transient"]["display_id"] for c in shown}
    assert {c["transient"]["display_id"] for c in changed} == ids
    last = {c["transient"]["display_id"]: c["data"] for c in changed}
    bar = next(d for d in last.values() if "image/svg+xml" not in d)
    assert "left" not in bar["text/plain"] and " in " in bar["text/plain"]
    assert any("image/svg+xml" in d for d in last.values())


def test_a_figure_gets_its_other_forms_once_the_cell_has_ended(cells):
    request = cells.start("plot::scatter(data::ring(50))")
    [(kind, content)] = cells.wait(request)
    assert kind == "display_data" and set(content["data"]) == {"text/plain", "image/svg+xml"}
    cells.reply(request)
    # another cell runs meanwhile: the change belongs to the first
    other = cells.start("1 + 1")
    seen = []
    while len(seen) < 2:
        message = cells.kc.get_iopub_msg(timeout=10)
        # figures of cells before may get theirs meanwhile
        mine = message["content"].get("transient", content["transient"]) == content["transient"]
        if message["msg_type"] in ("update_display_data", "execute_result") and mine:
            seen.append((message["msg_type"], message["parent_header"]["msg_id"], message["content"]))
    cells.reply(other)
    kind, parent, later = next(s for s in seen if s[0] == "update_display_data")
    assert parent == request and later["transient"] == content["transient"]
    assert set(later["data"]) == {"text/plain", "image/svg+xml", "image/png", "application/pdf"}
    assert base64.b64decode(later["data"]["application/pdf"]).startswith(b"%PDF-")
    assert base64.b64decode(later["data"]["image/png"]).startswith(b"\x89PNG")
    assert later["data"]["image/svg+xml"] == content["data"]["image/svg+xml"]
    # a client that runs whole notebooks, and cannot be asked, gets all of it within the cell
    outputs = cells.run("plot::scatter(data::ring(50))", allow_stdin=False)[1]
    assert [k for k, _ in outputs] == ["display_data"] and "application/pdf" in outputs[0][1]["data"]


def test_an_animation_moves_by_itself(cells):
    cells.ok("let run = gradient_flow(w1(), #{ dt: 0.5 }).run(data::gaussian(30, 2), data::ring(30), #{ steps: 4, snapshots: 3 });")
    [(kind, content)] = cells.ok("plot::animate(run)")
    assert kind == "display_data" and "data:image/gif;base64," in content["data"]["text/html"]
    assert "image/png" in content["data"]


def test_the_theme_of_the_screen_stays_out_of_files(cells, tmp_path):
    cells.ok('plot::theme("dark")')
    dark = cells.run(f'let f = plot::scatter(data::ring(50)); f.save("{tmp_path}/f.svg"); f', allow_stdin=False)[1]
    cells.ok('plot::theme("light")')
    data = next(c["data"] for k, c in dark if k == "display_data")
    assert 'fill="#111111"' in data["image/svg+xml"]
    assert 'fill="#111111"' not in (tmp_path / "f.svg").read_text()


def test_a_named_figure_is_replaced_in_place(cells):
    outputs = cells.ok('for i in 1..4 { plot::scatter(data::ring(5*i)).show("a") }')
    assert [k for k, _ in outputs] == ["display_data", "update_display_data", "update_display_data"]
    # another cell starts another figure
    assert [k for k, _ in cells.ok('plot::scatter(data::ring(5)).show("a")')] == ["display_data"]


def test_an_interrupt_keeps_the_run(cells):
    took, reply, outputs = cells.interrupt_after("let run = gpa(kl().regularized(lipschitz(1.0))).run(data::gaussian(500, 2), data::ring(500), #{ steps: 1000000 });", 1.5)
    assert reply["ename"] == "Interrupted"
    assert took < 0.2, f"{took:.3f} s"
    assert int(cells.value("last_run().steps")) > 10
    assert float(cells.value("last_run().resume(2).steps")) > 12


def test_loops_stop_and_keep_their_variables(cells):
    took, reply, _ = cells.interrupt_after("let kept = 7; loop {}", 0.3)
    assert reply["ename"] == "Interrupted" and took < 0.2
    assert cells.value("kept") == "7"
    took, reply, _ = cells.interrupt_after('loop { print("for ever") }', 1.0)
    assert reply["ename"] == "Interrupted" and took < 2.0
    assert cells.value("kept") == "7"


def test_a_page_for_a_question_mark(cells):
    for code in ("?gpa", "gpa?"):
        payload = cells.run(code)[0]["payload"]
        assert payload[0]["source"] == "page" and "inner_steps" in payload[0]["data"]["text/plain"]
    assert cells.run("?no_such_thing")[0]["status"] == "error"


def test_ten_megabytes_in_a_cell(cells):
    assert cells.value('let s = "' + "a" * 10_000_000 + '"; s.len()') == "10000000"


def test_empty_cells_are_not_counted(cells):
    before = cells.run("0")[0]["execution_count"]
    for code in ("", "  \n"):
        reply, outputs = cells.run(code)
        assert reply["status"] == "ok" and outputs == []
    assert cells.run("0")[0]["execution_count"] == before + 1


def test_an_unknown_word_at_the_top_is_explained(cells):
    assert "%%rust" in cells.run("%%bash\nls")[0]["evalue"]
    assert "%%rust" in cells.run("%%rust please\n1")[0]["evalue"]


def test_one_client_that_does_not_read_does_not_stop_the_others(cells):
    import json

    import zmq

    info = json.loads(open(cells.km.connection_file).read())
    stuck = zmq.Context().socket(zmq.SUB)
    stuck.setsockopt(zmq.RCVHWM, 1)
    stuck.setsockopt(zmq.RCVBUF, 4096)
    stuck.linger = 0
    stuck.subscribe(b"")
    stuck.connect(f"tcp://{info['ip']}:{info['iopub_port']}")
    time.sleep(0.3)
    begun = time.perf_counter()
    cells.ok('let big = "x"; for i in 0..20 { big += big; } for i in 0..12 { print(big) }', 60)
    assert cells.value("1 + 1") == "2"
    assert time.perf_counter() - begun < 20
    stuck.close()
