"""The relaxation by sifting is the relaxation, and its bound holds in every round."""

import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings

from models.blocks.objective import OBJECTIVES
from models.build import build
from planner.solve import sift
from planner.solve.compile import compile_model
from planner.solve.highs import Solver
from planner.solve.narrow import site_indexed
from planner.solve.ratio import Fraction
from planner.solve.split import split, with_row
from tests.planner.test_properties import seeded
from tests.random_cases import small_cases
from tests.solved import relaxed
from tests.tiny import tiny_case

NEVER = float("inf")


def sifted(case, name="tokens_per_mw", first=1, deadline=NEVER):
    """The relaxation begun with the first sites of the case."""
    compiled, sites = compile_model(build(case)), case.sets["SITE"]
    marks = np.arange(len(sites)) < first
    parts = split(compiled, sites)
    return sift.relaxed_ratio(compiled, parts, OBJECTIVES[name], marks, 0.0, deadline)


@pytest.mark.parametrize("name", ["tokens_per_mw", "cost_per_mtoken", "tokens", "cost"])
@pytest.mark.parametrize("form", [lambda case: case, site_indexed], ids=["groups", "sites"])
@settings(seeded, max_examples=5)
@given(case=small_cases())
def test_the_same_as_with_all_sites_at_once(case, name, form):
    found = sifted(form(case), name)
    assume(found.x is not None)
    assert abs(found.value) == pytest.approx(relaxed(form(case), name), rel=1e-6)
    assert found.value - 1e-9 <= found.bound <= found.value + 1e-6 * abs(found.value)


@pytest.mark.parametrize("rounds", [1, 2])
@settings(seeded, max_examples=8)
@given(case=small_cases())
def test_the_bound_holds_in_every_round(case, rounds):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sift, "ROUNDS", rounds)
        patch.setattr(sift, "ADDED", 1)
        found = sifted(case)
    assume(found.x is not None)
    assert found.bound >= relaxed(case) * (1 - 1e-7)


@settings(seeded, max_examples=8)
@given(case=small_cases())
def test_out_of_time_it_claims_nothing_false(case):
    found = sifted(case, first=3, deadline=time.monotonic() - 1)
    assume(found.x is not None)
    assert found.bound >= relaxed(case) * (1 - 1e-7)


def test_out_of_time_with_a_few_sites_is_not_infeasible():
    case = tiny_case(4, facility_mw_min={("all", 2027): 60.0})  # three sites do it, one does not
    found = sifted(case, deadline=time.monotonic() - 1)
    assert (found.state, found.x, found.bound) == ("stopped", None, NEVER)


def test_sites_that_cannot_do_it_alone_are_joined_by_others():
    # 60 MW take three sites of 24 MW, and it begins with one
    case = tiny_case(4, facility_mw_min={("all", 2027): 60.0})
    found = sifted(case)
    assert found.value == pytest.approx(relaxed(case))
    assert found.kept.sum() >= 3


def test_a_forced_site_is_in_from_the_start():
    case = tiny_case(3)
    forced = case.having(sets={**case.sets, "FORCED_SITE": ("c",)})
    found = sifted(forced)
    assert found.kept[2]
    assert found.value == pytest.approx(relaxed(forced))


def test_no_plan_at_all():
    found = sifted(tiny_case(3, facility_mw_min={("all", 2027): 73.0}))
    assert found.x is None
    assert found.state == "infeasible"


def asked_for(mw):
    """Four sites of 24 MW, and so many asked for."""
    return tiny_case(4, facility_mw_min={("all", 2027): mw})


def gone_on(before, after, monkeypatch):
    """The relaxation of a case gone on from that of another, which has one site in play."""
    known = sifted(before)
    assert known.kept.sum() == 1
    monkeypatch.setattr(sift.Lacking, "others", None)  # the point of before says enough
    compiled, sites = compile_model(build(after)), after.sets["SITE"]
    parts, ratio = split(compiled, sites), OBJECTIVES["tokens_per_mw"]
    return sift.relaxed_ratio(compiled, parts, ratio, known, known.value, NEVER, little=True)


def test_what_the_sites_of_before_cannot_do_is_done_by_others(monkeypatch):
    found = gone_on(asked_for(20.0), asked_for(60.0), monkeypatch)
    assert found.value == pytest.approx(relaxed(asked_for(60.0)))
    assert found.bound == pytest.approx(found.value, rel=1e-6)
    assert found.kept.sum() >= 3


def test_what_no_sites_can_do_is_told_by_how_near_they_come(monkeypatch):
    found = gone_on(asked_for(20.0), asked_for(97.0), monkeypatch)
    assert (found.state, found.x, found.bound) == ("infeasible", None, NEVER)


def test_after_other_numbers_it_begins_at_the_ratio_where_it_stands(monkeypatch):
    """Racks that do half: the old ratio is twice the best there is, and is not aimed at."""
    aimed = []
    aim = Fraction.aim
    monkeypatch.setattr(Fraction, "aim", lambda of, r: aimed.append(r) or aim(of, r))
    ratio, sites = OBJECTIVES["tokens_per_mw"], tuple("abc")
    before, after = (compile_model(build(tiny_case(3, software_gain={2027: g}))) for g in (1, 0.5))
    parts = split(before, sites)
    known = sift.relaxed_ratio(before, parts, ratio, np.ones(3, dtype=bool), 0.0, NEVER)
    runs = []
    run = Solver.run
    monkeypatch.setattr(
        Solver, "run", lambda of, *a, **k: runs.append(aimed[-1]) or run(of, *a, **k)
    )
    moved = replace(known, moved=True)
    found = sift.relaxed_ratio(after, parts, ratio, moved, known.value, NEVER, little=True)
    assert found.value == pytest.approx(0.5 * known.value)
    assert runs[0] == pytest.approx(0.5 * known.value), "the first program solved"
    from_nothing = sift.relaxed_ratio(after, parts, ratio, np.ones(3, dtype=bool), 0.0, NEVER)
    assert found.bound == pytest.approx(from_nothing.bound)


def test_a_row_more():
    compiled = compile_model(build(tiny_case()))
    more = with_row(compiled, {"tokens_total": 1.0, "facility_total": -10.0}, 5.0, "held")
    assert more.row_low[more.row["held"]] == 5
    last = more.matrix.toarray()[more.row["held"]]
    assert last[more.column["tokens_total"]] == 1
    assert last[more.column["facility_total"]] == -10
    assert np.count_nonzero(last) == 2
    assert (more.matrix.toarray()[:-1] == compiled.matrix.toarray()).all()


def test_who_owns_rows_and_columns():
    case = tiny_case(2)
    compiled = compile_model(build(case))
    parts = split(compiled, case.sets["SITE"])
    owner = {name: parts.of_column[i] for name, i in compiled.column.items()}
    assert (owner["open[a,2027]"], owner["it_mw[b,dry,2027]"], owner["served[chat,KR,2027]"]) == (
        0,
        1,
        -1,
    )
    owner = {name: parts.of_row[i] for name, i in compiled.row.items()}
    assert owner["hall_load[b,dry,2027]"] == 1
    assert owner["it_load[KR-1,liquid,2027]"] == owner["facility_floor[all,2027]"] == -1
