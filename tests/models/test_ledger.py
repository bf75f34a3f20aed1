"""Named sums: parts with their source, and rules over sums to which nothing was put."""

import pytest
from pyomo.environ import ConcreteModel, Constraint, Var, value

from models.build import build
from models.ledger import Ledger
from tests.solved import refused, rows, solve
from tests.tiny import tiny_case


def test_parts_sum_to_the_total():
    m = ConcreteModel()
    m.nothing = Var(bounds=(0, 0), initialize=0)
    m.x = Var(initialize=3.0)
    ledger = Ledger(m.nothing)
    ledger.put("water", "a", 2 * m.x, "cooling")
    ledger.put("water", "a", 1.0, "people")
    ledger.put("water", "b", m.x, "cooling")
    assert value(ledger.total("water", "a")) == 7
    assert ledger.indices("water") == ["a", "b"]
    parts = [(index, source, value(term)) for index, source, term in ledger.entries("water")]
    assert parts == [("a", "cooling", 6), ("a", "people", 1), ("b", "cooling", 3)]


def test_one_term_of_several_sources_is_told_in_its_parts():
    m = ConcreteModel()
    m.nothing = Var(bounds=(0, 0), initialize=0)
    m.x = Var(initialize=3.0)
    ledger = Ledger(m.nothing)
    ledger.put("capex", "a", 8 * m.x, {"shell": 0.75, "cooling": 0.25})
    ledger.put("capex", "a", m.x, "land")
    assert value(ledger.total("capex", "a")) == 27
    parts = [(source, value(term)) for _, source, term in ledger.entries("capex")]
    assert parts == [("shell", 18), ("cooling", 6), ("land", 3)]


def test_a_rule_over_an_empty_sum_is_a_row():
    m = ConcreteModel()
    m.nothing = Var(bounds=(0, 0), initialize=0)
    m.rule = Constraint(expr=Ledger(m.nothing).total("water", "a") >= 5)
    assert value(m.rule.body) == 0


# each asks something of a place, or a year, in which the case has no site
EMPTY = {
    "facility_mw_min": {("JP", 2027): 5.0},
    "mtokens_per_s_min": {("JP", 2027): 5.0},
    "floor_mtokens_per_s": {0: 5.0},
}


@pytest.mark.parametrize("name", EMPTY)
def test_what_nothing_can_meet_is_infeasible_and_no_error(name):
    case = tiny_case(**{name: EMPTY[name]})
    sets = {"COUNTRY": ("KR", "JP"), "FLOOR": ((0, "chat", "JP", "", 2027),)}
    if name != "floor_mtokens_per_s":
        del sets["FLOOR"]
    assert refused(case.having(sets={**case.sets, **sets}))


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("facility_mw_max", "facility_ceiling"),
        ("capex_country_musd_max", "capex_by_country"),
        ("capex_musd_max", "capex_ceiling"),
        ("opex_musd_max", "opex_ceiling"),
    ],
)
def test_a_ceiling_on_what_is_not_there_holds(name, row):
    keys = {"capex_country_musd_max": "JP", "facility_mw_max": ("JP", 2028)}
    case = tiny_case(periods=(2027, 2028), **{name: {keys.get(name, 2027): 0.0}})
    late = {
        name: tuple(i for i in case.sets[name] if i[-1] == 2028)
        for name in ("SITE_PERIOD", "HALL", "STEP_PERIOD", "INSTALL", "RUN", "FLOW", "SERVED")
    }
    case = case.having(sets={**case.sets, **late, "COUNTRY": ("KR", "JP")})
    assert row in rows(case)
    assert solve(case).value == pytest.approx(20 / 1.2)


def test_every_block_is_built_into_one_model():
    model = build(tiny_case())
    assert {source for _, source, _ in model.ledger.entries("capex_musd")} == {
        "site development",
        "shell",
        "electrical",
        "cooling",
        "interconnection",
        "land",
        "racks",
    }
