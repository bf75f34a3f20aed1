"""Each rule of a scenario at a plan: what it asks, what the plan does; read from tables alone."""

from planner.limits.book import Book, Limit
from planner.limits.capital import of_funds, of_grants
from planner.limits.hazard import of_hazard
from planner.limits.imports import of_imports, of_origin
from planner.limits.money import of_money
from planner.limits.network import of_network
from planner.limits.objectives import of_objectives
from planner.limits.operators import of_halls, of_operators, of_tiers
from planner.limits.outage import of_outage
from planner.limits.places import of_builders, of_climate, of_grid, of_land, of_people, of_water
from planner.limits.power import of_renewables, of_supply
from planner.limits.pue import of_pue
from planner.limits.residual import of_residual
from planner.limits.scale import of_countries, of_demand, of_scale
from planner.limits.sovereignty import of_makers, of_residency
from planner.limits.supply import of_memory, of_racks
from planner.limits.training import of_training

FAMILIES = (
    of_scale,
    of_demand,
    of_residency,
    of_makers,
    of_countries,
    of_operators,
    of_tiers,
    of_halls,
    of_outage,
    of_residual,
    of_money,
    of_grants,
    of_funds,
    of_objectives,
    of_climate,
    of_pue,
    of_grid,
    of_network,
    of_supply,
    of_renewables,
    of_water,
    of_land,
    of_people,
    of_builders,
    of_hazard,
    of_racks,
    of_memory,
    of_imports,
    of_origin,
    of_training,
)

__all__ = ["FAMILIES", "Book", "Limit", "limits"]


def limits(book: Book) -> list[Limit]:
    """Every limit that exists, family by family."""
    return [limit for family in FAMILIES for limit in family(book)]
