"""The sizes measured by default, and an instance by its name."""

from typing import Any

import pytest

SITES = ("50x6x16", "100x6x16", "200x6x16", "400x6x16", "600x6x16", "2000x6x16")
PERIODS = ("100x1x10", "100x3x10", "100x10x10")
SYSTEMS = ("100x4x8", "100x4x10", "100x4x16")
EXAMPLES = ("korea-100mw-2027", "korea-japan-2027-2029", "sovereign-gigawatt")
WITH_PEERS = ("100x4x10", "600x6x16")


def instance(name: str) -> dict[str, Any]:
    """`600x6x16` or the name of an example, as the child processes take it."""
    if name in EXAMPLES:
        return {"example": name}
    sites, periods, systems = (int(part) for part in name.split("x"))
    return {"sites": sites, "periods": periods, "systems": systems}


def over(metafunc: pytest.Metafunc, usual: tuple[str, ...]) -> None:
    """Run a benchmark for every size asked for, or the usual ones."""
    if "size" in metafunc.fixturenames:
        metafunc.parametrize("size", metafunc.config.getoption("--size") or usual)
