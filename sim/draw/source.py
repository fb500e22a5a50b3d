"""Where the uniform numbers of named streams come from: plain streams, mirrored ones, or points that fill the space evenly."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import numpy as np

from sim.draw.stream import uniforms, uniforms_by_step
from sim.model.world import Floats
from sim.scenario.sampler import REPLICATES

if TYPE_CHECKING:
    from scipy.stats.qmc import Sobol as Points

BITS = 30
"""Binary digits of a Sobol number: SciPy's usual, for 2**30 points a scrambling."""
LEAST, MOST = 2.0**-54, 1.0 - 2.0**-53
"""Ends of the open interval (0, 1) as numbers are stored."""


class Source(Protocol):
    """Uniforms of any stream in any runs; reading more runs, or in other batches, changes none of them."""

    def law(self, name: str, first: int, n_run: int) -> Floats:
        """For a number that a scenario states as a law, or for when and whether a thing happens, [run]."""
        ...

    def noise(self, name: str, first: int, n_run: int) -> Floats:
        """For one of very many numbers that each matter little, [run]."""
        ...

    def steps(self, name: str, part: int, first: int, n_run: int) -> Floats:
        """For numbers drawn in each step, those of the steps `STEPS * part` ..., [step, run]."""
        ...


@dataclass(frozen=True)
class Plain:
    """Every run by itself."""

    rng_seed: int

    def law(self, name: str, first: int, n_run: int) -> Floats:
        """The named stream, [run]."""
        return uniforms(self.rng_seed, name, first, n_run)

    def noise(self, name: str, first: int, n_run: int) -> Floats:
        """The named stream, [run]."""
        return self.law(name, first, n_run)

    def steps(self, name: str, part: int, first: int, n_run: int) -> Floats:
        """The named stream, [step, run]."""
        return uniforms_by_step(self.rng_seed, name, part, first, n_run)


