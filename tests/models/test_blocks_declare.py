"""What blocks say they read exists, with the same unit, and what they promise is written."""

import pytest

from models.build import BLOCKS
from models.columns import unit_of
from planner import catalogue
from planner.tables import read_region


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.__name__.rsplit(".")[-1])
def test_facts_a_block_rests_on_exist(block: object) -> None:
    parameters = set(read_region("kr-jp", only=["parameters"]).tables["parameters"]["parameter"])
    for column in block.COLUMNS:  # type: ignore[attr-defined]
        if column.table == "parameters":
            assert column.name in parameters
        else:
            declared = {c.name: c for c in catalogue.columns()[column.table]}
            assert column.name in declared
            assert column.kind == declared[column.name].kind
        if column.kind in ("number", "whole"):
            assert unit_of(column.name), f"{column.name} has no unit"


def test_every_block_explains_itself() -> None:
    for block in BLOCKS:
        text = (block.__doc__ or "").splitlines()
        assert len(text) >= 4, f"{block.__name__}: say the rule in words and as algebra"
        assert block.OUTCOMES
