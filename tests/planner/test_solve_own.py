"""The sites' own rows: a few sites in a program, which changes nothing but the time."""

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


def test_known_rows_with_other_numbers_are_made_where_the_numbers_differ(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Other costs of what sites have; not another draw of power, which is in their own rows."""
    monkeypatch.setattr(own, "TOGETHER", 1)
    case = tiny_case(sites=2)
    compiled, parts = taken_apart(case)
    known = OwnRows(compiled, parts)
    made: list[int] = []
    program = own._program
    monkeypatch.setattr(own, "_program", lambda *of: made.append(1) or program(*of))
    dearer = compile_case(case.having(values={**case.values, "site_musd": {"a": 3.0, "b": 9.0}}))
    assert (dearer.matrix != compiled.matrix).nnz
    assert known.renumbered(dearer, parts)
    assert not made
    draws = {**case["facility_per_it_frac"], ("b", "dry"): 1.25}
    other = compile_case(case.having(values={**case.values, "facility_per_it_frac": draws}))
    renumbered = known.renumbered(other, parts)
    assert len(made) == 1, "of site b alone"
    costs = np.array([float(name.startswith("it_mw[")) for name in other.column_names])
    assert renumbered is not None
    assert renumbered.most(costs, NEVER) == pytest.approx([24 / 1.2, 24 / 1.25])
    assert known.most(costs, NEVER) == pytest.approx([24 / 1.2, 24 / 1.3])


def test_rows_of_other_limits_or_places_are_made_anew() -> None:
    compiled, parts = taken_apart(tiny_case(sites=2))
    known = OwnRows(compiled, parts)
    assert known.renumbered(replace(compiled, high=compiled.high + 1.0), parts) is None
    more = with_row(compiled, {compiled.column_names[0]: 1.0}, 0.0, "one more")
    assert known.renumbered(more, further(parts, more)) is None
