"""Rules of law and of policy."""

from typing import Annotated

from pydantic import Field

from planner.scenario.words import Basis, ByYear, Share, SovereigntyClass, Strict, Year


class AcceleratorShare(Strict):
    """Least share of domestic accelerators in a country, on a stated basis."""

    share: Share
    basis: Basis = "tokens"


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


class Policies(Strict):
    """Rules of law and of policy; one that is not stated does not exist."""

    first_year: dict[str, Year] = {}
    in_country_share: dict[str, Share] = {}
    cross_border_share: dict[str, dict[str, dict[SovereigntyClass, Share]]] = {}
    domestic_accelerator_share: dict[str, AcceleratorShare] = {}
    vendor_share_max: VendorShare | None = None
    country_share: dict[str, CountryShare] = {}
    outage: dict[str, Outage] = {}
    pue_max: dict[str, Annotated[float, Field(ge=1, le=3)]] = {}
    carbon_t_per_year_max: ByYear = {}
