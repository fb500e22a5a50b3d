"""Facts and the indices made of them, for notebooks and for the command line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sim.api.running import Data, read_own

if TYPE_CHECKING:
    import pandas as pd

    from sim.data import DataFolder


def materials(data: Data | None = None) -> tuple[str, ...]:
    """Names of the materials with facts.

    Arguments:
        data: folder of facts over those that ship.

    Raises:
        DataError: with every mistake of the folder.
    """
    from sim.data import pack

    return pack.materials(read_own(data))


def facts(material: str, data: Data | None = None) -> pd.DataFrame:
    """Every number of a material with its status, basis and source, base rows before context.

    Arguments:
        material: one of `materials(data)`.
        data: folder of facts over those that ship; what they replace stands as context, with a note by which row.

    Raises:
        DataError: no such material, or the folder has mistakes.
    """
    from sim.data import pack

    return pack.table(material, read_own(data))


def read_data(folder: str | Path) -> DataFolder:
    """Read a folder of facts once, to give it as `data` more than once.

    Arguments:
        folder: files NAME.csv and NAME.parquet with the columns of the facts that ship, NAME being a material or `common`.

    Raises:
        DataError: with every mistake of every file.
    """
    from sim.data import pack

    return pack.read_folder(folder)


def indices(
    materials: str | Sequence[str] = (),
    *,
    regions: Sequence[str] | None = None,
    buyers: Sequence[str] = (),
    on: str = "CHN",
    data: Data | None = None,
) -> pd.DataFrame:
    """Concentration, import reliance, dependence on an origin, GeoPolRisk and supply risk, one row a stage and buyer.

    They rest on the facts and on the balanced trade that a simulation of the same materials and regions starts from.

    Arguments:
        materials: one name in the data pack, or several; all of them if none is given.
        regions: regions told apart, `ROW` among them; CHN, EU27, JPN, KOR, USA and ROW if not given.
        buyers: those of the regions to give rows for; all if none is given.
        on: the region on which dependence is told, one of the regions.
        data: folder of facts over those that ship.

    Raises:
        DataError: a name is unknown, the facts cannot fill the regions, or the folder has mistakes.
    """
    from sim.measure.survey import REGIONS, survey

    names = (materials,) if isinstance(materials, str) else materials
    return survey(names, REGIONS if regions is None else regions, buyers, on, read_own(data))
