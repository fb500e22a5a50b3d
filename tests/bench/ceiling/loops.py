"""NumPy's own loops, called from within compiled code: `exp` there and here must be the same to the bit.

Compilers bring other exponentials, good to the last bit but not the same. A ufunc names its loops in its record (`PyUFuncObject` of
NumPy's C interface); whether that record is laid out as here is looked up before use, and what comes out is compared.
"""

from __future__ import annotations

import ctypes
from typing import Any, NamedTuple

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from sim.engine.fast.rows import compiled


class _UFunc(ctypes.Structure):
    _fields_ = [
        ("references", ctypes.c_ssize_t),
        ("type", ctypes.c_void_p),
        ("nin", ctypes.c_int),
        ("nout", ctypes.c_int),
        ("nargs", ctypes.c_int),
        ("identity", ctypes.c_int),
        ("functions", ctypes.POINTER(ctypes.c_void_p)),
        ("data", ctypes.POINTER(ctypes.c_void_p)),
        ("ntypes", ctypes.c_int),
        ("reserved", ctypes.c_int),
        ("name", ctypes.c_char_p),
    ]


class Loop(NamedTuple):
    """Where a loop over doubles is, and what it is given."""

    address: int
    data: int


class Loops(NamedTuple):
    """The loops that the kernels call."""

    exp: Loop
    log: Loop
    expm1: Loop


def loops() -> Loops:
    """Find the loops.

    Raises:
        RuntimeError: this NumPy lays out its ufuncs otherwise.
    """
    found = [_loop(ufunc) for ufunc in (np.exp, np.log, np.expm1)]
    for ufunc, loop in zip((np.exp, np.log, np.expm1), found, strict=True):
        sample = np.ascontiguousarray(np.linspace(1e-3, 4.0, 1003))
        if _tried(loop, sample.copy()).tobytes() != ufunc(sample).tobytes():
            raise RuntimeError(f"the loop of {ufunc.__name__} is another")
    return Loops(*found)


def _loop(ufunc: np.ufunc) -> Loop:
    record = _UFunc.from_address(id(ufunc))
    seen = (record.nin, record.nout, record.nargs, record.ntypes)
    if seen != (1, 1, 2, ufunc.ntypes) or record.name != ufunc.__name__.encode():
        raise RuntimeError("NumPy lays out its ufuncs otherwise")
    i = ufunc.types.index("d->d")
    return Loop(record.functions[i] or 0, record.data[i] or 0)


def _build(typing, address, data, row, n):
    """Call a loop in place on so many doubles next to each other."""
    signature = types.void(types.intp, types.intp, types.CPointer(types.float64), types.intp)

    def generate(context, builder, signature, args):
        at, given, values, count = args
        byte, word, index = ir.IntType(8).as_pointer(), ir.IntType(64), ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [byte.as_pointer(), word.as_pointer(), word.as_pointer(), byte])
        both, size, steps = (cgutils.alloca_once(builder, *of) for of in ((byte, 2), (word, 1), (word, 2)))
        builder.store(count, size)
        for i in range(2):
            builder.store(builder.bitcast(values, byte), builder.gep(both, [ir.Constant(index, i)]))
            builder.store(ir.Constant(word, 8), builder.gep(steps, [ir.Constant(index, i)]))
        builder.call(builder.inttoptr(at, kind.as_pointer()), [both, size, steps, builder.inttoptr(given, byte)])
        return context.get_dummy_value()

    return signature, generate


_call: Any = intrinsic(_build)


@compiled
def through(loop, row):
    """Put a row through a loop, in place."""
    _call(loop.address, loop.data, row.ctypes, len(row))


@compiled
def _tried(loop, row):
    through(loop, row)
    return row
