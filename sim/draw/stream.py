"""Named streams of uniform numbers that can be read from any run on."""

from __future__ import annotations

import hashlib

import numpy as np

from sim.model.world import Floats

BLOCK = 256
STEPS = 64
"""Steps whose numbers are drawn at a time."""
_ULP = 2.0**-53


def uniforms(rng_seed: int, name: str, first: int, n_run: int) -> Floats:
    """Uniforms in the open interval (0, 1) of runs first ... first + n_run - 1, [run].

    Philox keyed by (hash of the seed and the stream's name, block of 256 runs): a run's number depends on nothing but the seed, the
    name and the run, so adding a stream, a batch or a worker leaves every other number bit for bit as it was.

    Arguments:
        rng_seed: the generator's number.
        name: name of the stream.
        first: first run.
        n_run: number of runs.
    """
    key, blocks = _key(rng_seed, name), _blocks(first, n_run)
    raw = [np.random.Philox(key=np.array([key, block], dtype=np.uint64)).random_raw(BLOCK) for block in blocks]
    skip = first - blocks.start * BLOCK
    bits = np.concatenate(raw)[skip : skip + n_run] >> np.uint64(11)
    return (bits.astype(np.float64) + 0.5) * _ULP


def uniforms_by_step(rng_seed: int, name: str, part: int, first: int, n_run: int) -> Floats:
    """Uniforms in (0, 1) of the steps `STEPS * part` ... in runs first ... first + n_run - 1, [step, run].

    One Philox stream a name and block of runs, counted on by part: a number depends on nothing but seed, name, step and run.

    Arguments:
        rng_seed: the generator's number.
        name: name of the stream.
        part: which steps.
        first: first run.
        n_run: number of runs.
    """
    key, blocks = _key(rng_seed, name), _blocks(first, n_run)
    numbers, u = np.empty((STEPS, len(blocks), BLOCK)), np.empty((STEPS, BLOCK))
    for i, block in enumerate(blocks):
        counter = np.array([0, part + 1, 0, 0], dtype=np.uint64)  # part 0 of the counter is that of `uniforms`
        philox = np.random.Philox(key=np.array([key, block], dtype=np.uint64), counter=counter)
        np.random.Generator(philox).random(out=u)  # 53 bits as in `uniforms`, but from 0 on
        np.add(u, _ULP / 2.0, out=numbers[:, i])
    skip = first - blocks.start * BLOCK
    return np.ascontiguousarray(numbers.reshape(STEPS, -1)[:, skip : skip + n_run])


def _key(rng_seed: int, name: str) -> int:
    return int.from_bytes(hashlib.blake2b(f"{rng_seed}/{name}".encode(), digest_size=8).digest(), "little")


def _blocks(first: int, n_run: int) -> range:
    return range(first // BLOCK, (first + n_run - 1) // BLOCK + 1)
