"""LLMs to be trained: how much computing, by when, with how many chips together."""

from typing import Annotated

from pydantic import Field, model_validator

from planner.scenario.words import Positive, SovereigntyClass, Strict, Year


class Training(Strict):
    """One job: at one site, on one rack system, with at least so many chips whenever it runs.

    `by_year` is the last year it may run in. With `country` it is trained there or, where a
    `sovereignty_class` is stated, wherever all data of that class may cross to. A blank `mfu_frac`
    keeps the region's.
    """

    name: Annotated[str, Field(min_length=1, pattern=r"^[\w.\- ]+$")]
    flop: Annotated[float, Field(ge=1e20, le=1e30)]
    by_year: Year
    chips_count_min: Annotated[int, Field(ge=1, le=10_000_000)]
    country: str | None = None
    sovereignty_class: SovereigntyClass | None = None
    mfu_frac: Annotated[Positive, Field(le=1)] | None = None

    @model_validator(mode="after")
    def _data_of_a_country(self) -> "Training":
        if self.sovereignty_class is not None and self.country is None:
            raise ValueError("'sovereignty_class' needs 'country': whose data it is")
        return self
