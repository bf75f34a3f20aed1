"""Where AI factories go and what goes into them: the most tokens per megawatt, proven."""

from typing import Any

import models

if getattr(models, "PROJECT", None) != "ai-factory-planner":
    raise ImportError(
        f"the package 'models' at {models.__file__} belongs to another project; "
        "install ai-factory-planner in a virtual environment of its own"
    )

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """`planner.plan` and `planner.Plan`, loaded when first asked for: the solver is heavy."""
    if name in ("plan", "Plan"):
        from planner import planning

        return getattr(planning, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
