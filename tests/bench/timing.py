"""Timing in turns: all rows of a table once in each round, so that a slow spell of the machine meets them alike."""

from __future__ import annotations

import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping

Work = Callable[[], object]


def seconds(work: Work) -> float:
    """Processor time of one go: other processes cost less of it than of time on the clock."""
    began = time.process_time()
    work()
    return time.process_time() - began


def in_turns(works: Mapping[str, Work], n_round: int) -> dict[str, list[float]]:
    """Seconds of each work in each round; one that returns a float says itself how long it took."""
    took: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(n_round):
        for name, work in works.items():
            began = time.process_time()
            told = work()
            took[name].append(told if isinstance(told, float) else time.process_time() - began)
    return took


def machine() -> str:
    """Where this runs."""
    return f"{_processor()}, {os.cpu_count()} cores, Python {platform.python_version()}"


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="ascii") as lines:
            return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def ratios(slow: list[float], fast: list[float]) -> str:
    """How many times as fast, median and range over rounds."""
    times = sorted(a / b for a, b in zip(slow, fast, strict=True))
    return f"{statistics.median(times):8.0f}  ({times[0]:.0f}-{times[-1]:.0f})"
