"""`planner grid`: what every node and candidate site can take, what limits it, its price."""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Group
from rich.table import Table
from rich.text import Text

from planner.coefficients.context import Context
from planner.coefficients.networks import countries_with_networks, networks
from planner.folders import whole_folder
from planner.grid.tables import COLUMNS, node_table, site_table
from planner.reading import read
from planner.results.write import csv_text
from planner.scenario import Scenario
from planner.scenario.grid import NetworkHours
from planner.tables import Region

MARK = "hosting.csv"
FILES = (MARK, "nodes.csv", "columns.csv")
SLOW_PERMIT_YEARS = 3
"""A delay of this much makes a permit worth naming."""


@dataclass(frozen=True)
class Hosting:
    """What networks can take, by node and hour and by site."""

    scenario: Scenario
    nodes: pd.DataFrame
    sites: pd.DataFrame
    seconds: float

    def write(self, folder: str | Path) -> Path:
        """Write `hosting.csv`, `nodes.csv` and `columns.csv` into a folder, whole or not at all."""
        declared = pd.DataFrame([(c.table, c.name, c.kind, c.meaning) for c in COLUMNS])
        declared = declared.set_axis(["table", "column", "kind", "meaning"], axis=1)
        tables = (self.sites, self.nodes, declared)
        with whole_folder(folder, MARK, FILES) as fresh:
            for name, table in zip(FILES, tables, strict=True):
                (fresh / name).write_text(csv_text(table), encoding="utf-8")
        return Path(folder)

    def document(self) -> dict[str, Any]:
        """All of it, for `--json`."""
        return {
            "name": self.scenario.name,
            "seconds": round(self.seconds, 3),
            "sites": json.loads(self.sites.to_json(orient="records")),
            "nodes": json.loads(self.nodes.to_json(orient="records")),
        }

    def summary(self) -> Group:
        """By zone: what the network takes, what is usable, and what holds the sites back."""
        view = Table(title=f"Hosting in {self.sites['period'].max()}", title_justify="left",
                     box=None, pad_edge=False)  # fmt: skip
        for name in ("zone", "sites", "network MW", "usable MW", "held back by"):
            left = name in ("zone", "held back by")
            view.add_column(name, justify="left" if left else "right")
        for zone, rows in self.sites.groupby("zone_id"):
            counts = rows["held_by"].value_counts()
            least, middle = rows["network_mw"].min(), rows["network_mw"].median()
            range_ = "-" if rows["network_mw"].isna().all() else f"{least:,.0f} - {middle:,.0f}"
            why = ", ".join(f"{name} {count}" for name, count in counts.items())
            cells = (f"{len(rows)}", range_, f"{rows['usable_mw'].median():,.0f}", why)
            view.add_row(str(zone), *cells)
        legend = (
            "network MW: what the bulk network takes at a site alone, least and median of a zone; "
            "usable MW: median; held back by: what is least, and at how many sites"
        )
        return Group(view, *(Text(line) for line in (legend, *self._notes())))

    def _notes(self) -> Iterator[str]:
        """Nodes whose sites are too much together; zones where permits limit, not the network."""
        nodes = self.sites.drop_duplicates(["country", "node_id"])
        known = nodes[nodes["network_mw"].notna()]
        beyond = int((known["node_connection_mw"] > known["network_mw"]).sum())
        yield (
            f"together, the connections of all sites of a node are more than the network takes "
            f"there alone at {beyond} of {len(known)} nodes"
        )
        for zone, rows in self.sites.groupby("zone_id"):
            by_network = int((rows["held_by"] == "network").sum())
            slow = rows["permit_extra_years"] >= SLOW_PERMIT_YEARS
            if slow.mean() > 0.5 and by_network < 0.1 * len(rows):
                passed = rows.loc[slow, "permit_pass_frac"].max()
                share = f", {passed:.0%} of applications pass" if pd.notna(passed) else ""
                most = rows["zone_mw"].iloc[0]
                in_all = f"; all of it takes {most:,.0f} MW" if pd.notna(most) else ""
                yield (
                    f"{zone}: the bulk network limits {by_network} of {len(rows)} sites; permits "
                    f"do ({SLOW_PERMIT_YEARS} years or more{share}), and connections{in_all}"
                )


def grid(
    scenario: Scenario | Mapping[str, Any] | str | Path, region: Region | str | Path | None = None
) -> Hosting:
    """What the networks of a scenario can take, node by node, each alone.

    Parameters
    ----------
    scenario, region
        As for `planner.plan`. Without a section `grid`, every network of the region at its usual
        hours.

    Raises
    ------
    InputError
        Every problem of the input.
    """
    begun = time.monotonic()
    chosen, facts = read(scenario, region)
    context = Context(facts, chosen)
    if not chosen.grid:
        usual = {n: NetworkHours() for n in countries_with_networks(context)}
        context = Context(facts, chosen.model_copy(update={"grid": usual}))
    asked = networks(context)
    nodes = node_table(context, asked)
    sites = site_table(context, nodes, asked)
    return Hosting(chosen, nodes, sites, time.monotonic() - begun)
