"""What is known by site, design or period is spread over the halls as it would be looked up."""

import numpy as np
import pytest
from pyomo.environ import NonNegativeReals

from models.hall_numbers import HallNumbers
from models.periods import before
from models.rows import Columns
from tests.tiny import tiny_case

COOLING = {"dry": "liquid", "wet": "liquid", "air": "air"}


def case():
    """Three sites, one of which is late, halls in any order."""
    hosts = {"liquid": ["fast"], "air": ["slow"]}
    whole = tiny_case(3, periods=(2027, 2028, 2030), cooling_class=COOLING, hosts=hosts)
    halls = [i for i in whole.sets["HALL"] if i[0] != "b" or i[2] > 2027]
    np.random.default_rng(1).shuffle(halls)
    return whole.having(sets={**whole.sets, "HALL": tuple(map(tuple, halls))})


def test_numbers_are_those_of_each_hall():
    late = case()
    numbers, halls = HallNumbers(late), late.sets["HALL"]
    by_pair = {i: float(n) for n, i in enumerate(late.sets["SITE_DESIGN"])}
    by_site = {"a": 1.0, "b": 2.0, "c": 5.0}
    assert numbers.of_pair(by_pair).tolist() == [by_pair[s, d] for s, d, _ in halls]
    assert numbers.of_site(by_site).tolist() == [by_site[s] for s, _, _ in halls]
    places = late.sets["SITE_PERIOD"]
    assert [places[n] for n in numbers.site_period] == [(s, t) for s, _, t in halls]
    assert list(numbers.sites) == [s for s, _, _ in halls]
    assert list(numbers.designs) == [d for _, d, _ in halls]


def test_kinds_of_halls_by_period():
    late = case()
    indices, at = HallNumbers(late).kinds([(COOLING[d],) for _, d in late.sets["SITE_DESIGN"]])
    assert len(indices) == len(set(indices)) == 2 * 3
    assert [indices[n] for n in at] == [(COOLING[d], t) for _, d, t in late.sets["HALL"]]


def test_the_period_before_is_that_of_any_columns():
    late = case()
    columns = Columns(late.sets["HALL"], NonNegativeReals)
    assert HallNumbers(late).earlier().tolist() == before(columns, late).tolist()


def test_a_hall_of_no_known_site_and_design_is_refused():
    late = case()
    sets = {**late.sets, "HALL": (*late.sets["HALL"], ("a", "unknown", 2027))}
    with pytest.raises(KeyError, match="unknown"):
        HallNumbers(late.having(sets=sets))