@dataclass(frozen=True)
class Antithetic:
    """Runs in pairs: run 2k has u, number k of the plain stream, and run 2k + 1 has 1 - u (Hammersley and Morton 1956)."""

    rng_seed: int

    def law(self, name: str, first: int, n_run: int) -> Floats:
        """The named stream and its mirror in turns, [run]."""
        pairs = range(first // 2, (first + n_run - 1) // 2 + 1)
        u = uniforms(self.rng_seed, name, pairs.start, len(pairs))
        skip = first - 2 * pairs.start
        return np.stack([u, np.minimum(1.0 - u, MOST)], axis=1).ravel()[skip : skip + n_run]

    def noise(self, name: str, first: int, n_run: int) -> Floats:
        """As for a law: the mirror of noise is as likely, [run]."""
        return self.law(name, first, n_run)

    def steps(self, name: str, part: int, first: int, n_run: int) -> Floats:
        """The named stream and its mirror in turns, [step, run]."""
        pairs = range(first // 2, (first + n_run - 1) // 2 + 1)
        u = uniforms_by_step(self.rng_seed, name, part, pairs.start, len(pairs))
        skip = first - 2 * pairs.start
        return np.stack([u, np.minimum(1.0 - u, MOST)], axis=2).reshape(len(u), -1)[:, skip : skip + n_run]


@dataclass(frozen=True)
class Sobol:
    """Sobol points, scrambled (Matousek 1998, as SciPy does it): run i is point `i // 16` of scrambling `i % 16`.

    Streams without an axis are plain.
    """

    rng_seed: int
    axes: tuple[str, ...]

    def law(self, name: str, first: int, n_run: int) -> Floats:
        """The stream's axis, [run]; the plain stream if it has none."""
        axis = self._axis.get(name)
        return uniforms(self.rng_seed, name, first, n_run) if axis is None else self._points(first, n_run)[axis]

    def noise(self, name: str, first: int, n_run: int) -> Floats:
        """The plain stream, [run]."""
        return uniforms(self.rng_seed, name, first, n_run)

    def steps(self, name: str, part: int, first: int, n_run: int) -> Floats:
        """The plain stream, [step, run]."""
        return uniforms_by_step(self.rng_seed, name, part, first, n_run)

    @cached_property
    def _axis(self) -> dict[str, int]:
        return {name: axis for axis, name in enumerate(self.axes)}

    @cached_property
    def _scramblings(self) -> list[Points]:
        from scipy.stats.qmc import Sobol as Points

        generators = [_generator(self.rng_seed, "sobol", k) for k in range(REPLICATES)]
        return [Points(len(self.axes), bits=BITS, seed=g) for g in generators]  # pyright: ignore[reportCallIssue]  (`rng` since SciPy 1.15)

    @cached_property
    def _held(self) -> dict[tuple[int, int], Floats]:
        return {}

    def _points(self, first: int, n_run: int) -> Floats:
        """All axes of some runs, [axis, run]. Those asked for last are held: streams are read one by one."""
        if (first, n_run) not in self._held:
            rows = range(first // REPLICATES, (first + n_run - 1) // REPLICATES + 1)
            points = np.empty((len(self.axes), len(rows), REPLICATES))
            for k, scrambling in enumerate(self._scramblings):
                scrambling.reset()
                if rows.start:  # SciPy cannot go forward by nothing
                    scrambling.fast_forward(rows.start)
                # Middles of cells, for a law may be infinite at 0.
                points[:, :, k] = _quietly(scrambling, len(rows)).T + 0.5**BITS / 2.0
            skip = first - rows.start * REPLICATES
            self._held.clear()
            self._held[first, n_run] = points.reshape(len(self.axes), -1)[:, skip : skip + n_run]
        return self._held[first, n_run]


def _quietly(scrambling: Points, n: int) -> Floats:
    """The next n points. SciPy warns of any number that is no power of two; here it is one over all batches, which is what counts."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return scrambling.random(n)


@dataclass(frozen=True)
class Latin:
    """Sixteen Latin hypercubes one after the other (McKay, Beckman and Conover 1979): in each every stream has one run in each stratum.

    A number depends on the number of runs too: a hypercube cannot be made larger afterwards.
    """

    rng_seed: int
    n_run: int

    def law(self, name: str, first: int, n_run: int) -> Floats:
        """The stream's strata in random order, [run]; by streams, so that a new one leaves all others as they were."""
        size = self.n_run // REPLICATES
        cubes = range(first // size, (first + n_run - 1) // size + 1)
        skip = first - cubes.start * size
        return np.concatenate([self._cube(name, k) for k in cubes])[skip : skip + n_run]

    def noise(self, name: str, first: int, n_run: int) -> Floats:
        """The plain stream, [run]."""
        return uniforms(self.rng_seed, name, first, n_run)

    def steps(self, name: str, part: int, first: int, n_run: int) -> Floats:
        """The plain stream, [step, run]."""
        return uniforms_by_step(self.rng_seed, name, part, first, n_run)

    @cached_property
    def _held(self) -> dict[str, tuple[int, Floats]]:
        return {}

    def _cube(self, name: str, k: int) -> Floats:
        """A stream in all runs of hypercube k. The last one is held: large ones are read in several batches."""
        if name not in self._held or self._held[name][0] != k:
            from scipy.stats.qmc import LatinHypercube

            generator = _generator(self.rng_seed, f"latin-hypercube/{name}", k)
            cube = LatinHypercube(1, seed=generator)  # pyright: ignore[reportCallIssue]  (`rng` since SciPy 1.15)
            self._held[name] = k, np.clip(cube.random(self.n_run // REPLICATES)[:, 0], LEAST, MOST)
        return self._held[name][1]


def _generator(rng_seed: int, name: str, number: int) -> np.random.Generator:
    digest = hashlib.blake2b(f"{rng_seed}/{name}/{number}".encode(), digest_size=16).digest()
    return np.random.default_rng(int.from_bytes(digest, "little"))
