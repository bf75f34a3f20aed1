"""From a case to a model: every block adds its rules; they meet in the ledger."""

from typing import Any

from pyomo.common.gc_manager import PauseGC
from pyomo.core import ConcreteModel, Var

from models.blocks import (
    apart,
    asked,
    backup,
    budget,
    carbon,
    dedicated,
    fleet,
    flexible,
    funds,
    grid,
    halls,
    hazard,
    land,
    objective,
    operators,
    outage,
    people,
    permit,
    power,
    pue,
    required,
    residual,
    scale,
    sites,
    sovereignty,
    subsidies,
    supply,
    supply_chain,
    training,
    water,
    workload,
)
from models.case import Case
from models.ledger import Ledger

WHERE = (sites, halls, supply, power, flexible, backup, grid, land, water, people)
WHAT = (training, fleet, workload, required, supply_chain)
LAW = (permit, sovereignty, operators, dedicated, outage, residual, pue)
BOTH = (*LAW, hazard, carbon, subsidies, funds, budget, scale, apart, asked, objective)
BLOCKS = (*WHERE, *WHAT, *BOTH)


def build(case: Case) -> Any:
    """The Pyomo model of a case, its ledger kept as `model.ledger`."""
    m = ConcreteModel(name="ai_factories")
    m.nothing = Var(bounds=(0, 0), initialize=0)
    ledger = Ledger(m.nothing)
    m.ledger = ledger
    try:
        with PauseGC():  # millions of small objects, none of them garbage
            for block in BLOCKS:
                block.add(m, case, ledger)
    except BaseException:  # an error, or someone who waits for the end
        discard(m)
        raise
    return m


def discard(m: Any) -> None:
    """Take a model apart: its parts refer to each other, and would wait for the garbage collection.

    Its memory is free at once, in a fifth of the time.
    """
    m.ledger.clear()
    for component in list(m.component_objects(descend_into=False)):
        m.del_component(component)
        component.clear()
