"""Named streams of uniform numbers that can be read from any run on."""

from __future__ import annotations

import hashlib

import numpy as np

from sim.model.world import Floats

BLOCK = 256
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
    digest = hashlib.blake2b(f"{rng_seed}/{name}".encode(), digest_size=8).digest()
    key = int.from_bytes(digest, "little")
    blocks = range(first // BLOCK, (first + n_run - 1) // BLOCK + 1)
    raw = [np.random.Philox(key=np.array([key, block], dtype=np.uint64)).random_raw(BLOCK) for block in blocks]
    skip = first - blocks.start * BLOCK
    bits = np.concatenate(raw)[skip : skip + n_run] >> np.uint64(11)
    return (bits.astype(np.float64) + 0.5) * _ULP
