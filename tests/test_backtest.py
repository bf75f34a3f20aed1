"""The announced projects planned again: the script runs, and its page is the one in the docs."""

import re
import runpy
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "examples" / "backtest"


@pytest.fixture(scope="module")
def script() -> dict[str, Any]:
    return runpy.run_path(str(FOLDER / "backtest.py"))


def test_ten_projects_and_more_have_their_facts_and_their_sources() -> None:
    rows = pd.read_csv(FOLDER / "announced.csv")
    assert len(rows) >= 10
    assert rows["project_id"].is_unique
    needed = ["site_id", "facility_mw", "energised_year", "source", "year", "licence", "confidence"]
    assert rows[needed].notna().all(axis=None)
    priced = rows["capex_local"].notna()
    assert rows.loc[priced, ["currency", "capex_covers"]].notna().all(axis=None)


def test_a_project_in_time_and_one_before_its_time(script: dict[str, Any], tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    script["main"](["haenam-national", "sakai-kddi"], page)
    text = page.read_text(encoding="utf-8")
    rows = [line.split("|") for line in text.splitlines() if line.startswith("| ")][1:]
    assert len(rows) == 2
    haenam, sakai = rows
    # 40 MW is the first step of a 154 kV connection, one year after the decision of 2026
    assert haenam[3].strip() == "40"
    # the first step in Osaka comes four years after 2025; granted, racks of 72 GPUs at 134.6 kW
    # that serve at 0.8 to 1 of it, at a PUE of 1.05 to 1.3, are 411 to 637 GPUs per MW
    assert sakai[3].strip() == "0; all from 2029"
    assert 411 < float(sakai[4].split("/")[1]) < 637


def numbers(page: Path) -> tuple[str, list[float]]:
    """The words of a page, and its numbers in order."""
    text = page.read_text(encoding="utf-8")
    pattern = r"\d+(?:\.\d+)?"
    return re.sub(pattern, "#", text), [float(found) for found in re.findall(pattern, text)]


@pytest.mark.slow
def test_the_page_in_the_docs_is_what_the_script_writes(
    script: dict[str, Any], tmp_path: Path
) -> None:
    page = tmp_path / "page.md"
    script["main"](None, page)
    words, found = numbers(page)
    shipped_words, shipped = numbers(ROOT / "docs" / "backtest.md")
    assert words == shipped_words
    # plans within the gap of 0.5 % in tokens may differ by more in money
    assert found == pytest.approx(shipped, rel=0.1, abs=0.02)
