"""A solved model read back: variables as tables, ledgers as amounts with their place."""

from typing import Any

import numpy as np
import pandas as pd

from models.ledger import first_variable
from models.rows import Amounts


def table(variable: Any, *names: str) -> pd.DataFrame:
    """Index parts of a variable or expression under `names`, its value under `value`."""
    return pd.DataFrame(list(variable), columns=list(names)).assign(value=_values(variable))


def _values(variable: Any) -> np.ndarray:
    """The value at each index; named sums are added up as arrays."""
    if not isinstance(variable, Amounts):
        return np.array([one() for one in variable.values()], dtype=float)
    values = np.zeros(len(variable))
    for part in variable.sums.parts:
        amounts = part.number * _values(part.var)[part.place]
        values += np.bincount(part.row, amounts, len(values))
    return values


def amounts(ledger: Any, name: str) -> list[tuple[Any, str, tuple, float]]:
    """Terms of a ledger: index, source, index of the first variable in the term, amount.

    Where every group is one site, a variable's index tells at which site the term arises.
    """
    found = []
    for index, source, term in ledger.entries(name):
        amount = float(term() if callable(term) else term)
        variable = first_variable(term) if amount else None
        found.append((index, source, () if variable is None else variable.index(), amount))
    return found
