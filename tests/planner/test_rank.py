"""The ranking: every candidate once, those built at first, each with a loss or a reason."""

import io
import json
import os
import threading
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
import yaml
from pandas.testing import assert_frame_equal
from rich.console import Console

from models.columns import unit_of
from planner import exact_losses
from planner.coefficients.case import make_case
from planner.errors import Infeasible
from planner.losses import losses
from planner.planning import plan
from planner.rank import COLUMNS, Ranking, _relaxed, rank
from planner.reading import read
from planner.scenario_file import scenario_from
from planner.scenario_yaml import load, read_text
from planner.workers import pool
from tests.processes import kill, two_dask_workers, workers_of

FEW = "filters: {countries: [KR], sites: {include: ['geumsan-*', 'wonju-*', 'yeosu-*']}}\n"
SMALL = f"""\
name: small
periods: [2027, 2028]
scale: {{facility_mw_min: {{2027: 20}}}}
demand: {{mix: {{chat: 1.0}}}}
{FEW}"""
KOREA = Path("examples/korea-100mw-2027.yaml")
CEILING = "ceiling_if_forced_tokens_per_s_per_mw"
IN, OUT = "loss_if_forced_tokens_per_s_per_mw", "loss_if_excluded_tokens_per_s_per_mw"


@pytest.fixture(scope="module")
def ranking(tmp_path_factory: pytest.TempPathFactory) -> Ranking:
    path = tmp_path_factory.mktemp("rank") / "small.yaml"
    path.write_text(SMALL)
    return rank(path, exact=2, workers=1)


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


def test_it_is_the_same_with_any_number_of_workers(
    ranking: Ranking, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(exact_losses, "BEGIN_S", 0.0)  # processes even for so few
    monkeypatch.setattr(exact_losses, "FIRST", 1)
    (tmp_path / "small.yaml").write_text(SMALL)
    begun: list[int] = []
    original = pool.crew
    monkeypatch.setattr(exact_losses, "crew", lambda *about: (begun.append(1), original(*about))[1])
    again = rank(tmp_path / "small.yaml", exact=2, workers=2)
    assert begun
    assert_frame_equal(again.table, ranking.table, rtol=1e-9)


def test_a_worker_that_dies_does_not_lose_the_ranking(
    ranking: Ranking, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(exact_losses, "BEGIN_S", 0.0)
    monkeypatch.setattr(exact_losses, "FIRST", 1)
    (tmp_path / "small.yaml").write_text(SMALL)
    killed: list[int] = []

    def kill_all() -> None:
        while not killed and not over.wait(0.002):
            killed.extend(kill(workers_of(os.getpid())))

    over = threading.Event()
    killing = threading.Thread(target=kill_all)
    killing.start()
    try:
        again = rank(tmp_path / "small.yaml", exact=2, workers=2)
    finally:
        over.set()
        killing.join()
    assert killed
    assert_frame_equal(again.table, ranking.table, rtol=1e-9)


def test_a_ranking_on_a_cluster_is_the_same(ranking: Ranking, tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    (tmp_path / "small.yaml").write_text(SMALL)
    with warnings.catch_warnings(), two_dask_workers() as (address, _):
        warnings.simplefilter("ignore")  # those of Dask and its own dependencies
        again = rank(tmp_path / "small.yaml", exact=2, workers=address)
    assert_frame_equal(again.table, ranking.table, rtol=1e-9)


def test_an_infeasible_scenario_is_explained(small: Callable[..., Path]) -> None:
    with pytest.raises(Infeasible, match="20 MW asked for in 2027"):
        rank(small(FEW + "policies: {first_year: {KR: 2028}}\n"))


def test_a_site_open_for_nothing_hides_no_loss_of_the_others() -> None:
    """Prices at which sites that are not in play seem worth much would bound every loss by 0."""
    values, _ = load(read_text(KOREA), str(KOREA))
    asked = scenario_from(values, overrides=["filters.sites.force=[jindo-154kv-1]"])
    scenario, region = read(asked)
    case = make_case(region, scenario)
    unused = case.having(values={**case.values, "forced_it_mw": {}})
    deadline = time.monotonic() + 60
    found, _ = _relaxed(scenario, region, unused, deadline)
    table = losses(found, set(), deadline)
    assert (table[IN] > 0).mean() > 0.9


def test_no_plan_with_a_forced_site_is_better_than_its_ceiling(ranking: Ranking) -> None:
    """And the site carries what counts as using it, in the ranking as in the plan."""
    table = ranking.table.set_index("site_id")
    worst = table[(table["chosen"] == 0) & (table["forced_it_mw"] > 0)].index[-2:]
    for site in worst:
        asked = yaml.safe_load(SMALL)
        asked["filters"]["sites"]["force"] = [site]
        made = plan(asked)
        assert made.value is not None
        assert made.value <= table.loc[site, CEILING]
        halls = made.tables["halls"].query("site_id == @site and period == 2028")
        assert halls["it_mw"].sum() >= table.loc[site, "forced_it_mw"] - 1e-6
        again = rank(asked).table.set_index("site_id").loc[site]
        assert again["chosen"] == 1
        assert again["it_mw"] >= again["forced_it_mw"] - 1e-6
        assert (again["loss_basis"], again["binding"]) == ("none", "forced by the scenario")
