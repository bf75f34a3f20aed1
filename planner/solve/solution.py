"""A solved model read back: variables as tables, ledgers as amounts with their place."""

from typing import Any

import pandas as pd

from models.ledger import first_variable


def table(variable: Any, *names: str) -> pd.DataFrame:
    """Index parts of a variable or expression under `names`, its value under `value`."""
    keys = list(variable)
    frame = pd.DataFrame(keys, columns=list(names))
    return frame.assign(value=[float(variable[key]()) for key in keys])


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
