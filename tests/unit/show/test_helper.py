"""The process that draws beside this one: the same bytes, whether it works, is gone, or was never there."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sim.show.charts import drawing, write_charts
from sim.show.helper import Helper, chart_helper
from sim.show.view import RunView

Maker = Callable[..., RunView]


@pytest.fixture
def helper() -> Iterator[Helper]:
    one = Helper()
    yield one
    one.stop()


def ready(helper: Helper) -> int:
    """Wait until it can draw; its process."""
    helper.ask(os.getpid)
    return helper.answer()


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_who_draws_does_not_show(make_view: Maker, tmp_path: Path, helper: Helper) -> None:
    view = make_view(commodities=("ore.mined", "gallium.refined"), stored=("EU27",))
    written = write_charts(view, tmp_path / "alone")
    ready(helper)
    with drawing(view, tmp_path / "together", helper) as finish:
        assert [path.name for path in finish()] == [path.name for path in written]
    assert contents(tmp_path / "together") == contents(tmp_path / "alone")


def test_the_helper_draws(make_view: Maker, tmp_path: Path, helper: Helper) -> None:
    ready(helper)
    with drawing(make_view(), tmp_path, helper):
        for _ in range(300):
            if any(path.name.startswith("shortage") for path in tmp_path.iterdir()):
                return
            time.sleep(0.1)
    pytest.fail("the helper has drawn nothing in half a minute")


def test_charts_are_drawn_here_if_the_helper_dies(make_view: Maker, tmp_path: Path, helper: Helper) -> None:
    view = make_view()
    process = ready(helper)
    with drawing(view, tmp_path / "a", helper) as finish:
        os.kill(process, signal.SIGKILL)
        assert len(finish()) == 8
    with drawing(view, tmp_path / "b", helper) as finish:
        finish()
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def test_nothing_is_drawn_after_an_interrupt(make_view: Maker, tmp_path: Path, helper: Helper) -> None:
    ready(helper)
    with pytest.raises(KeyboardInterrupt), drawing(make_view(), tmp_path, helper):
        raise KeyboardInterrupt
    assert not multiprocessing.active_children()


def test_no_helper_on_one_core(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0}, raising=False)
    with chart_helper() as helper:
        assert helper is None


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_the_helper_goes_when_its_parent_goes(how: signal.Signals, tmp_path: Path) -> None:
    code = (
        "import os, time\nfrom sim.show.helper import Helper\n"
        "if __name__ == '__main__':\n helper = Helper(); helper.ask(os.getpid); print(helper.answer(), flush=True); time.sleep(60)\n"
    )
    script = tmp_path / "parent.py"
    script.write_text(code, encoding="utf-8")
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        child = int(parent.stdout.readline())
        parent.send_signal(how)
    for _ in range(100):
        try:
            os.kill(child, 0)
        except ProcessLookupError:
            return
        if Path(f"/proc/{child}/stat").read_text().split()[2] == "Z":
            return
        time.sleep(0.1)
    pytest.fail("the helper is still there")
