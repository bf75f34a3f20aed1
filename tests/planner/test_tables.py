"""Tables as read: types, defaults, hashes, provenance, and the shipped region itself."""

import hashlib
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from models.columns import Column, Table
from planner import catalogue
from planner.errors import InputError
from planner.facts import apply_facts
from planner.provenance import CHOICE, inputs, recalled_count
from planner.scenario_file import scenario_from
from planner.table_checks import check, parse
from planner.tables import Region, keys, read_region

TABLE = Table("things", "things to test with", ("thing_id",))
COLUMNS = (
    Column("things", "thing_id", "name", "text"),
    Column("things", "power_kw", "power", low=0, high=10),
    Column("things", "size_m2", "size; blank: no limit", default=np.inf),
    Column("things", "weight_t", "weight; blank: unknown", default=None),
    Column("things", "parts_count", "parts", "whole", low=0, default=1),
    Column("things", "liquid_flag", "1 where liquid", "flag", default=0),
    Column("things", "colour", "colour", "text", allowed=("red", "blue"), default=""),
)
HEADER = (
    "thing_id,power_kw,size_m2,weight_t,parts_count,liquid_flag,colour,"
    "source,year,licence,confidence"
)
ABOUT = "a book,2024,facts,verified"


@cache
def shipped() -> Region:
    return read_region("kr-jp")


def read(*rows: str, header: str = HEADER) -> tuple[pd.DataFrame, list[str]]:
    texts, problems = parse("\n".join([header, *rows, ""]).encode(), "things.csv")
    assert texts is not None, problems
    frame, problems = check(texts, TABLE, COLUMNS, "things.csv")
    return frame, [str(problem) for problem in problems]


def test_values_get_their_kind_and_blanks_their_default() -> None:
    frame, problems = read(f"a,1.5,,,,,,{ABOUT}", f"b, 2 ,3,4,5,1,red,{ABOUT}")
    assert problems == []
    assert frame["power_kw"].tolist() == [1.5, 2.0]
    assert frame["size_m2"].tolist() == [np.inf, 3.0]
    assert np.isnan(frame["weight_t"].iloc[0])
    assert frame["parts_count"].tolist() == [1, 5]
    assert frame["parts_count"].dtype == "int64"
    assert frame["liquid_flag"].tolist() == [0, 1]
    assert frame["colour"].tolist() == ["", "red"]
    assert frame["recalled"].tolist() == ["", ""]


def test_all_problems_of_a_table_come_at_once() -> None:
    _, problems = read(
        f",x,,,,,,{ABOUT}", f"b,11,,,0.5,2,green,{ABOUT}", "b,1,,,,,,a book,2024,facts,sure"
    )
    assert problems == [
        "things.csv, row 2, column thing_id: is blank; allowed: a text",
        "things.csv, row 2, column power_kw: is not a finite number, found 'x'; "
        "allowed: a number, 0 to 10",
        "things.csv, row 3, column power_kw: is out of range, found '11'; "
        "allowed: a number, 0 to 10",
        "things.csv, row 3, column parts_count: is not a whole number, found '0.5'; "
        "allowed: a whole number, at least 0",
        "things.csv, row 3, column liquid_flag: is not 0 or 1, found '2'; allowed: 0 or 1",
        "things.csv, row 3, column colour: is not allowed, found 'green'; allowed: red, blue",
        "things.csv, row 4, column confidence: is not allowed, found 'sure'; allowed: verified, "
        "secondary, derived, low, recalled, assumed",
        "things.csv, row 4, column thing_id: repeats the key of row 3, found 'b'; "
        "allowed: each key once",
    ]


def test_blank_lines_are_skipped_but_counted() -> None:
    _, problems = read(f"a,1,,,,,,{ABOUT}", "", f"b,x,,,,,,{ABOUT}")
    assert problems[0].startswith("things.csv, row 4, column power_kw")


