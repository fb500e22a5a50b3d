"""Chains joined: what a sector used of one commodity becomes an input of another, and nothing is lost or counted twice."""

from __future__ import annotations

import pytest

from sim.data.areas import areas
from sim.data.balance import Base, base, next_stage, sectors
from sim.data.facts import COLUMNS, read
from sim.data.joined import joined

ROWS = """
metal.refined,production,CHN,,,100,t/year
metal.refined,consumption,CHN,,,60,t/year
metal.refined,consumption,JPN,,,50,t/year
metal.refined,recycled,CHN,,,6,t/year
metal.refined,recycled,JPN,,,4,t/year
metal.refined,end_use,WLD,,cars,40,%
metal.refined,end_use,WLD,,tools,60,%
metal.refined,goes_into,WLD,cell.made,cars,50,%
cell.made,production,JPN,,,8,t/year
cell.made,production,KOR,,,2,t/year
cell.made,consumption,JPN,,,10,t/year
cell.made,end_use,WLD,,cars,100,%
"""


def known(rows: str = ROWS) -> Base:
    lines = [f"{row},2024,base,assumption,for the test,own assumption,,own work" for row in rows.strip().splitlines()]
    return base(read("\n".join((",".join(COLUMNS), *lines)), "test.csv", areas().names))


def test_use_handed_on_is_an_input_and_no_longer_final() -> None:
    # Cars take 40 % of 110 t, and half of that goes into cells: 22 t for 10 t of cells.
    found = joined(known(), ("metal.refined", "cell.made"))
    assert found.recipe("cell.made") == {"metal.refined": pytest.approx(2.2)}
    assert next_stage(found, "metal.refined", ("metal.refined", "cell.made")) == pytest.approx({"JPN": 17.6, "KOR": 4.4})
    assert sectors(found, "metal.refined") == {
        "CHN": pytest.approx({"cars": 12, "tools": 36}),
        "JPN": pytest.approx({"cars": 10, "tools": 30}),
    }


def test_recycling_follows_the_use_it_comes_from() -> None:
    again = joined(known(), ("metal.refined", "cell.made")).of("recycled", "metal.refined")
    # A fifth of 10 t moves to where cells are made, 8 to 2.
    assert again == pytest.approx({"CHN": 4.8, "JPN": 3.2 + 1.6, "KOR": 0.4})


def test_without_the_other_commodity_nothing_changes() -> None:
    alone = known()
    assert joined(alone, ("metal.refined",)).found == alone.found


def test_use_that_goes_on_in_full_leaves_no_final_use() -> None:
    rows = ROWS.replace("cars,50,%", "cars,100,%").replace("cars,40,%", "cars,100,%").replace("metal.refined,end_use,WLD,,tools,60,%\n", "")
    found = joined(known(rows), ("metal.refined", "cell.made"))
    assert found.recipe("cell.made") == {"metal.refined": pytest.approx(11)}
    assert sum(amount for split in sectors(found, "metal.refined").values() for amount in split.values()) == 0
