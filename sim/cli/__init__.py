"""The command `sim`: from what was typed to one call of `sim.api` and an exit status. No logic lives here."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence

GARBAGE = 50_000
"""New objects after which Python looks for cycles; its usual 700 costs a twentieth of a command that lives for seconds."""


def main(args: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit status.

    args: the words after `sim`; those of the process if None.
    Status: 0 done, 1 the run failed, 2 bad input, 130 interrupted.
    """
    gc.set_threshold(GARBAGE)
    try:
        from sim.cli.app import carry_out

        return carry_out(args)
    except KeyboardInterrupt:  # before click is in charge, or while it leaves
        sys.stderr.write("interrupted\n")
        return 130
