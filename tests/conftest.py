"""Settings that every test shares."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A slow machine is no failure; in CI the examples are the same each time, so that a red run can be repeated.
settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", parent=settings.get_profile("default"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")

WORKERS = 8
"""At most so many processes share the tests: each takes some seconds to begin, and memory."""


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """A process a core for whole folders; this one alone for a few tests, done before others have begun, and to measure speed."""
    asked = config.option
    if asked.keyword or asked.collectonly or asked.markexpr == "bench" or not any(Path(arg).is_dir() for arg in config.args):
        return 0
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, WORKERS) if cores > 1 else 0