def test_order_of_columns_does_not_matter() -> None:
    names = HEADER.split(",")
    row = f"a,1.5,2,3,4,1,red,{ABOUT}".split(",")
    straight, _ = read(",".join(row))
    back, problems = read(",".join(row[::-1]), header=",".join(names[::-1]))
    assert problems == []
    pd.testing.assert_frame_equal(straight, back)


@pytest.mark.parametrize("year", ["2024", "2009-2023"])
def test_years_of_a_row(year: str) -> None:
    _, problems = read(f"a,1,,,,,,a book,{year},facts,verified")
    assert problems == []


# -- the shipped region --------------------------------------------------------------------------


def test_the_shipped_region_has_no_problem() -> None:
    assert set(shipped().tables) == set(catalogue.fact_tables())
    assert all(len(frame) for frame in shipped().tables.values())


def test_every_shipped_table_is_declared() -> None:
    folder = catalogue.data_folder() / "kr-jp"
    assert {path.stem for path in folder.rglob("*.csv")} == set(catalogue.fact_tables())


def test_the_readme_of_the_data_names_every_table() -> None:
    text = (Path(__file__).parents[2] / "data" / "README.md").read_text(encoding="utf-8")
    words = set(re.findall(r"\w+", text))
    assert [name for name in catalogue.fact_tables() if name not in words] == []


def test_hashes_are_those_of_the_files() -> None:
    region = shipped()
    path = region.files["systems"]
    assert region.hashes["systems"] == hashlib.sha256(path.read_bytes()).hexdigest()


def test_only_the_tables_asked_for_are_read() -> None:
    region = read_region("kr-jp", only=["systems", "llms"])
    assert list(region.tables) == ["systems", "llms"]


def test_a_region_of_ones_own(spoiled: Callable[..., Path]) -> None:
    def dearer(rows: list[list[str]]) -> None:
        rows[1][rows[0].index("price_musd")] = "99"

    mine = read_region(spoiled("systems", dearer))
    assert mine.name == "mine"
    assert mine.tables["systems"]["price_musd"].iloc[0] == 99
    assert mine.hashes["systems"] != shipped().hashes["systems"]
    assert mine.hashes["llms"] == shipped().hashes["llms"]


def test_odbl_tables_lie_apart() -> None:
    for name, path in shipped().files.items():
        licences = set(shipped().tables[name]["licence"])
        is_odbl = any(licence.startswith("ODbL") for licence in licences)
        assert is_odbl == (path.parent.name == "odbl"), name


def test_a_row_that_is_assumed_says_why() -> None:
    for name, frame in shipped().tables.items():
        assumed = frame[frame["confidence"] == "assumed"]
        silent = assumed[~assumed["source"].str.contains("assum", case=False)]
        assert silent.empty, f"{name}: {keys(silent, catalogue.tables()[name]).tolist()[:3]}"


# -- provenance ----------------------------------------------------------------------------------


def region_of(frame: pd.DataFrame) -> Region:
    return Region("tiny", Path(), {"power_states": frame}, {}, {})


def states(**columns: list) -> pd.DataFrame:
    base = {
        "state_id": ["p100", "p70"],
        "cap_frac": [1.0, 0.7],
        "source": ["a book", "assumption: round"],
        "year": ["2024", "2026"],
        "licence": ["facts", "our choice"],
        "confidence": ["verified", "assumed"],
        "recalled": ["", ""],
    }
    return pd.DataFrame({**base, **columns})


def test_every_number_comes_with_its_source() -> None:
    numbers = inputs(region_of(states()), {"power_states": None})
    assert numbers.to_dict("records")[1] == {
        "table": "power_states",
        "key": "p70",
        "column": "cap_frac",
        "value": 0.7,
        "unit": "frac",
        "source": "assumption: round",
        "year": "2026",
        "licence": "our choice",
        "confidence": "assumed",
        "recalled_flag": 1,
        "overridden_flag": 0,
    }
    assert recalled_count(numbers) == 1


