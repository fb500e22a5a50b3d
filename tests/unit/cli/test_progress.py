"""Progress: a bar on a terminal, sparse lines in a log, silence when asked for."""

from __future__ import annotations

import io

import pytest

from sim.cli import progress as module
from sim.cli.progress import Bar, Lines, progress


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_short_run_prints_no_line(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    lines = Lines(clock)
    for done in (0, 50, 100):
        clock.now += 0.6
        lines(done, 100)
    assert capsys.readouterr().err == ""


def test_a_long_run_prints_rate_and_time_left(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    lines = Lines(clock)
    for _ in range(40):  # 20 s at 50 runs a second
        clock.now += 0.5
        lines(round((clock.now - 100) * 50), 2000)
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.splitlines() == ["100 of 2000 runs, 50 runs/s, 38 s left", "600 of 2000 runs, 50 runs/s, 28 s left"]


def test_the_bar_shows_count_rate_and_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = io.StringIO()
    monkeypatch.setattr("sys.stderr", screen)
    bar = Bar()
    bar.bar.mininterval = 0
    bar.bar.miniters = 0
    bar(500, 2000)
    bar(1500, 2000)
    shown = screen.getvalue().split("\r")[-1]
    bar.close()
    assert "75%" in shown
    assert "1500/2000" in shown
    assert "runs/s" in shown


def test_quiet_shows_nothing() -> None:
    with progress(quiet=True) as report:
        assert report is None


@pytest.mark.parametrize(("terminal", "kind"), [(True, Bar), (False, Lines)])
def test_the_kind_depends_on_where_it_is_shown(terminal: bool, kind: type, monkeypatch: pytest.MonkeyPatch) -> None:
    screen = io.StringIO()
    monkeypatch.setattr(screen, "isatty", lambda: terminal)
    monkeypatch.setattr(module.sys, "stderr", screen)
    with progress(quiet=False) as report:
        assert isinstance(report, kind)
