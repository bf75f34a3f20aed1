"""The sites' own rows: a few sites in a program, which changes nothing but the time."""

import time
from dataclasses import replace

import numpy as np
import pytest

from models.case import Case
from planner.solve import own
from planner.solve.compile import Compiled, compile_case
from planner.solve.own import Forcing, OwnRows, own_rows
from planner.solve.split import Split, further, split, with_row
from tests.tiny import tiny_case

NEVER = float("inf")


def taken_apart(case: Case) -> tuple[Compiled, Split]:
    compiled = compile_case(case)
    return compiled, split(compiled, case.sets["SITE"])


@pytest.mark.parametrize("together", [1, 2, 50])
def test_worth_by_site_does_not_depend_on_who_is_together(
    together: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = tiny_case(sites=3)
    compiled, parts = taken_apart(case)
    monkeypatch.setattr(own, "TOGETHER", together)
    costs = np.zeros(len(compiled.low))
    for i, name in enumerate(compiled.column_names):
        if name.startswith("it_mw["):
            costs[i] = 1.0 + parts.of_column[i]
    loads = np.flatnonzero(costs)
    free = OwnRows(compiled, parts).most(costs, NEVER)
    # 24 MW of grid at 1.2, 1.3 and 1.4 MW per IT MW, an IT MW being worth 1, 2 and 3
    it_mw, worth = 24 / np.array([1.2, 1.3, 1.4]), np.array([1.0, 2.0, 3.0])
    assert free == pytest.approx(worth * it_mw)
    # made to carry two thirds of the most they can, at a cost, they carry just that
    last = case.sets["PERIOD"][-1]
    at_one = np.array([compiled.column[f"open[{s},{last}]"] for s in parts.sites])
    forced = OwnRows(compiled, parts, Forcing(at_one, loads, 2 / 3 * it_mw))
    assert forced.most(-costs, NEVER) == pytest.approx(-2 / 3 * worth * it_mw)


def test_known_rows_are_taken_up_only_where_they_are_the_same() -> None:
    compiled, parts = taken_apart(tiny_case(sites=2))
    known = OwnRows(compiled, parts)
    assert own_rows(compiled, parts, known) is known
    high = compiled.high.copy()
    high[parts.of_column == 1] = 0.0
    assert own_rows(replace(compiled, high=high), parts, known) is not known
    one = split(compiled, parts.sites[:1])
    assert own_rows(compiled, one, known) is not known


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sizes of programs as they are made, one for each site."""
    monkeypatch.setattr(own, "TOGETHER", 1)
    sizes: list[int] = []
    program = own._program
    monkeypatch.setattr(own, "_program", lambda *of: sizes.append(1) or program(*of))
    return sizes


def load_of(compiled: Compiled) -> np.ndarray:
    return np.array([float(name.startswith("it_mw[")) for name in compiled.column_names])


def test_known_rows_with_other_numbers_are_made_where_the_numbers_differ(made: list[int]) -> None:
    """Other costs of what sites have; not another draw of power, which is in their own rows."""
    case = tiny_case(sites=2)
    compiled, parts = taken_apart(case)
    known = OwnRows(compiled, parts)
    assert known.most(load_of(compiled), NEVER) == pytest.approx([24 / 1.2, 24 / 1.3])
    assert len(made) == 2
    dearer = compile_case(case.having(values={**case.values, "site_musd": {"a": 3.0, "b": 9.0}}))
    assert (dearer.matrix != compiled.matrix).nnz
    same = known.renumbered(dearer, parts)
    assert same is not None
    assert same.most(load_of(dearer), NEVER) == pytest.approx([24 / 1.2, 24 / 1.3])
    assert len(made) == 2
    draws = {**case["facility_per_it_frac"], ("b", "dry"): 1.25}
    other = compile_case(case.having(values={**case.values, "facility_per_it_frac": draws}))
    renumbered = known.renumbered(other, parts)
    assert renumbered is not None
    assert renumbered.most(load_of(other), NEVER) == pytest.approx([24 / 1.2, 24 / 1.25])
    assert len(made) == 3, "one more, of site b alone"
    assert known.most(load_of(compiled), NEVER) == pytest.approx([24 / 1.2, 24 / 1.3])


def test_programs_are_made_for_sites_that_are_worth_something(made: list[int]) -> None:
    compiled, parts = taken_apart(tiny_case(sites=3))
    known = OwnRows(compiled, parts)
    costs = load_of(compiled)
    assert known.most(-costs, NEVER) == pytest.approx([0, 0, 0])
    assert known.most(costs, NEVER, but=np.array([True, True, True])) == pytest.approx([0, 0, 0])
    assert not made
    of_b = np.where(parts.of_column == 1, costs, 0.0)
    assert known.most(of_b, NEVER) == pytest.approx([0, 24 / 1.3, 0])
    assert len(made) == 1
    assert known.most(costs, NEVER) == pytest.approx(24 / np.array([1.2, 1.3, 1.4]))
    assert len(made) == 3


def test_few_sites_of_many_at_hand_get_a_program_of_their_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(own, "TOGETHER", 3)
    monkeypatch.setattr(own, "SPARSE", 0)
    compiled, parts = taken_apart(tiny_case(sites=6))
    known = OwnRows(compiled, parts)
    costs = load_of(compiled)
    known.most(costs, NEVER)
    assert [program.sites.tolist() for program in known._programs] == [[0, 1, 2], [3, 4, 5]]
    some = np.isin(parts.of_column, [0, 4])
    found = known.most(np.where(some, costs, 0.0), NEVER)
    assert found == pytest.approx([24 / 1.2, 0, 0, 0, 24 / 1.6, 0])
    assert [program.sites.tolist() for program in known._programs[2:]] == [[0, 4]]
    assert known.most(costs, NEVER) == pytest.approx(24 / np.arange(1.2, 1.75, 0.1))


def test_rows_of_other_limits_or_places_are_made_anew() -> None:
    compiled, parts = taken_apart(tiny_case(sites=2))
    known = OwnRows(compiled, parts)
    assert known.renumbered(replace(compiled, high=compiled.high + 1.0), parts) is None
    more = with_row(compiled, {compiled.column_names[0]: 1.0}, 0.0, "one more")
    assert known.renumbered(more, further(parts, more)) is None


def test_nothing_is_known_once_time_is_up() -> None:
    """Nor where no program would have to be solved."""
    compiled, parts = taken_apart(tiny_case(sites=2))
    known, costs = OwnRows(compiled, parts), load_of(compiled)
    assert known.most(costs, time.monotonic() - 1) is None
    assert known.most(-costs, time.monotonic() - 1) is None
