"""Rules of law from the scenario to files: a plan that keeps them all, and plans that do not."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from planner.coefficients.law import law_values, tpp
from planner.planning import Plan, plan
from planner.reading import read
from planner.verify import answer, law, verify
from planner.verify.run import Run
from tests.region import context, shipped
from tests.runs import held_against, read_back, tightened, with_table

STATED: dict[str, Any] = {
    "name": "every-law",
    "periods": [2028, 2030],
    "scale": {"facility_mw_min": {2028: 30, 2030: 60}},
    "scale_by_country": {"JP": {"facility_mw_min": {2030: 15}}},
    "demand": {"mix": {"chat": 0.6, "public-sector-kr": 0.2, "public-sector-jp": 0.2}},
    "filters": {
        "sites": {"include": ["ulsan-mipo", "gumi-154kv-1", "ishikari-bay"]},
        "systems": {"include": ["vr-nvl72-maxq", "rebel-quad", "gb300-nvl72", "tpu-v7"]},
        "power_states": {"include": ["p100"]},
    },
    "operators": {
        "hanguk": {"home_country": "KR", "certifications": ["csap-mid"]},
        "gaisha": {"home_country": "JP", "certifications": ["ismap"], "share_max": 0.8},
        "cloud": {"home_country": "US", "certifications": ["csap-low", "ismap"]},
    },
    "policies": {
        "in_country_share_of": {"KR": {"public": 1.0, "chat": 0.5}},
        "domestic_accelerator_share": {"KR": {"by_year": {2030: 0.05}, "basis": "tokens"}},
        "tiers": {
            "KR": {
                "public": {
                    "certification": "csap-mid",
                    "domestic_control": True,
                    "dedicated_halls": True,
                    "systems_exclude": ["tpu-*"],
                }
            },
            "JP": {"public": {"certification": "ismap"}},
        },
        "foreign_operated_max": {"KR": 0.49},
        "import_tpp_max": {"KR": {"US": {2030: 5e9}}},
        "hbm_origin_share_min": {"KR": 0.7},
        "licence_loss": {"KR": {"maker": "US", "share": 0.1, "from_year": 2030}},
        "late_delivery": {"KR": {"generations": 1, "share": 0.1}},
        "permit_pass_min": 0.5,
        "pue_max": {"JP": 1.3},
        "pue_scope": {"JP": {"opened_from": 2028, "above_mwh_per_year": 16000}},
    },
    "solve": {"gap_frac": 0.02, "threads": 1},
}


@pytest.fixture(scope="module")
def solved() -> Plan:
    return plan(STATED, region=shipped(), worth=False)


@pytest.fixture(scope="module")
def folder(solved: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return solved.write(tmp_path_factory.mktemp("law"))


@pytest.fixture(scope="module")
def run(folder: Path) -> Run:
    return read_back(folder)


def test_the_plan_is_accepted_and_states_every_rule(solved: Plan, folder: Path) -> None:
    assert solved.status == "optimal"
    assert verify(folder) == []
    assert set(solved.tables["policies"]["rule"]) >= {*TIGHTER, *UNNUMBERED} - {"permit_gate"}
    operators = solved.tables["operators"]
    assert set(operators["site_id"]) == set(solved.tables["power"]["site_id"])
    assert solved.tables["tier_halls"]["sovereignty_class"].unique().tolist() == ["public"]


def test_files_of_law_are_not_written_unasked() -> None:
    from planner.results.columns import WHEN_STATED

    assert {"operators", "tier_halls"} <= set(WHEN_STATED)
    values = law_values(context())
    assert {name for name, value in values.items() if value} <= {
        "hbm_vendor_country", "tpp_mega", "generation"
    }  # fmt: skip


TIGHTER: dict[str, tuple[str, Any, str]] = {
    "in_country_share_of": ("policies.in_country_share_of.KR.chat", 0.999, "at least 0.999"),
    "domestic_accelerators_by_year": (
        "policies.domestic_accelerator_share.KR.by_year.2030", 0.99, "at least 0.99",
    ),
    "operator_share": ("operators.hanguk.share_max", 0.01, "share of IT MW, must be at most 0.01"),
    "foreign_operated": ("operators.hanguk.foreign_equity_frac", 0.5, "must be at most 0.49"),
    "import_tpp": ("policies.import_tpp_max.KR.US.2030", 1e6, "TPP, must be at most 1000000"),
    "hbm_origin": ("facts.hbm_vendors[*].country", "US", "share of HBM, must be at least 0.7"),
    "licence_loss": (
        "facts.parameters[*/availability_frac].value", 0.01, "share of peak, must be at least",
    ),
    "late_delivery": ("policies.late_delivery.KR.generations", 4, "share of peak, must be at le"),
    "permit_gate": ("facts.permit_regions[KR-DEZ].pass_frac", 0.1, "MW, must be at most 10"),
    "pue_ceiling": ("policies.pue_max.JP", 1.01, "PUE, must be at most 1.01"),
}  # fmt: skip
UNNUMBERED = ("tier_operator", "barred_systems", "dedicated_halls", "other_halls")


@pytest.mark.parametrize("rule", TIGHTER)
def test_a_plan_that_breaks_a_rule_is_refused(rule: str, run: Run) -> None:
    dotted, value, words = TIGHTER[rule]
    found = answer.rules(tightened(run, dotted, value))
    assert [m for m in found if rule.replace("_", " ") in m and words in m], found[:20]


def spoiled(run: Run, name: str, change: Callable[[pd.DataFrame], pd.DataFrame]) -> Run:
    return with_table(run, name, change(run.tables[name].copy()))


def other_operator(rows: pd.DataFrame) -> pd.DataFrame:
    korean = rows["operator"] == "hanguk"
    return rows.assign(
        operator=rows["operator"].mask(korean, "cloud"),
        home_country=rows["home_country"].mask(korean, "US"),
    )


def test_a_tier_served_by_who_may_not_is_refused(run: Run) -> None:
    found = answer.rules(spoiled(run, "operators", other_operator))
    assert [m for m in found if "tier operator (public data of KR" in m]
    assert [m for m in found if "foreign operated (KR" in m]


def test_barred_chips_at_work_are_refused(run: Run) -> None:
    kind = run.tables["fleet"].query("workload_id == 'public-sector-kr'")["system_id"].iloc[0]
    data = run.context.scenario.model_dump(exclude_none=True)
    data["policies"]["tiers"]["KR"]["public"]["systems_exclude"] = [kind]
    assert [
        m for m in answer.rules(held_against(run, data)) if "barred systems (public work in KR" in m
    ]


def test_a_hall_taken_from_its_tier_is_refused(run: Run) -> None:
    none = spoiled(run, "tier_halls", lambda rows: rows.iloc[:0])
    assert [m for m in answer.rules(none) if "dedicated halls (public work at" in m]
    every = spoiled(
        run,
        "tier_halls",
        lambda rows: rows.assign(
            hall_mw=rows["hall_mw"] * 50, halls_count=rows["halls_count"] * 50
        ),
    )
    assert [m for m in answer.rules(every) if "other halls (other work at" in m]
    assert [m for m in law.tier_halls(every) if "more than the halls that stand" in m]


def messages(run: Run) -> Iterator[str]:
    for check in law.CHECKS:
        yield from check(run)


@pytest.mark.parametrize(
    ("table", "column", "value", "words"),
    [
        ("operators", "operator", "nobody", "no operator to choose"),
        ("operators", "home_country", "FR", "has another home"),
        ("operators", "it_mw", 1e3, "but halls.csv gives"),
        ("tier_halls", "sovereignty_class", "open", "asks for no such halls"),
        ("tier_halls", "cooling_class", "ice", "is not of that class"),
        ("tier_halls", "hall_mw", 1e3, "but the number of halls gives"),
    ],
)
def test_a_spoiled_cell_is_refused(
    table: str, column: str, value: Any, words: str, run: Run
) -> None:
    def change(rows: pd.DataFrame) -> pd.DataFrame:
        first = rows.index == rows.index[0]
        return rows.assign(**{column: rows[column].mask(first, value)})

    assert [m for m in messages(spoiled(run, table, change)) if words in m]


def test_a_site_that_nobody_runs_is_refused(run: Run) -> None:
    fewer = spoiled(run, "operators", lambda rows: rows.iloc[1:])
    assert [m for m in messages(fewer) if "operators.csv has no row for it" in m]


def test_the_example_of_the_docs_is_a_scenario() -> None:
    text = (Path(__file__).parents[2] / "docs" / "law.md").read_text("utf-8")
    example = yaml.safe_load(text.split("```yaml\n")[1].split("```")[0])
    scenario, _ = read(example, shipped())
    assert set(scenario.operators) == {"hanguk", "gaisha", "cloud-us"}


# -- coefficients ---------------------------------------------------------------------------------


def test_performance_counts_the_bits_of_each_format() -> None:
    # H100 SXM: 1979 TFLOP/s of 8 bits are 15 832, a little more than 989 of 16; VR200: 34 700 of 4
    systems = shipped().tables["systems"].set_index("system_id")
    found = tpp(systems)
    assert found["h100"] == pytest.approx(1979 * 8)
    assert found["vr-nvl72-maxq"] == pytest.approx(34700 * 4)


def test_who_is_domestic_and_who_may_serve() -> None:
    values = law_values(
        context(
            operators={
                "own": {"home_country": "KR", "certifications": ["high"]},
                "sold": {"home_country": "KR", "foreign_equity_frac": 0.6,
                         "certifications": ["high"]},
                "far": {"home_country": "US"},
            },
            policies={"tiers": {"KR": {"public": {"certification": "high"},
                                       "private": {"domestic_control": True}}}},
        )
    )  # fmt: skip
    assert values["tier_operators"] == {
        ("KR", "public"): ["own", "sold"],
        ("KR", "private"): ["own"],
    }
    assert ("own", "KR") in values["operator_domestic"]
    assert ("sold", "KR") not in values["operator_domestic"]
    assert values["operator_foreign_frac"]["sold", "KR"] == 0.6
    assert values["operator_foreign_frac"]["own", "JP"] == 1.0


def test_the_law_begins_after_the_last_period_before_its_year() -> None:
    policies = {"pue_max": {"JP": 1.3}, "pue_scope": {"JP": {"opened_from": 2029}}}
    values = law_values(context(policies=policies))
    assert set(values["pue_opened_before"].values()) == {2028}


def test_permits_that_seldom_pass_are_not_counted_on() -> None:
    values = law_values(context(policies={"permit_pass_min": 0.5}))["permit_free_mw"]
    regions = shipped().tables["sites"].set_index("site_id")["permit_region"]
    assert set(values.values()) == {5.0, 10.0}
    assert {regions[s] for s in values} == {"KR-SEOUL", "KR-GYEONGGI", "KR-INCHEON", "KR-JEONBUK"}


# -- names ----------------------------------------------------------------------------------------

WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "class": (
        {"policies": {"in_country_share_of": {"KR": {"publik": 1.0}}}},
        "is no class of data, and no workload of the plan",
    ),
    "certification": (
        {"policies": {"tiers": {"KR": {"public": {"certification": "csap-hihg"}}}},
         "operators": {"x": {"home_country": "KR", "certifications": ["csap-high"]}}},
        "did you mean 'csap-high'",
    ),
    "no operators": (
        {"policies": {"foreign_operated_max": {"KR": 0.5}}}, "the scenario names no operators",
    ),
    "control": (
        {"policies": {"tiers": {"KR": {"public": {"domestic_control": True}}}}},
        "domestic_control: asks who runs a site",
    ),
    "systems": (
        {"policies": {"tiers": {"KR": {"public": {"systems_exclude": ["tpu-v9"]}}}}},
        "matches no rack system",
    ),
    "maker": (
        {"policies": {"licence_loss": {"KR": {"maker": "UK"}}}}, "no country that makes a rack",
    ),
    "importer": ({"policies": {"import_tpp_max": {"K": {"US": {2028: 1.0}}}}}, "unknown country"),
    "year": (
        {"policies": {"import_tpp_max": {"KR": {"US": {2035: 1.0}}}}}, "is no period of the plan",
    ),
    "memory": ({"policies": {"hbm_origin_share_min": {"JP": 0.5}}}, "country of a memory maker"),
    "scope": ({"policies": {"pue_scope": {"JP": {"opened_from": 2029}}}}, "none is stated"),
    "subsidy": (
        {"money": {"subsidies": ["jp-cloud-programme"],
                   "conditions_met": ["domestic_operator", "certified_supply_plan"]},
         "operators": {"x": {"home_country": "JP", "foreign_equity_frac": 0.9}}},
        "is for domestic operators, and none of the operators is one",
    ),
    "by year": (
        {"policies": {"domestic_accelerator_share": {"KR": {"share": 1.0, "by_year": {2028: 1.0}}}}
         },
        "state either 'share' or 'by_year'",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_name_is_refused_in_words(name: str) -> None:
    from planner.errors import InputError

    choices, words = WRONG[name]
    with pytest.raises(InputError) as error:
        context(**choices)
    assert words in str(error.value)
