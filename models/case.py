"""A case: every set and coefficient the model reads, by name. Nothing here computes."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd


@dataclass(frozen=True)
class Case:
    """Frozen sets and coefficients of one decision.

    `sets` holds tuples of labels or of index tuples (SITE, PERIOD, SITE_DESIGN, ...).
    `values` holds coefficients by name, each a mapping from label or index tuple to a number;
    a key that is absent means that the rule it would limit does not exist.
    `tables` holds the tables of facts the coefficients were made from, for results and checks.
    `whole_racks` asks for whole numbers of racks, which only the placement needs.
    """

    sets: Mapping[str, tuple]
    values: Mapping[str, Mapping[Any, Any]]
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    whole_racks: bool = False

    def __getitem__(self, name: str) -> Mapping[Any, Any]:
        """The coefficient of that name; empty where the scenario states none."""
        return self.values.get(name, {})

    def having(self, **changes: Any) -> "Case":
        """The case with some fields replaced."""
        return replace(self, **changes)
