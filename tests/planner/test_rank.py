"""The ranking: every candidate once, those built at first, each with a loss or a reason."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from rich.console import Console

from models.columns import unit_of
from planner.errors import Infeasible
from planner.rank import COLUMNS, Ranking, rank
from planner.reading import read

FEW = "filters: {countries: [KR], sites: {include: ['geumsan-*', 'wonju-*', 'yeosu-*']}}\n"
IN, OUT = "loss_if_forced_tokens_per_s_per_mw", "loss_if_excluded_tokens_per_s_per_mw"


@pytest.fixture(scope="module")
def ranking(tmp_path_factory: pytest.TempPathFactory) -> Ranking:
    path = tmp_path_factory.mktemp("rank") / "small.yaml"
    path.write_text(
        "name: small\nperiods: [2027, 2028]\nscale: {facility_mw_min: {2027: 20}}\n"
        "demand:\n  mix: {chat: 1.0}\n" + FEW
    )
    return rank(path, exact=2)


def test_every_candidate_of_the_region_is_ranked_once(ranking: Ranking) -> None:
    table = ranking.table
    _, region = read("examples/korea-japan-2027-2029.yaml")
    assert sorted(table["site_id"]) == sorted(region.tables["sites"]["site_id"])
    assert list(table["rank"]) == list(range(1, len(table) + 1))
    assert ranking.within_gap


def test_sites_built_at_come_first_then_by_loss(ranking: Ranking) -> None:
    table = ranking.table
    chosen = int(table["chosen"].sum())
    assert chosen >= 1
    assert (table["chosen"].head(chosen) == 1).all()
    others = table.loc[(table["chosen"] == 0) & table["loss_basis"].isin(["bound", "exact"])]
    assert others[IN].is_monotonic_increasing
    assert others[OUT].isna().all()
    assert table.loc[table["chosen"] == 1, IN].isna().all()
    # solved again: the chosen and the next two; a bound may then stand before an exact loss
    assert (table["loss_basis"] == "exact").sum() == chosen + 2
    assert (table["loss_basis"].head(chosen) == "exact").all()
    # the floor is 20 MW in 2027; what stands then still stands in 2028
    assert table["facility_mw"].sum() >= 20.0 - 1e-6


def test_a_site_that_is_not_used_says_why(ranking: Ranking) -> None:
    table = ranking.table.set_index("site_id")
    assert table.loc["yokkaichi", "binding"] == "left out by the scenario's filters"
    worse = table[(table["chosen"] == 0) & (table[IN] > 0)]
    assert len(worse)
    assert worse["binding"].str.contains("meters|no power before").all()


def test_columns_are_declared_and_named_by_unit(ranking: Ranking) -> None:
    kinds = {column.name: column.kind for column in COLUMNS}
    assert set(ranking.table.columns) <= set(kinds)
    for name in ranking.table.columns:
        if kinds[name] == "number":
            assert unit_of(name), name


def test_it_is_written_and_shown(ranking: Ranking, tmp_path: Path) -> None:
    folder = ranking.write(tmp_path / "out")
    again = pd.read_csv(folder / "ranking.csv")
    assert list(again["site_id"]) == list(ranking.table["site_id"])
    ranking.write(folder)  # an earlier ranking is replaced
    document = json.loads(json.dumps(ranking.document()))
    assert document["sites"][0]["rank"] == 1
    console = Console(width=100, record=True, file=io.StringIO())
    console.print(ranking.summary())
    assert ranking.table["site_id"].iloc[0] in console.export_text()


def test_an_infeasible_scenario_is_explained(small: Callable[..., Path]) -> None:
    with pytest.raises(Infeasible, match="20 MW asked for in 2027"):
        rank(small(FEW + "policies: {first_year: {KR: 2028}}\n"))
