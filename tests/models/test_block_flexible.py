"""A curtailable connection is paid for in tokens; backup comes in whole sets."""

from typing import Any

import pytest

from models.case import Case
from tests.models.test_block_supply import supplied
from tests.solved import refused, solve
from tests.tiny import YEARS, tiny_case

STEPS = {("a", 1): 6.0, ("a", 2): 6.0}


def curtailable(**values: Any) -> Case:
    """One site; its second step of 6 MW is firm in 2028 only, a tenth of the year before lost."""
    base = {
        "step_mw": STEPS,
        "step_musd": dict.fromkeys(STEPS, 1.0),
        "firm_year": {("a", 1): 2026, ("a", 2): 2028},
        "curtailed_frac": {"KR": 0.1},
    }
    return tiny_case(1, **{**base, **values})


def test_the_work_of_the_curtailed_hours_is_lost():
    # 10 MW of IT, 12 at the meter: 5 MW of IT stand on the step that may be curtailed; a tenth of
    # the year they stop. 9.5 MW at work make 190 Mtokens/s
    best = solve(curtailable())
    assert best.value == pytest.approx(190 / 12)
    assert best["curtailed_mw[a,dry,2027]"] == pytest.approx(5)
    assert refused(curtailable(), held={"curtailed_mw[a,dry,2027]": 4.9})


def test_a_firm_step_loses_nothing():
    # In 2028 the step is firm: 200 / 12 then, 190 / 12 before
    case = curtailable(periods=YEARS, facility_mw_min={("all", t): 12.0 for t in YEARS})
    best = solve(case)
    assert best.value == pytest.approx(390 / 24)
    assert "curtailed_mw[a,dry,2028]" not in best.names
    every_step_firm = curtailable(firm_year={("a", 1): 2026, ("a", 2): 2026})
    assert solve(every_step_firm).value == pytest.approx(200 / 12)


def test_no_more_stops_than_runs():
    # b carries the load, a only 1 MW of IT: no more than that can stop at a
    case = curtailable(firm_year={("a", 1): 2028, ("a", 2): 2028})
    assert solve(case).value == pytest.approx(180 / 12)
    assert refused(case, held={"curtailed_mw[a,dry,2027]": 10.1})


def with_batteries(cover: float) -> Case:
    base = curtailable()
    other = supplied("cells", battery_cover_frac={"cells": cover})
    names = [n for n in other.values if n.startswith(("supply_", "battery_"))]
    sets = {**base.sets, "SUPPLY": (("a", "cells", 2027),)}
    return base.having(sets=sets, values={**base.values, **{n: other[n] for n in names}})


def test_batteries_carry_the_load_through_as_far_as_they_last():
    # 6 MW of batteries that last through a curtailment: nothing is lost. Those that last half of
    # it count half: 3 of 6 MW stop, 2.5 MW of IT for a tenth of the year
    held = {"supply_mw[a,cells,2027]": 6}
    assert solve(with_batteries(1.0), held=held).value == pytest.approx(200 / 12)
    assert solve(with_batteries(0.5), held=held).value == pytest.approx(195 / 12)


BACKUP = {
    "backup_unit_mw": {"a": 5.0, "b": 5.0},
    "backup_musd_per_mw": {"a": 0.8, "b": 0.8},
}
ALL_AT_A = {"it_mw[a,dry,2027]": 10, "it_mw[b,dry,2027]": 0, "open[b,2027]": 0}


@pytest.mark.parametrize(("spare", "units"), [(0, 3), (1, 4)])
def test_backup_comes_in_whole_sets(spare: int, units: int) -> None:
    # 12 MW need 3 sets of 5, and one more to spare: 4 M$ each, 0.4 M$ a year each
    case = tiny_case(**BACKUP, backup_spare_count={"KR": spare})
    best = solve(case, "cost", held=ALL_AT_A)
    assert best.ledger("capex_musd")["backup"] == pytest.approx(4 * units)
    assert best.ledger("annuity_musd")["backup"] == pytest.approx(0.4 * units)
    assert refused(case, held={**ALL_AT_A, "backup_units[a,2027]": units - 1})


def test_no_backup_stands_where_no_site_is_open() -> None:
    """At the others no more than all halls could want: 4 of 10 MW at 1.2 are 48 MW, 10 sets."""
    case = tiny_case(**BACKUP, backup_spare_count={"KR": 0})
    assert refused(case, held={**ALL_AT_A, "backup_units[b,2027]": 1})
    assert not refused(case, held={**ALL_AT_A, "backup_units[b,2027]": 0})
    assert not refused(case, held={**ALL_AT_A, "backup_units[a,2027]": 10})


def test_backup_stays():
    case = tiny_case(**BACKUP, backup_spare_count={"KR": 0}, periods=YEARS)
    assert refused(case, held={"backup_units[a,2027]": 2, "backup_units[a,2028]": 1})
