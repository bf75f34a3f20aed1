"""Options of the benchmarks: which sizes, which peers, and how long a peer may take."""

import faulthandler

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("planner", "sizes and peers of the benchmarks")
    group.addoption("--size", action="append", help="SITESxPERIODSxSYSTEMS, or an example's name")
    group.addoption("--peer-limit", type=float, default=3600.0, help="seconds until a peer stops")
    group.addoption("--repeats", type=int, default=3, help="cold runs, of which the median counts")


@pytest.fixture
def peer_limit_s(request: pytest.FixtureRequest) -> float:
    return float(request.config.getoption("--peer-limit"))


@pytest.fixture
def repeats(request: pytest.FixtureRequest) -> int:
    return int(request.config.getoption("--repeats"))


@pytest.fixture(autouse=True)
def unhurried() -> None:
    """A peer may take an hour, where an ordinary test is ended after ten minutes."""
    faulthandler.cancel_dump_traceback_later()
