"""Speed, as ratios taken in one run: `python -m tests.bench`, or with the names of some tables."""

from __future__ import annotations

import sys

from tests.bench import runs, sampling, sectors, serial, workers
from tests.bench.flagship import flagship
from tests.bench.growth import growth
from tests.bench.pack import whole_pack
from tests.bench.timing import machine

TABLES = {
    "flagship": flagship,
    "growth": growth,
    "pack": whole_pack,
    "serial": serial.main,
    "sectors": sectors.main,
    "runs": runs.main,
    "workers": workers.main,
    "sampling": sampling.main,
}

if __name__ == "__main__":
    print(machine())
    for name in sys.argv[1:] or TABLES:
        TABLES[name]()
