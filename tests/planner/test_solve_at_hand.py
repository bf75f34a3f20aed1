"""The model of a few sites taken out of one at hand is the one that would be built."""

from collections.abc import Collection
from dataclasses import replace
from functools import partial

import pytest
from scipy.sparse import csr_array

from models.case import Case
from planner.sites_chosen import forced_in
from planner.solve import at_hand as module
from planner.solve.at_hand import AtHand
from planner.solve.compile import Compiled, compile_case
from planner.solve.placed import at_few
from tests.tiny import tiny_case

BOTH = ("fast", "slow")


def rows_of(model: Compiled) -> set[tuple]:
    """Rows that say something: their name, limits and coefficients by name."""
    rows = csr_array(model.matrix)
    found = set()
    for i, name in enumerate(model.row_names):
        at = slice(rows.indptr[i], rows.indptr[i + 1])
        names = [model.column_names[j] for j in rows.indices[at]]
        terms = {(n, float(c)) for n, c in zip(names, rows.data[at], strict=True) if n != "nothing"}
        if terms:
            found.add((name, model.row_low[i], model.row_high[i], frozenset(terms)))
    return found


def columns_of(model: Compiled) -> set[tuple]:
    """Columns with their bounds, and whether they are whole."""
    ends = zip(model.column_names, model.low, model.high, model.integer, strict=True)
    return {column for column in ends if column[0] != "nothing"}


def plan(sites: Collection[str], systems: Collection[str], design: str = "dry") -> dict[str, float]:
    """Racks of some systems at work in halls of a design at some sites."""
    racks = {f"install[{s},{k},liquid,2027]": 1.0 for s in sites for k in systems}
    work = {f"work[{s},{k},liquid,p100,chat,2027,peak]": 1.0 for s in sites for k in systems}
    halls = {f"halls[{s},{design},2027]": 1.0 for s in sites}
    return racks | work | halls


@pytest.fixture
def case() -> Case:
    designs = {"dry": "liquid", "wet": "liquid"}
    outage = {"outage_frac": {"KR": 0.5}, "outage_workload": [("KR", "chat")]}
    return tiny_case(5, cooling_class=designs, **outage)


