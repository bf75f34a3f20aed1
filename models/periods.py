"""What is new in a period: quantities that only ever grow are built by their increase."""

from typing import Any

from models.case import Case


def added(var: Any, case: Case, *index: Any) -> Any:
    """Increase of `var[..., t]` over the period before; all of it where there is none before."""
    before = (*index[:-1], case["previous"].get(index[-1]))
    return var[index] - var[before] if before in var else var[index]


def keeps(var: Any, case: Case, *index: Any) -> bool:
    """Whether `var` also stands in the period before, so that it may not shrink."""
    return (*index[:-1], case["previous"].get(index[-1])) in var
