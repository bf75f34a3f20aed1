"""Whatever is put in, it is read or refused in words; nothing else is ever raised."""

import contextlib
from functools import cache
from typing import Any

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.columns import Column, Table
from planner.errors import InputError
from planner.overrides import overridden
from planner.reading import read
from planner.scenario_yaml import load
from planner.table_checks import check, parse
from planner.tables import Region, read_region

JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(["KR", "JP", "chat", "*", "2027", "*1.5", "[", "..", "h200"]),
    st.lists(st.integers(2025, 2032), max_size=3),
    st.dictionaries(st.sampled_from(["KR", "min", "share", 2027, 1.5, None]), st.floats()),
)


@cache
def shipped() -> Region:
    return read_region("kr-jp")


@cache
def full() -> Any:
    """A scenario in which most rules are stated."""
    return yaml.safe_load(
        """
        name: full
        periods: [2027, 2028]
        objective: {name: tokens, then: [npv]}
        scale: {facility_mw_min: {2027: 20}, facility_mw_max: {2028: 90}}
        scale_by_country: {KR: {facility_mw_min: {2027: 5}}}
        demand:
          mix: {chat: 1.0}
          country_share: {KR: 0.5, JP: 0.5}
          floors: [{tokens_per_s: 1, country: KR}]
          ceilings: [{tokens_per_s: 9, workload: chat}]
        workloads: {chat: {ttft_s: 1}}
        filters: {countries: [KR, JP], sites: {include: ['*'], force: []}, systems: {exclude: []}}
        policies:
          first_year: {KR: 2027}
          cross_border_share: {KR: {JP: {open: 0.5}}}
          domestic_accelerator_share: {KR: {share: 0.1, basis: mw}}
          country_share: {JP: {min: 0.1, max: 0.9}}
          outage: {KR: {share: 1, classes: [public]}}
        grid: {KR: {hours: [winter-peak]}, JP: {}}
        budget: {capex_musd: {2027: 5}}
        money: {exchange_rates: {KRW: 1400}, revenue_usd_per_mtoken: {chat: 1}}
        facts: {'systems[h200].rack_kw': '*2'}
        solve: {gap_frac: 0.01}
        """
    )


def places(tree: Any, path: tuple = ()) -> list[tuple]:
    inside = tree.items() if isinstance(tree, dict) else enumerate(tree)
    found = [path]
    for key, value in inside:
        more = places(value, (*path, key)) if isinstance(value, dict | list) else [(*path, key)]
        found += more
    return found


def put(tree: Any, path: tuple, value: Any) -> Any:
    if not path:
        return value
    copy = dict(tree) if isinstance(tree, dict) else list(tree)
    copy[path[0]] = put(tree[path[0]], path[1:], value)
    return copy


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.data())
def test_any_value_at_any_place_of_a_scenario(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(places(full())[1:]))
    values = put(full(), path, data.draw(JUNK))
    if data.draw(st.booleans()):
        values = {**values, data.draw(st.text(max_size=5)): data.draw(JUNK)}
    with contextlib.suppress(InputError):
        read(values, shipped())


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text(alphabet="ab:-{}[]\"'#&*!|>%@`? \n\t01.,é", max_size=40))
def test_any_text_as_yaml(text: str) -> None:
    with contextlib.suppress(InputError):
        load(text, "any.yaml")


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text(alphabet="ab.=*+[]{}:,01 \n'\"", max_size=30))
def test_any_override(text: str) -> None:
    with contextlib.suppress(InputError):
        overridden(full(), [text])


@settings(
    max_examples=200,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(st.one_of(st.binary(max_size=60), st.text(alphabet='a,1";\n\r.-e', max_size=60)))
def test_any_bytes_as_a_table(raw: bytes | str) -> None:
    table = Table("things", "things", ("a",), provenance=False)
    columns = (Column("things", "a", "name", "text"), Column("things", "1", "number", default=0.0))
    texts, problems = parse(raw if isinstance(raw, bytes) else raw.encode(), "things.csv")
    assert (texts is None) == bool(problems)
    if texts is not None:
        check(texts, table, columns, "things.csv")


def test_the_full_scenario_is_right() -> None:
    read(full(), shipped())