@pytest.mark.parametrize(
    ("sites", "systems"), [("ab", BOTH), ("ab", ("fast",)), ("c", ("slow",)), ("abc", BOTH)]
)
def test_it_has_the_columns_and_rows_of_one_built(
    case: Case, sites: str, systems: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    at_hand = AtHand(case, at_few(case, "abc", plan("abc", BOTH)))
    monkeypatch.setattr(module, "compile_case", None)  # nothing is built
    taken = at_hand.at(sites, plan(sites, systems))
    built = at_few(case, sites, plan(sites, systems))
    assert len(columns_of(built)) > 10
    assert columns_of(taken) == columns_of(built)
    assert rows_of(taken) == rows_of(built)
    assert [n for n, _ in taken.column.items()] == [n for n, _ in built.column.items()]


def test_what_is_not_at_hand_is_built_once_and_kept(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_hand = AtHand(case, at_few(case, "ab", plan("ab", ("fast",))))
    built: list[Case] = []
    monkeypatch.setattr(
        module, "compile_case", lambda few: (built.append(few), compile_case(few))[1]
    )
    at_hand.at("a", plan("a", ("fast",)))
    assert not built
    wider = at_hand.at("bd", plan("d", BOTH))
    assert rows_of(wider) == rows_of(at_few(case, "bd", plan("d", BOTH)))
    assert [set(few.sets["SITE"]) for few in built] == [set("bd")]
    again = at_hand.at("ab", plan("ab", ("fast",)))
    assert rows_of(again) == rows_of(at_few(case, "ab", plan("ab", ("fast",))))
    at_hand.at("bd", plan("d", BOTH))
    assert len(built) == 1, "it does not matter what was asked for between"
    at_hand.at("e", plan("e", BOTH))
    assert [set(few.sets["SITE"]) for few in built] == [set("bd"), set("bde")]


def test_a_wide_one_has_the_kinds_of_a_plan_at_all_its_sites(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case = tiny_case(4, group={"a": "x", "b": "x", "c": "y", "d": "z"})
    at_hand = AtHand.wide(case, "abc", plan("a", ("fast",)))
    monkeypatch.setattr(module, "compile_case", None)  # nothing is built
    taken, built = (f("c", plan("c", ("fast",))) for f in (at_hand.at, partial(at_few, case)))
    assert any(name.startswith("install[c,fast") for name, *_ in columns_of(taken))
    assert columns_of(taken) == columns_of(built)
    assert rows_of(taken) == rows_of(built)


@pytest.mark.parametrize("design", ["dry", "wet"])
def test_many_sites_have_halls_of_the_designs_of_plans_alone(
    case: Case, design: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever plans have them: as if there were no others. Few sites have all."""
    at_hand = AtHand.wide(case, "abc", plan("a", BOTH, "dry"))
    elsewhere = plan("a", BOTH, design)
    few = at_hand.at("bc", elsewhere)
    monkeypatch.setattr(module, "FEW", 1)
    many = at_hand.at("bc", elsewhere)
    halls = [
        {name for name, *_ in columns_of(model) if name.startswith("halls[")}
        for model in (few, many)
    ]
    assert halls[0] == {f"halls[{s},{d},2027]" for s in "bc" for d in ("dry", "wet")}
    assert halls[1] == {f"halls[{s},{design},2027]" for s in "bc"}
    names = ("SITE_DESIGN", "HALL")
    alone = {name: tuple(i for i in case.sets[name] if i[1] == design) for name in names}
    built = at_few(case.having(sets={**case.sets, **alone}), "bc", elsewhere)
    assert columns_of(many) == columns_of(built)
    assert rows_of(many) == rows_of(built)


def test_a_site_forced_in_has_its_load_in_halls_of_the_designs_there_are(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FEW", 1)
    few = AtHand.wide(case, "ab", plan("ab", BOTH)).at("ab", plan("ab", BOTH, "wet"))
    forced = case.having(
        sets={**case.sets, "FORCED_SITE": ("b",)}, values={**case.values, "forced_it_mw": {"b": 2}}
    )
    row = ("forced_load[b]", 2.0, float("inf"), frozenset({("it_mw[b,wet,2027]", 1.0)}))
    assert row in rows_of(forced_in(few, case, forced))


def test_what_nothing_satisfies_is_not_left_out(case: Case) -> None:
    """A floor that no column is left for says that there is no plan."""
    few = at_few(case, "ab", plan("ab", BOTH))
    about = few.row["racks_at_work[b,fast,liquid,2027,peak]"]
    low = few.row_low.copy()
    low[about] = 1.0
    at_hand = AtHand(case, replace(few, row_low=low))
    slow = at_hand.at("ab", plan("ab", ("slow",)))
    assert "racks_at_work[b,fast,liquid,2027,peak]" in slow.row
    assert "racks_at_work[a,fast,liquid,2027,peak]" not in slow.row


def test_of_many_sites_only_the_last_asked_for_are_kept(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST", 3)
    built: list[Case] = []
    monkeypatch.setattr(
        module, "compile_case", lambda few: (built.append(few), compile_case(few))[1]
    )
    at_hand = AtHand(case, at_few(case, "abc", plan("abc", BOTH)))
    for sites in ("de", "abd"):
        model = at_hand.at(sites, plan(sites, ("slow",)))
        assert rows_of(model) == rows_of(at_few(case, sites, plan(sites, ("slow",))))
        opens = {name for name, *_ in columns_of(model) if name.startswith("open[")}
        assert opens == {f"open[{s},2027]" for s in sites}
    assert [set(few.sets["SITE"]) for few in built] == [set("de"), set("abd")]


def test_a_row_of_a_zone_stays_though_a_site_of_its_name_goes() -> None:
    case = tiny_case(3, zone=dict.fromkeys("abc", "c"), zone_headroom_mw={"c": 30.0})
    at_hand = AtHand(case, at_few(case, "abc", plan("abc", BOTH)))
    model, built = at_hand.at("ab", plan("ab", BOTH)), at_few(case, "ab", plan("ab", BOTH))
    assert "zone_headroom[c,2027]" in built.row
    assert rows_of(model) == rows_of(built)
