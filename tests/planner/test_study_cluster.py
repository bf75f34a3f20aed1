"""A study on a Dask cluster: a worker killed in the middle takes no run with it."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from planner.errors import InputError
from planner.study import study
from planner.study.progress import Runs
from planner.verify import verify
from tests.planner.test_study import SCENARIO, TOTAL
from tests.processes import kill, two_dask_workers
from tests.region import shipped

pytest.importorskip("distributed")
pytestmark = pytest.mark.filterwarnings("ignore")  # those of Dask and its own dependencies


@pytest.fixture
def stated(tmp_path: Path) -> Path:
    (tmp_path / "one-site.yaml").write_text(SCENARIO)
    path = tmp_path / "study.yaml"
    path.write_text(
        "name: x\nscenario: one-site.yaml\ndesign: grid\n"
        f"over: {{{TOTAL}: [5000, 6000, 7000, 1]}}\n"
    )
    return path


def test_a_worker_killed_in_the_middle(stated: Path, tmp_path: Path) -> None:
    with two_dask_workers() as (address, workers):

        class Killer(Runs):
            ends: list[str] = []  # noqa: RUF012

            def ended(self, record: dict[str, Any]) -> None:
                if not self.ends:
                    assert kill(workers[:1])
                self.ends.append(record["status"])

        killer = Killer()
        found = study(stated, tmp_path / "out", region=shipped(), workers=address, progress=killer)
        assert sorted(killer.ends) == ["infeasible", "optimal", "optimal", "optimal"]
        assert found.counts == {"optimal": 3, "infeasible": 1}
        again = study(stated, tmp_path / "out", region=shipped(), workers=address, resume=True)
        assert again.counts == found.counts
    for folder in pd.read_csv(tmp_path / "out" / "runs.csv")["folder"]:
        assert verify(tmp_path / "out" / folder) == []


def test_no_scheduler_is_bad_input(stated: Path, tmp_path: Path) -> None:
    for address in ("nowhere://x", "nowhere"):
        with pytest.raises(InputError, match="--dask"):
            study(stated, tmp_path / "out", region=shipped(), workers=address)
    assert not (tmp_path / "out").exists()
