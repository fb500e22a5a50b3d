"""What the compiled passes share: tables of a batch's arrays, rows of a tile of runs, and NumPy's numbers to the bit.

A kernel is given a table of where arrays lie in memory instead of the arrays: that costs one argument instead of hundreds, which would take
longer to hand over, and to compile, than the work itself. Whoever makes a table keeps its arrays (`Table` in `fused`).
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from numba import njit, types
from numba.extending import intrinsic
from numba.np.numpy_support import carray

from sim.model.world import Ints

TILE = 256
"""Runs worked on at a time."""
compiled = njit(cache=True, error_model="numpy")

Table = Ints
"""Where each array is, and its numbers in a row and rows, [field, 3]."""


class Rows(IntEnum):
    """Names of the arrays of a table, in its order."""

    @staticmethod
    def _generate_next_value_(name, start, count, last_values):
        return count


def _pointer(kind: Any) -> Any:
    @intrinsic
    def to_pointer(typing, address):
        def generate(context, builder, signature, args):
            return builder.inttoptr(args[0], context.get_value_type(signature.return_type))

        return types.CPointer(kind)(types.int64), generate

    return to_pointer


_floats, _ints, _bytes = _pointer(types.float64), _pointer(types.int64), _pointer(types.uint8)


@compiled
def _told(x, field, what):
    """A number of the table; older compilers take a name for an index only as part of a sum."""
    return x[field + 0, what]


@compiled
def row(x, field, i, a, b):
    """Runs a to b of a row."""
    return carray(_floats(_told(x, field, 0) + 8 * (i * _told(x, field, 1) + a)), b - a)


@compiled
def whole(x, field):
    """All rows."""
    return carray(_floats(_told(x, field, 0)), (_told(x, field, 2), _told(x, field, 1)))


@compiled
def marks(x, field, i, a, b):
    """The same of truth values."""
    return carray(_bytes(_told(x, field, 0) + i * _told(x, field, 1) + a), b - a)


@compiled
def real(x, field, i):
    """One number."""
    return carray(_floats(_told(x, field, 0)), i + 1)[i]


@compiled
def number(x, field, i):
    """One whole number."""
    return carray(_ints(_told(x, field, 0)), i + 1)[i]


@compiled
def n_row(x, field):
    """Rows of an array."""
    return _told(x, field, 2)


@compiled
def larger(a, b):
    """`np.maximum` of two numbers, to the bit: of equal zeros the second, and NaN if either is."""
    return a if a > b or a != a else b


@compiled
def smaller(a, b):
    """`np.minimum` of two numbers, to the bit."""
    return a if a < b or a != a else b


@compiled
def pile(total, row, is_first):
    """Add a row to a sum, or begin the sum with it."""
    if is_first:
        for r in range(len(row)):
            total[r] = row[r]
    else:
        for r in range(len(row)):
            total[r] += row[r]


@compiled
def follow(expected, seen, gain):
    """A first-order lag: `expected += gain * (seen - expected)`."""
    for r in range(len(expected)):
        expected[r] = expected[r] + (seen[r] - expected[r]) * gain[r]
