"""The backtest runs: two announced projects by the ordinary tests, all of them under `slow`."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from tests.region import shipped

SCRIPT = Path(__file__).resolve().parents[1] / "examples" / "backtest" / "backtest.py"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("backtest", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_two_projects(script: ModuleType) -> None:
    near, late = script.run(["haenam-nacc", "kddi-sakai"], shipped())
    # 40 MW beside Solaseado, where a first step of 40 MW takes a year: no miss of the grid
    assert near["site"] == "haenam-solaseado"
    assert near["as_announced"]
    assert near["grid_year"] <= near["year"] == 2028
    # 15,000 GPUs announced; racks of 2026 to 2028 draw 1.3 to 3.3 kW of IT a chip
    assert 40e3 / 3.3 < near["chips"] < 40e3 / 1.3
    assert 0 < near["capex"]["building"] < near["capex"]["all"]
    # a factory had its connection already; ours starts from nothing, and Osaka waits two years more
    assert not late["as_announced"]
    assert late["grid_year"] > late["year"]
    text = script.table([near, late])
    assert text.count("\n") == 4
    assert "| 2026 no |" in text


def test_the_table_stands_between_its_marks(
    script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(script, "run", lambda ids: [])
    path = tmp_path / "page.md"
    path.write_text(f"before\n{script.BEGIN}old\n{script.END}after\n", encoding="utf-8")
    script.main([str(path)])
    text = path.read_text("utf-8")
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "old" not in text


def test_every_project_is_an_announcement_with_its_load_and_year(script: ModuleType) -> None:
    rows = shipped().tables["announcements"].set_index("announcement_id")
    assert len(script.PROJECTS) >= 10
    for name, (load, year) in script.PROJECTS.items():
        assert rows.at[name, load] > 0
        assert rows.at[name, year] >= rows.at[name, "announced_year"]


@pytest.mark.slow
def test_all_projects(script: ModuleType) -> None:
    found = script.run([], shipped())
    assert len(found) == len(script.PROJECTS)
    assert any(r["as_announced"] for r in found)
    assert any(not r["as_announced"] for r in found)
