"""Results of the heavy parts of a case, taken again where nothing that they read has changed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

import pandas as pd
from pydantic import BaseModel

from planner.coefficients.context import Context
from planner.scenario import Scenario

Path = tuple[str, ...]


class _Said:
    """A scenario, or a section of it, that notes what of it was asked for, and what it said.

    Of a section that it is there: its kind stands for it until something in it is asked for.
    """

    def __init__(self, model: BaseModel, said: dict[Path, Any], path: Path = ()) -> None:
        self._model, self._said, self._path = model, said, path

    def __getattr__(self, name: str) -> Any:
        value, at = getattr(self._model, name), (*self._path, name)
        if isinstance(value, BaseModel):
            self._said.setdefault(at, type(value))
            return _Said(value, self._said, at)
        kind = type(self._model)
        if name in kind.model_fields or isinstance(getattr(kind, name, None), property):
            self._said[at] = value
        else:  # a method of the section: what it reads is not known
            self._said[self._path] = self._model
        return value


def _says(scenario: Any, path: Path, value: Any) -> bool:
    for name in path:
        scenario = getattr(scenario, name)
    return type(scenario) is value if isinstance(value, type) else scenario == value


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
    countries: tuple[str, ...]
    tables: Mapping[str, pd.DataFrame]
    said: dict[Path, Any]
    given: tuple[Any, ...]
    result: Any


class Known:
    """What functions of a context gave when they were first called; never to be changed.

    A result is taken again where what the function read is the same: of the scenario, and tables.
    Which countries there are is told beforehand: else all that asks for them would read all sites.
    """

    def __init__(self) -> None:
        self._results: dict[Callable[..., Any], _Result] = {}

    def of(self, function: Callable[..., Any], context: Context, *given: Any) -> Any:
        """`function(context, *given)`."""
        known = self._results.get(function)
        if known is not None and _holds(known, context, given):
            return known.result
        tables = context.region.tables
        said: dict[Path, Any] = {}
        read, scenario = _Read(tables), _Said(context.scenario, said)
        region = replace(context.region, tables=read)
        countries = context.countries
        result = function(Context(region, cast(Scenario, scenario), countries), *given)
        found = {name: tables[name] for name in read.names}
        self._results.setdefault(function, _Result(countries, found, said, given, result))
        return result


def _holds(known: _Result, context: Context, given: tuple[Any, ...]) -> bool:
    tables, scenario = context.region.tables, context.scenario
    return (
        known.countries == context.countries
        and all(mine is other for mine, other in zip(known.given, given, strict=True))
        and all(_says(scenario, path, value) for path, value in known.said.items())
        and all(
            tables[name] is table or tables[name].equals(table)
            for name, table in known.tables.items()
        )
    )
