"""What a check of names finds."""

from collections.abc import Iterable
from typing import Any

from planner.origin import Path

Found = tuple[Path, str, Any, Iterable[str]]
"""Where, what is wrong, the value, the valid names (or one sentence of what is allowed)."""
