"""The shipped measurements with their catalogues, and the frozen splits."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from planner.catalogue import data_folder
from planner.throughput.rows import Prepared, prepare
from planner.throughput.schema import read_measurements, resolved


@dataclass(frozen=True)
class Catalogue:
    """LLMs and chips that rows may name, and the coefficients."""

    llms: pd.DataFrame
    chips: pd.DataFrame
    coefficients: pd.DataFrame

    def prepare(self, rows: pd.DataFrame) -> Prepared:
        """Arrays for rows."""
        return prepare(rows, self.llms, self.chips)

    def resolve(self, frame: pd.DataFrame, file: str = "") -> pd.DataFrame:
        """Rows with the names of this catalogue."""
        return resolved(frame, self.llms["llm_id"], self.chips["accelerator"], file)


def shipped_folder() -> Path:
    """Where measurements, splits and the spread of the fit ship."""
    return data_folder() / "throughput"


def catalogue(folder: Path | None = None, extra_llms: pd.DataFrame | None = None) -> Catalogue:
    """The shipped catalogue, chips of rack systems first; `extra_llms` come before the shipped."""
    folder = folder or data_folder() / "kr-jp"
    measured = shipped_folder()
    llms = pd.read_csv(folder / "llms.csv")
    if extra_llms is not None:
        mine = extra_llms.astype(object)
        llms = pd.concat([mine, llms.astype(object)], ignore_index=True)
        llms = llms.drop_duplicates("llm_id")
    chips = pd.concat(
        [pd.read_csv(folder / "systems.csv"), pd.read_csv(measured / "measured_chips.csv")],
        ignore_index=True,
    ).drop_duplicates("accelerator", ignore_index=True)
    coefficients = pd.read_csv(folder / "throughput_coefficients.csv")
    fitted = pd.read_csv(measured / "throughput_fit.csv")
    priors = fitted[fitted["statistic"] == "prior"].set_index("coefficient")["value"]
    coefficients["prior"] = coefficients["coefficient"].map(priors)
    return Catalogue(llms.reset_index(drop=True), chips, coefficients)


def shipped_measurements(cleaned: bool = True) -> pd.DataFrame:
    """The shipped rows, without those that a rule leaves out unless asked for.

    Rows of disaggregated runs are kept apart by `mode`.
    """
    rows = catalogue().resolve(read_measurements(shipped_folder() / "measurements.csv"))
    if cleaned:
        rows = rows[rows["left_out"] == ""]
    return rows.reset_index(drop=True)


def splits() -> pd.DataFrame:
    """The frozen splits: which values of which column are held out together."""
    return pd.read_csv(shipped_folder() / "throughput_splits.csv")


def held_out(rows: pd.DataFrame, split: str) -> list[tuple[str, np.ndarray]]:
    """Groups of a split, each with the rows it holds out (true where held out)."""
    table = splits()
    mine = table[table["split_id"] == split]
    groups = []
    for group, part in mine.groupby("group_id", sort=True):
        column = part["column"].iloc[0]
        where = rows[column].isin(part["member"]).to_numpy()
        if where.any() and not where.all():
            groups.append((str(group), where))
    return groups
