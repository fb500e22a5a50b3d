"""How the runs of a scenario are computed. No result depends on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from sim.record.checkpoint import Checkpoint
    from sim.study.kept import Kept, Part
    from sim.study.task import Task

Told = Callable[[int], None]
Progress = Callable[[int, int], None]


class Workers(Protocol):
    """Who plays the runs."""

    n_worker: int
    """How many work at a time."""

    def parts(self, task: Task, jobs: Sequence[range], whole: Kept, told: Told | None) -> Iterator[Part]:
        """Play some stretches of runs and give what is kept of each, in any order.

        Arguments:
            task: what to play.
            jobs: stretches of runs.
            whole: what is kept of all runs, for who works in this process.
            told: called now and then with the number of runs done of the stretch under way, by who can tell.

        Raises:
            ModelError: a market of some run cannot be at rest. RunError: matter was not conserved, or the workers are lost.
        """
        ...


class Alone:
    """This process."""

    n_worker = 1

    def parts(self, task: Task, jobs: Sequence[range], whole: Kept, told: Told | None) -> Iterator[Part]:
        """Play one stretch after the other, the series of each folded into those of all runs."""
        return (task.play(runs, whole, told) for runs in jobs)


@dataclass(frozen=True)
class Execution:
    """Workers, progress and where to go on after a stop."""

    progress: Progress | None = None
    """Called now and then with (runs done, runs wanted)."""
    workers: Workers = field(default_factory=Alone)
    checkpoint: Checkpoint | None = None
    """Where what is done is put by from time to time."""
    n_batch: int | None = None
    """Runs in a batch; chosen so that a batch fits the cache when not given."""
