"""Rules of law and of policy."""

from typing import Annotated

from pydantic import Field, model_validator

from planner.scenario.hazard import Hazard
from planner.scenario.words import Amount, Basis, ByYear, Share, SovereigntyClass, Strict, Year


class AcceleratorShare(Strict):
    """Least share of domestic accelerators in a country, on a stated basis: one share, or by year.

    With `by_year` the rule holds in the periods stated there.
    """

    share: Share | None = None
    by_year: dict[Year, Share] = {}
    basis: Basis = "tokens"

    @model_validator(mode="after")
    def _one_or_by_year(self) -> "AcceleratorShare":
        if (self.share is None) == (not self.by_year):
            raise ValueError("state either 'share' or 'by_year', not both")
        return self


class VendorShare(Strict):
    """Largest share of any one accelerator vendor, on a stated basis."""

    share: Share
    basis: Basis = "mw"


class CountryShare(Strict):
    """Least and largest share of facility MW in a country."""

    min: Share = 0.0
    max: Share = 1.0


class Outage(Strict):
    """If any one site of the country is lost, the rest serve this share of these classes."""

    share: Share = 1.0
    classes: list[SovereigntyClass] = ["public"]


class LicenceLoss(Strict):
    """If a maker country's export licence is lost, what is left serves this share of these classes.

    Lost are its chips delivered from `from_year` on; all of them where no year is stated.
    """

    maker: str
    share: Share = 1.0
    classes: list[SovereigntyClass] = ["public"]
    from_year: Year | None = None


class LateDelivery(Strict):
    """If any `generations` come a period late, what stands serves this share of these classes.

    A generation is what one vendor sells with one generation of memory.
    """

    generations: Annotated[int, Field(ge=1, le=4)] = 1
    share: Share = 1.0
    classes: list[SovereigntyClass] = ["public"]


class PueScope(Strict):
    """Which sites a country's PUE ceiling holds for: opened from a year on, above a yearly use."""

    opened_from: Year | None = None
    above_mwh_per_year: Amount | None = None


class Tier(Strict):
    """What a country asks of those who serve one class of its users' data.

    `certification`: operators that hold it; `domestic_control`: no foreign-controlled operator;
    `dedicated_halls`: in the country's own halls, none that other work shares;
    `systems_exclude`: rack systems, by name or glob, that may not do the work there.
    """

    certification: str | None = None
    domestic_control: bool = False
    dedicated_halls: bool = False
    systems_exclude: list[str] = []


class Policies(Strict):
    """Rules of law and of policy; one that is not stated does not exist."""

    first_year: dict[str, Year] = {}
    in_country_share: dict[str, Share] = {}
    in_country_share_of: dict[str, dict[str, Share]] = {}
    cross_border_share: dict[str, dict[str, dict[SovereigntyClass, Share]]] = {}
    domestic_accelerator_share: dict[str, AcceleratorShare] = {}
    vendor_share_max: VendorShare | None = None
    country_share: dict[str, CountryShare] = {}
    outage: dict[str, Outage] = {}
    licence_loss: dict[str, LicenceLoss] = {}
    late_delivery: dict[str, LateDelivery] = {}
    tiers: dict[str, dict[SovereigntyClass, Tier]] = {}
    foreign_operated_max: dict[str, Share] = {}
    import_tpp_max: dict[str, dict[str, ByYear]] = {}
    hbm_origin_share_min: dict[str, Share] = {}
    permit_pass_min: Share | None = None
    hazard: Hazard = Hazard()
    pue_max: dict[str, Annotated[float, Field(ge=1, le=3)]] = {}
    pue_scope: dict[str, PueScope] = {}
    carbon_t_per_year_max: ByYear = {}
    renewable_share_min: dict[str, dict[Year, Share]] = {}
