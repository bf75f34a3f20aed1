"""Words every section of a scenario is written in: strict models, shares, amounts, years."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0, le=1)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Year = Annotated[int, Field(ge=2024, le=2060)]
ByYear = dict[Year, Amount]

ObjectiveName = Literal[
    "tokens_per_mw",
    "tokens",
    "cost_per_mtoken",
    "npv",
    "carbon_per_mtoken",
    "water_per_mtoken",
    "in_country_frac",
    "apart",
]
Basis = Literal["chips", "mw", "flops", "tokens"]
SovereigntyClass = Literal["open", "private", "public", "restricted"]


class Strict(BaseModel):
    """Unknown keys are refused, `"2027"` is no number; a scenario never changes once read."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
