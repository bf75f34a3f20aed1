"""Scenarios as read: YAML words, lines, overrides, facts."""

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from planner import catalogue
from planner.errors import InputError, Problem, nearest
from planner.facts import apply_facts
from planner.origin import Origin
from planner.reading import read
from planner.scenario import Scenario
from planner.scenario_file import read_scenario, scenario_from
from planner.scenario_yaml import load, parse_value
from planner.tables import Region, read_region

VALUES = {"name": "x", "periods": [2027], "demand": {"mix": {"chat": 1.0}}}


@cache
def shipped() -> Region:
    return read_region("kr-jp")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", 3),
        ("-3", -3),
        ("010", 10),  # YAML 1.1 would take it for eight
        ("1e-3", 0.001),  # ... and this for a text
        ("2.5", 2.5),
        ("true", True),
        ("no", "no"),  # ... and Norway for false
        ("on", "on"),
        ("1:30", "1:30"),  # ... and this for ninety
        ("2027-01-01", "2027-01-01"),
        ("1_000", "1_000"),
        ("null", None),
        ("", None),
        ("[a, 1]", ["a", 1]),
        ("{2027: 5}", {2027: 5}),
        ("'2027'", "2027"),
    ],
)
def test_yaml_words(text: str, value: object) -> None:
    found = parse_value(text)
    assert found == value
    assert type(found) is type(value)


def test_lines_are_those_of_the_keys() -> None:
    _, origin = load("a: 1\nb:\n  - c: 2\n  - {d: 3,\n     e: 4}\n", "f.yaml")
    assert origin.lines == {
        ("a",): 1,
        ("b",): 2,
        ("b", 0): 3,
        ("b", 0, "c"): 3,
        ("b", 1): 4,
        ("b", 1, "d"): 4,
        ("b", 1, "e"): 5,
    }
    assert str(origin.problem(("b", 1, "e"), "is odd", value=4)) == (
        "f.yaml, line 5, b[1].e: is odd, found 4"
    )


def test_aliases_are_followed(small: Callable[..., Path]) -> None:
    text = "name: x\nperiods: &p [2027, 2028]\ndemand: {mix: {chat: 1}}\nfilters: {sites: {}}\n"
    assert read_scenario(small(text=text)).periods == [2027, 2028]


def test_a_byte_order_mark_is_no_harm(small: Callable[..., Path]) -> None:
    raw = b"\xef\xbb\xbfname: x\nperiods: [2027]\ndemand: {mix: {chat: 1}}\n"
    assert read_scenario(small(raw=raw)).name == "x"


def test_overrides_reach_every_depth_and_the_last_wins(small: Callable[..., Path]) -> None:
    scenario = read_scenario(
        small(),
        [
            "periods=[2027, 2029]",
            "periods.1=2030",
            "scale.facility_mw_min.2030=70",
            "budget.capex_musd_total=1",
            "budget.capex_musd_total=1e3",
            "description=a = b",
            "sites[ulsan-*].headroom_mw*=1.5",
            "systems[h200].rack_kw+=2",
            "systems[h200].price_musd=3",
        ],
    )
    assert scenario.periods == [2027, 2030]
    assert scenario.scale.facility_mw_min == {2027: 20, 2030: 70}
    assert scenario.budget.capex_musd_total == 1000
    assert scenario.description == "a = b"
    assert scenario.facts == {
        "sites[ulsan-*].headroom_mw": "*1.5",
        "systems[h200].rack_kw": "+2",
        "systems[h200].price_musd": 3,
    }


def test_overrides_leave_the_values_they_were_given() -> None:
    values = {**VALUES, "scale": {"facility_mw_min": {2027: 5}}}
    scenario_from(values, overrides=["scale.facility_mw_min.2027=9"])
    assert values["scale"] == {"facility_mw_min": {2027: 5}}


def test_where_a_scenario_was_written_is_no_part_of_it(small: Callable[..., Path]) -> None:
    path = small()
    from_file = read_scenario(path)
    moved = read_scenario(small(text="# moved down\n" + path.read_text()))
    assert from_file == moved
    assert from_file.origin.lines != moved.origin.lines
    assert from_file.model_dump() == moved.model_dump()


def test_a_scenario_never_changes() -> None:
    scenario = scenario_from(VALUES)
    with pytest.raises(ValueError, match="frozen"):
        scenario.name = "y"  # type: ignore[misc]


def test_period_years_reach_to_the_next_period() -> None:
    values = {**VALUES, "periods": [2027, 2028, 2031], "last_period_years": 2}
    assert scenario_from(values).period_years == {2027: 1, 2028: 3, 2031: 2}


# -- facts ---------------------------------------------------------------------------------------


def changed(**facts: float | str) -> Region:
    return apply_facts(shipped(), scenario_from({**VALUES, "facts": facts}))


def test_facts_change_the_cells_named_and_no_other() -> None:
    before = shipped().tables["systems"].set_index("system_id")
    region = changed(**{"systems[h?00].rack_kw": "*2", "systems[h200].price_musd": 4})
    after = region.tables["systems"].set_index("system_id")
    assert after.loc["h100", "rack_kw"] == 2 * before.loc["h100", "rack_kw"]
    assert after.loc["h200", "rack_kw"] == 2 * before.loc["h200", "rack_kw"]
    assert after.loc["h200", "price_musd"] == 4
    assert after.loc["b200", "rack_kw"] == before.loc["b200", "rack_kw"]
    assert region.overridden == {
        ("systems", "h100", "rack_kw"),
        ("systems", "h200", "rack_kw"),
        ("systems", "h200", "price_musd"),
    }
    assert shipped().tables["systems"].set_index("system_id").equals(before)