def test_a_weak_cell_counts_in_a_sure_row() -> None:
    weak = states(recalled=["cap_frac", ""], confidence=["verified", "verified"])
    numbers = inputs(region_of(weak), {"power_states": None})
    assert numbers["recalled_flag"].tolist() == [1, 0]
    assert numbers["confidence"].tolist() == ["recalled", "verified"]


def test_only_the_rows_and_columns_asked_for() -> None:
    numbers = inputs(region_of(states()), {"power_states": states()["state_id"] == "p100"})
    assert numbers["key"].tolist() == ["p100"]
    systems = shipped().tables["systems"]["system_id"]
    some = inputs(shipped(), {"systems": systems == "h200"}, {"systems": ["rack_kw", "price_musd"]})
    assert sorted(some["column"]) == ["price_musd", "rack_kw"]
    assert inputs(shipped(), {"systems": systems.isin([])}).empty


def test_the_unit_of_a_parameter_is_in_its_name() -> None:
    rows = shipped().tables["parameters"]
    rate = (rows["scope"] == "KR") & (rows["parameter"] == "discount_frac")
    numbers = inputs(shipped(), {"parameters": rate}, {"parameters": ["value"]})
    assert numbers["unit"].tolist() == ["frac"]


def test_a_number_the_scenario_states_is_its_own_source() -> None:
    scenario = scenario_from(
        {
            "name": "x",
            "periods": [2027],
            "demand": {"mix": {"chat": 1.0}},
            "facts": {"power_states[p70].cap_frac": 0.75},
        }
    )
    numbers = inputs(apply_facts(region_of(states()), scenario), {"power_states": None})
    row = numbers.set_index("key").loc["p70"]
    assert (row["value"], row["source"], row["confidence"]) == (0.75, CHOICE, "assumed")
    assert (row["recalled_flag"], row["overridden_flag"]) == (0, 1)
    assert recalled_count(numbers) == 0


def test_blank_cells_are_no_inputs() -> None:
    numbers = inputs(region_of(states(cap_frac=[1.0, np.nan])), {"power_states": None})
    assert numbers["key"].tolist() == ["p100"]


def changed(facts: dict[str, Any]) -> Region:
    """The shipped region with facts of a scenario."""
    about = {"name": "x", "periods": [2027], "demand": {"mix": {"chat": 1.0}}, "facts": facts}
    return apply_facts(shipped(), scenario_from(about))


def test_a_factor_of_whole_numbers_is_rounded_down() -> None:
    before = shipped().tables["system_supply"]["racks_count"]
    after = changed({"system_supply[*].racks_count": "*1.87"}).tables["system_supply"]
    assert (after["racks_count"] == np.floor((before * 187) / 100)).all()
    fact = "system_supply[KR/h100/2026].racks_count"
    rows = (after["system_id"] == "h100") & (after["supply_year"] == 2026)
    rows &= after["country"] == "KR"
    assert before[rows].tolist() == [68]
    # the fourth is 69 / 68, but for the last digits
    for by, count in (("*1.75", 119), ("*0.99", 67), ("+2", 70), ("*1.01470588235", 69)):
        table = changed({fact: by}).tables["system_supply"]
        assert table.loc[rows, "racks_count"].tolist() == [count]


def test_any_other_change_must_give_whole_numbers() -> None:
    for value in ("+0.5", 2.5):
        with pytest.raises(InputError) as caught:
            changed({"system_supply[KR/h100/2026].racks_count": value})
        assert "does not give a whole number" in str(caught.value)
        assert "or a factor such as '*1.5', rounded down" in str(caught.value)


@pytest.mark.parametrize("key", ["KR/154/1", "KR/154.0/1", "KR/154*/1"])
def test_a_key_is_written_as_in_its_table(key: str) -> None:
    region = changed({f"interconnection_steps[{key}].lead_years": 3})
    assert region.overridden == {("interconnection_steps", "KR/154/1", "lead_years")}
    with pytest.raises(InputError, match="did you mean 'KR/154/1'"):
        changed({"interconnection_steps[KR/15/1].lead_years": 3})
