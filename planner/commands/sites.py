"""`planner sites`: compute the candidate sites of a region and write them."""

from pathlib import Path


def sites(region: str | Path, out: Path) -> tuple[Path, Path, Path]:
    """Compute the candidate sites of a region, with their markets, and write them.

    Parameters
    ----------
    region
        Name of a shipped region, e.g. `kr-jp`, or a Path to a folder with the same files.
    out
        Folder for `sites.csv`, `site_markets.csv` and `sites.gpkg`.

    Returns
    -------
    The three paths.

    Raises
    ------
    InputError
        If a layer is missing or wrong.
    """
    from planner.places import candidate_sites, read_layers, site_markets, write

    layers = read_layers(region)
    found = candidate_sites(layers)
    return write(found, site_markets(found, layers), out)