def test_keys_of_several_columns_are_joined() -> None:
    region = changed(**{"parameters[KR/discount_frac].value": 0.05})
    rows = region.tables["parameters"].set_index(["scope", "parameter"])
    assert rows.loc[("KR", "discount_frac"), "value"] == 0.05


def test_of_two_facts_about_a_cell_the_last_one_wins() -> None:
    """Also where the last was stated before, with another between."""
    texts = ["sites[*].headroom_mw=2", "sites[ulsan-*].headroom_mw=3", "sites[*].headroom_mw=2"]
    sites = apply_facts(shipped(), scenario_from(VALUES, overrides=texts)).tables["sites"]
    assert set(sites["headroom_mw"]) == {2.0}
    sites = apply_facts(shipped(), scenario_from(VALUES, overrides=texts[:2])).tables["sites"]
    assert set(sites["headroom_mw"]) == {2.0, 3.0}


def test_facts_are_applied_once() -> None:
    scenario = scenario_from({**VALUES, "facts": {"systems[h200].rack_kw": "*2"}})
    once = apply_facts(shipped(), scenario)
    assert apply_facts(once, scenario) is once
    other = scenario_from({**VALUES, "facts": {"systems[h200].rack_kw": "*3"}})
    with pytest.raises(ValueError, match="another scenario"):
        apply_facts(once, other)


# -- reading both --------------------------------------------------------------------------------


def test_a_scenario_may_be_given_as_file_values_or_itself(small: Callable[..., Path]) -> None:
    path = small()
    from_file, region = read(path, shipped())
    from_text, _ = read(str(path), region)
    itself, _ = read(from_file, region)
    assert from_file == from_text == itself
    assert read(VALUES, region)[0] == Scenario(**VALUES)


def test_names_and_facts_are_refused_together() -> None:
    wrong = {**VALUES, "facts": {"systems[h2000].rack_kw": 5}, "policies": {"pue_max": {"XX": 1.2}}}
    with pytest.raises(InputError) as refusal:
        read(wrong, shipped())
    assert [problem.place for problem in refusal.value.problems] == [
        "policies.pue_max.XX",
        "facts.systems[h2000].rack_kw",
    ]


def test_the_template_is_a_scenario_that_mentions_every_key() -> None:
    path = catalogue.data_folder() / "scenario-template.yaml"
    scenario, _ = read(path, shipped())
    text = path.read_text(encoding="utf-8")
    for name in Scenario.model_fields:
        assert f"{name}:" in text, name
    for section in ("scale", "demand", "policies", "budget", "money", "solve"):
        for key in Scenario.model_fields[section].annotation.model_fields:  # type: ignore[union-attr]
            assert f"{key}:" in text, f"{section}.{key}"
    assert scenario.region == "kr-jp"


def test_the_template_is_right_in_what_it_leaves_commented_out() -> None:
    """Each commented rule, uncommented, is still a valid scenario."""
    path = catalogue.data_folder() / "scenario-template.yaml"
    rule = re.compile(r'^( *)# ( *(?:- {|[A-Za-z_]+:|"[^"]+":))')
    lines = path.read_text(encoding="utf-8").splitlines()
    rules = [rule.sub(r"\1\2", line) for line in lines]
    assert sum(old != new for old, new in zip(lines, rules, strict=True)) > 30
    data, origin = load("\n".join(rules), "template")
    scenario, _ = read(scenario_from(data, origin), shipped())
    assert scenario.demand.floors
    assert scenario.facts


@pytest.mark.parametrize(
    "path", sorted((Path(__file__).parents[2] / "examples").glob("*.yaml")), ids=lambda p: p.stem
)
def test_examples_are_scenarios(path: Path) -> None:
    if "study" not in path.stem:
        read(path, shipped())


# -- problems in words ---------------------------------------------------------------------------


def test_a_problem_in_one_line() -> None:
    problem = Problem("f.csv", "row 3, column x", "is odd", 3, "even numbers", "4")
    said = "f.csv, row 3, column x: is odd, found 3; allowed: even numbers; did you mean '4'?"
    assert str(problem) == said
    assert str(InputError(problem)) == said


def test_long_values_are_cut() -> None:
    assert len(str(Problem("f", "", "is odd", "x" * 1000))) < 120


def test_nearest_is_silent_where_nothing_is_near() -> None:
    assert nearest("h2000", ["h200", "b300"]) == "h200"
    assert nearest("batch", ["chat", "batch-documents"]) == "batch-documents"
    assert nearest("H200", ["h200"]) == "h200"
    assert nearest("zebra", ["h200", "b300"]) == ""


def test_an_option_is_named_before_the_file() -> None:
    origin = Origin("f.yaml", {("a",): 1}, {("a", "b"): "--set a.b=1"})
    assert origin.problem(("a", "b"), "is odd").file == "--set a.b=1"
    assert origin.problem(("a",), "is odd").place == "line 1, a"
