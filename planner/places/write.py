"""Sites and their markets as files: CSV for a spreadsheet, GeoPackage for a map."""

from pathlib import Path
from typing import Any

import pandas as pd
import pyogrio

STAMP = "2000-01-01T00:00:00.000Z"
"""A GeoPackage states when it was made; a fixed time keeps equal content equal in bytes."""


def write(sites: Any, markets: pd.DataFrame, folder: Path) -> tuple[Path, Path, Path]:
    """Write `sites.csv`, `site_markets.csv` and `sites.gpkg`; equal input gives equal bytes.

    Parameters
    ----------
    sites
        GeoDataFrame as given by `candidate_sites`.
    markets
        DataFrame as given by `site_markets`.
    folder
        Made if it is not there.

    Returns
    -------
    The three paths.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = folder / "sites.csv", folder / "site_markets.csv", folder / "sites.gpkg"
    plain(sites).to_csv(paths[0], index=False, lineterminator="\n")
    plain(markets).to_csv(paths[1], index=False, lineterminator="\n")
    write_map(sites, paths[2])
    return paths


def write_map(sites: Any, path: Path) -> Path:
    """Write a GeoDataFrame of sites as a GeoPackage, in place of an earlier one."""
    path.unlink(missing_ok=True)
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": STAMP})
    sites.to_file(path, layer="sites", driver="GPKG")
    return path


def plain(frame: pd.DataFrame) -> pd.DataFrame:
    """The table without geometry, whole numbers written without a point."""
    frame = pd.DataFrame(frame.drop(columns="geometry", errors="ignore"))
    return frame.apply(_whole)


def _whole(values: pd.Series) -> pd.Series:
    if not pd.api.types.is_float_dtype(values) or (values.dropna() % 1 != 0).any():
        return values
    return values.astype("Int64")
