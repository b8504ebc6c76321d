"""`sweep` in a notebook: a live table, an interrupt that loses nothing, the same cell that goes on."""
import os
import re

import pytest
from conftest import Cells

DATA = "let q = data::moons(60);"
SLOW = """let t = sweep(|p| {{
    let d = kl().regularized(lipschitz(p.l));
    let run = gpa(d).run(data::gaussian(60, 2), q, #{{ steps: {steps}, live: false }});
    #{{ sum: run.particles.col(0).sum() }}
}}, #{{ grid: #{{ l: [0.5, 1.0, 2.0] }}, seeds: 2, jobs: 2, checkpoint: 0.1, name: "{name}" }});
`${{t.len()}} ${{t.sum}}`"""


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    cells = Cells()
    yield cells, tmp_path
    cells.close()


def tables(outputs):
    """What the live table said, in order, and its displays."""
    shown = [(k, c) for k, c in outputs if k in ("display_data", "update_display_data") and "seeds" in c["data"]["text/plain"]]
    return [c["data"] for _, c in shown], {c["transient"]["display_id"] for _, c in shown}


def test_a_table_that_changes_while_jobs_run(here):
    cells, _ = here
    cells.ok(DATA)
    outputs = cells.ok(SLOW.format(steps=150, name="live"))
    shown, ids = tables(outputs)
    assert len(shown) >= 2 and len(ids) == 1
    first, last = shown[0]["text/plain"], shown[-1]["text/plain"]
    assert "0/2" in first and first.splitlines()[0].split() == ["l", "seeds"]
    assert re.findall(r"\d/2", last) == ["2/2"] * 3 and "mean sum" in last
    assert "<table>" in shown[-1]["text/html"]
    # no job is run twice
    again, _ = tables(cells.ok(SLOW.format(steps=150, name="live")))
    assert len(again) == 1
    # another sample is another study, and this is said
    cells.ok(DATA)
    outputs = cells.ok(SLOW.format(steps=150, name="live"))
    notes = "".join(c["text"] for k, c in outputs if k == "stream" and c["name"] == "stderr")
    assert "`q` is not what the jobs in live have" in notes, notes


def test_an_interrupt_loses_nothing(here):
    cells, folder = here
    cells.ok(DATA)
    whole = cells.value(SLOW.format(steps=400, name="whole"), timeout=120)
    jobs = folder / "cut" / "jobs"
    ended = lambda: {p.parent.name: p.stat().st_mtime_ns for p in jobs.glob("*/run.json") if '"exit": 0' in p.read_text()}
    # at the first job that has ended, however fast the machine is: the other five are under way or wait
    seconds, reply, outputs = cells.interrupt_when(SLOW.format(steps=400, name="cut"), ended)
    assert reply["status"] == "error" and reply["ename"] == "Interrupted", reply
    assert seconds < 5, seconds
    notes = "".join(c["text"] for k, c in outputs if k == "stream" and c["name"] == "stderr")
    assert "the same cell goes on with the rest" in notes, notes
    before = ended()
    assert 1 <= len(before) < 6
    assert cells.value("1 + 1") == "2"
    assert cells.value(SLOW.format(steps=400, name="cut"), timeout=120) == whole
    after = ended()
    assert len(after) == 6 and all(after[name] == at for name, at in before.items())


def test_what_it_takes_along_and_what_it_refuses(here):
    cells, _ = here
    cells.ok("let k = 3; fn plus(x) { x + k }\nlet d = chi2().regularized(lipschitz(2.0));")
    cells.ok("let name = d.name();")
    cells.ok("k = 4;")
    assert cells.value('sweep(|p| #{ a: plus(p.x), b: if d.name() == name { 1 } else { 0 } }, #{ grid: #{ x: [1, 2] }, name: "along" }).a') == "[5.0, 6.0]"
    assert cells.value('study("along").b') == "[1.0, 1.0]"
    cells.ok("let run = gpa(d).run(data::ring(9), data::ring(9), #{ steps: 1 });")
    reply, _ = cells.run("sweep(|p| run.history.len() + p.x, #{ grid: #{ x: [1] } })")
    assert reply["status"] == "error" and "`run`, of type Run, cannot be given to another process" in reply["evalue"]
    reply, _ = cells.run('sweep(|p| if p.x == 2 { throw "two" } else { p.x }, #{ grid: #{ x: [1, 2] }, name: "f" })')
    assert "failed: two" in reply["evalue"] and os.path.isdir("f/jobs")
