"""Results of the heavy parts of a case, taken again where nothing that they read has changed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from planner.coefficients.context import Context


class _Read(dict[str, pd.DataFrame]):
    """Tables that remember which of them were asked for."""

    def __init__(self, tables: Mapping[str, pd.DataFrame]) -> None:
        super().__init__(tables)
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> pd.DataFrame:
        self.names.add(name)
        return super().__getitem__(name)


@dataclass(frozen=True)
class _Result:
    tables: Mapping[str, pd.DataFrame]
    said: dict[str, Any]
    given: tuple[Any, ...]
    result: Any


class Known:
    """What functions of a context gave when they were first called; never to be changed.

    A result is taken again where the scenario says the same but for its facts, and the tables that
    the function read are the same.
    """

    def __init__(self) -> None:
        self._results: dict[Callable[..., Any], _Result] = {}

    def of(self, function: Callable[..., Any], context: Context, *given: Any) -> Any:
        """`function(context, *given)`."""
        tables, said = context.region.tables, context.scenario.model_dump(exclude={"facts"})
        known = self._results.get(function)
        if known is not None and _holds(known, tables, said, given):
            return known.result
        read = _Read(tables)
        region = replace(context.region, tables=read)
        result = function(Context(region, context.scenario), *given)
        found = {name: tables[name] for name in read.names}
        self._results.setdefault(function, _Result(found, said, given, result))
        return result


def _holds(
    known: _Result, tables: Mapping[str, pd.DataFrame], said: dict[str, Any], given: tuple[Any, ...]
) -> bool:
    same_given = all(mine is other for mine, other in zip(known.given, given, strict=True))
    return (
        same_given
        and known.said == said
        and all(
            tables[name] is table or tables[name].equals(table)
            for name, table in known.tables.items()
        )
    )
