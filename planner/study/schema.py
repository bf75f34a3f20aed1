"""A study as a YAML file: a scenario, what is changed in it, and by which design."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, PrivateAttr, model_validator

from planner.errors import InputError, Problem
from planner.origin import Origin
from planner.overrides import override_text
from planner.scenario.words import Strict
from planner.scenario_file import validated
from planner.scenario_yaml import load, read_text

Design = Literal[
    "grid", "list", "variants", "one_at_a_time", "latin_hypercube", "sobol", "sobol_indices"
]
SAMPLED = ("latin_hypercube", "sobol", "sobol_indices")

MOST_RUNS = 10_000

NAME = r"^[\w\- ][\w.\- ]*$"
"""Names are names of folders, too: none begins with a dot."""


class Study(Strict):
    """Many scenarios: one changed again and again.

    `over` names what changes, by the path that `--set` takes, with its values (grid,
    one_at_a_time) or its two ends (samples); `runs` are the runs of a list, by name. A design
    `variants` runs the scenario and each of the variants that it names. `draw` adds to a sample
    what the facts themselves call uncertain (planner/study/draws.py); `recalled_error_frac` says by
    table how far its recalled and assumed numbers may be off, where they state no ends themselves.
    """

    name: Annotated[str, Field(min_length=1, pattern=NAME)]
    description: str = ""
    scenario: str
    set: dict[str, Any] = {}
    design: Design
    over: dict[str, Annotated[list[Any], Field(min_length=1)]] = {}
    runs: dict[Annotated[str, Field(pattern=NAME)], dict[str, Any]] = {}
    draw: list[Literal["throughput", "recalled"]] = []
    recalled_error_frac: dict[str, Annotated[float, Field(gt=0, lt=1)]] = {}
    samples: Annotated[int, Field(ge=1, le=MOST_RUNS)] | None = None
    seed: Annotated[int, Field(ge=0)] = 0
    worth: bool = False
    _origin: Origin = PrivateAttr(default_factory=Origin)
    _options: tuple[str, ...] = PrivateAttr(default=())

    @model_validator(mode="after")
    def _fits_its_design(self) -> "Study":
        wanted = {"list": {"runs"}, "variants": set()}.get(self.design, {"over"})
        if self.design in SAMPLED:
            wanted = {"samples"} if self.draw else {"over", "samples"}
        stated = {name for name in ("over", "runs", "samples") if getattr(self, name)}
        if missing := sorted(wanted - stated):
            raise ValueError(f"a design '{self.design}' needs {_and(missing)}")
        if more := sorted(stated - wanted - ({"over"} if self.draw else set())):
            raise ValueError(f"a design '{self.design}' takes no {_and(more)}")
        if self.draw and self.design not in SAMPLED:
            raise ValueError(f"a design '{self.design}' takes no 'draw'")
        if self.recalled_error_frac and "recalled" not in self.draw:
            raise ValueError("'recalled_error_frac' needs 'recalled' among 'draw'")
        if (
            self.design in ("sobol", "sobol_indices")
            and self.samples
            and self.samples & (self.samples - 1)
        ):
            raise ValueError(
                f"'samples' of a design '{self.design}' is a power of 2, not {self.samples}"
            )
        return self

    @property
    def origin(self) -> Origin:
        """Where each value was written, for messages about it."""
        return self._origin

    def keep_origin(self, other: "Study") -> None:
        """Remember where another study was written, and the options that changed it."""
        self._origin, self._options = other._origin, other._options

    @property
    def scenario_path(self) -> Path:
        """The scenario's file; stated relative to the study's own."""
        return Path(self._origin.file).parent / self.scenario

    @contextmanager
    def placing(self) -> Iterator[None]:
        """Problems of what the study sets, and of its scenario's name, are told at their lines."""
        try:
            yield
        except InputError as error:
            raise InputError([self._placed(problem) for problem in error.problems]) from None

    def _placed(self, problem: Problem) -> Problem:
        stated = {f"--set {override_text(path, value)}": path for path, value in self.set.items()}
        if problem.file in stated:
            at = self._origin.problem(("set", stated[problem.file]), "")
            return replace(problem, file=at.file, place=at.place)
        if problem.file == str(self.scenario_path) and not problem.place:
            at = self._origin.problem(("scenario",), "")
            return replace(problem, file=at.file, place=f"{at.place}, {problem.file}")
        return problem

    @property
    def changes(self) -> list[str]:
        """What is changed in every run, as `--set` states it; each run has one thread."""
        stated = [override_text(path, value) for path, value in self.set.items()]
        return [*stated, *self._options, "solve.threads=1"]


def _and(names: list[str]) -> str:
    return " and ".join(f"'{name}'" for name in names)


def read_study(path: str | Path, overrides: Sequence[str] = ()) -> Study:
    """The study in a YAML file, checked against the schema; `overrides` change its scenario.

    Raises
    ------
    InputError
        Every problem of the file at once.
    """
    data, origin = load(read_text(Path(path)), str(path))
    return study_from(data, origin, overrides)


def study_from(
    data: Mapping[Any, Any], origin: Origin | None = None, overrides: Sequence[str] = ()
) -> Study:
    """The study that plain values hold; its scenario's path is relative to the origin's file.

    Raises
    ------
    InputError
        Every problem, at once.
    """
    origin = origin or Origin("study")
    study = validated(Study, data, origin)
    study._origin, study._options = origin, tuple(overrides)
    return study
