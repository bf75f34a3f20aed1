"""`sites.csv`: every candidate site, chosen or not, ranked, with what it offers and what holds it.

Rank: chosen sites first, by the tokens they deliver; then the others by what the objective loses
if they must be used (least first), then by potential tokens/s per MW, then by cost of land and
power. Figures of a plan are those of its last period.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from models.blocks.objective import SECONDS_PER_YEAR
from models.case import Case
from planner.coefficients.hazard import too_exposed
from planner.limits import Limit
from planner.limits.book import Book
from planner.limits.places import staff
from planner.results.columns import shaped
from planner.results.money import of_sites
from planner.results.write import as_written

FACTS = ["site_id", "name", "country", "admin1", "admin1_name", "zone_id", "lat_deg", "lon_deg"]
LOSSES = [
    "loss_if_excluded_tokens_per_s_per_mw",
    "loss_if_forced_tokens_per_s_per_mw",
    "loss_basis",
]
WORDS = {
    "grid_connection": "grid connection",
    "zone_headroom": "headroom of the grid zone",
    "water_day_limit": "water on the peak day",
    "water_year_limit": "water of the year",
    "parcel": "parcel",
    "staff_supply": "staff of the region",
    "pue_ceiling": "PUE ceiling",
    "outage": "outage of this site",
}
"""Rules that hold a site, in the words of `binding`."""


def sites(
    candidates: pd.DataFrame,
    book: Book,
    found: list[Limit],
    recalled: Mapping[str, int],
    losses: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The ranking.

    Parameters
    ----------
    candidates
        Sites the scenario's filters leave, as the region's table has them.
    book
        The plan's tables with the full case: its sites are those that power reaches in time.
    found
        The limits at the plan.
    recalled
        By site, how many numbers of its row are recalled or assumed.
    losses
        By site_id, the columns of LOSSES; blank where not known, or where the objective is in
        another unit.
    """
    rows = candidates[FACTS].reset_index(drop=True)
    rows = rows.join(_offered(book.case), on="site_id").join(_built(book), on="site_id")
    rows["chosen"] = rows["first_period"].notna().astype(int)
    for name in ("facility_mw", "it_mw", "racks_count", "tokens_per_s", "capex_musd", "land_m2"):
        rows[name] = rows[name].fillna(0.0)
    for name in ("water_m3_per_day", "staff_count"):
        rows[name] = rows[name].fillna(0.0)
    rows["headroom_mw"] = (rows["connectable_mw"].fillna(0.0) - _from_grid(book, rows)).clip(
        lower=0.0
    )
    rows["pue"] = rows["pue"].fillna(rows["best_pue"])
    rows["wue_l_per_kwh"] = rows["wue_l_per_kwh"].fillna(rows["best_wue"])
    rows["binding"] = rows["site_id"].map(_binding(book, found)).astype(object)
    late = rows["earliest_period"].isna()
    rows.loc[late, "binding"] = f"no power, cooling or room by {book.periods[-1]}"
    exposed = too_exposed(book.scenario, candidates).reindex(rows["site_id"]).to_numpy()
    rows["binding"] = rows["binding"].where(exposed == "", exposed)
    rows["recalled_inputs_count"] = rows["site_id"].map(dict(recalled)).fillna(0)
    if losses is not None:
        known = losses.set_index("site_id").reindex(columns=LOSSES)
        rows = rows.join(known, on="site_id")
    return shaped("sites", _ranked(rows))


def _from_grid(book: Book, rows: pd.DataFrame) -> pd.Series:
    """Load that the grid carries in the design hour, last period."""
    last = book.periods[-1]
    return rows["site_id"].map(lambda s: book.grid_mw.get((s, last), 0.0))


def _offered(case: Case) -> pd.DataFrame:
    """What a site could do: connection, first period, and the design that yields most per MW."""
    first, periods = case["first_year"], case.sets["PERIOD"]
    steps = pd.Series(case["step_mw"]).groupby(level=0).sum()
    it_mw = _it_mw_per_mtoken(case)
    rows = []
    for s, d in case.sets["SITE_DESIGN"]:
        needed = it_mw[case["country"][s], case["cooling_class"][d]]
        rows.append(
            {
                "site_id": s,
                "potential_tokens_per_s_per_mw": 1e6 / case["facility_per_it_frac"][s, d] / needed,
                "best_pue": case["energy_per_it_frac"][s, d],
                "best_wue": case["wue_mean_l_per_kwh"][s, d],
            }
        )
    names = ["site_id", "potential_tokens_per_s_per_mw", "best_pue", "best_wue"]
    best = pd.DataFrame(rows, columns=names).astype(dict.fromkeys(names[1:], float))
    best = best.sort_values("potential_tokens_per_s_per_mw", ascending=False)
    best = best.drop_duplicates("site_id").set_index("site_id")
    return best.assign(
        connectable_mw=steps.reindex(best.index),
        earliest_period=[
            next((float(t) for t in periods if t >= first[s]), np.nan) for s in best.index
        ],
        energy_usd_per_mwh=best.index.map(case["energy_usd_per_mwh"]),
    )


def _it_mw_per_mtoken(case: Case) -> dict[tuple[str, str], float]:
    """Least IT MW per mean 1e6 tokens/s of a country's mix in the last period.

    By country and cooling class.
    """
    least: dict[tuple[str, str], float] = {}
    gain = case["software_gain"][case.sets["PERIOD"][-1]]
    for (k, p, w), tokens in case["theta_mtokens_per_s"].items():
        for c, hosted in case["hosts"].items():
            if k in hosted:
                rate = case["kappa_mw"][k, p, w] / (gain * tokens)
                least[c, w] = min(rate, least.get((c, w), float("inf")))
    found = {}
    for n in case.sets["COUNTRY"]:
        mix = {w: share for (w, m), share in case["mix_frac"].items() if m == n}
        mix = mix or dict.fromkeys(case.sets["WORKLOAD"], 1 / len(case.sets["WORKLOAD"]))
        for c in case["hosts"]:
            found[n, c] = sum(
                share * case["peak_to_mean_ratio"][w] * least.get((c, w), float("inf"))
                for w, share in mix.items()
            )
    return found


def _built(book: Book) -> pd.DataFrame:
    """What the plan does at its sites, last period; capex over all of it."""
    last = book.periods[-1]
    at = {
        name: rows[rows["period"] == last].groupby("site_id")
        for name, rows in book.tables.items()
        if name in ("power", "halls", "water", "installs", "flows")
    }
    rows = at["power"][["facility_mw"]].sum()
    load = at["halls"][["it_mw", "it_mean_mw", "land_m2"]].sum()
    rows = rows.join(load).fillna({"it_mw": 0.0, "it_mean_mw": 0.0, "land_m2": 0.0})
    rows["first_period"] = book.tables["power"].groupby("site_id")["period"].min()
    rows["racks_count"] = at["installs"]["racks_count"].sum()
    rows["tokens_per_s"] = at["flows"]["tokens_per_s"].sum()
    rows = rows.fillna({"racks_count": 0, "tokens_per_s": 0.0})
    rows["tokens_per_s_per_mw"] = _over(rows["tokens_per_s"], rows["facility_mw"])
    rows["pue"] = _over(at["power"]["mean_facility_mw"].sum(), rows["it_mean_mw"])
    drawn = at["water"][["water_m3_per_day", "water_m3_per_year"]].sum()
    rows["water_m3_per_day"] = drawn["water_m3_per_day"]
    rows["wue_l_per_kwh"] = _over(drawn["water_m3_per_year"], rows["it_mean_mw"] * 8760)
    rows["land_m2"] += rows.index.map(book.case["substation_m2"])
    people = staff(book)
    rows["staff_count"] = people[people["period"] == last].set_index("site_id")["staff_count"]
    money = of_sites(book.tables["budget"], last)
    rows["capex_musd"] = money["capex_musd"]
    mtokens = rows["tokens_per_s"] * SECONDS_PER_YEAR / 1e6
    rows["cost_usd_per_mtoken"] = _over(money["yearly_musd"].reindex(rows.index) * 1e6, mtokens)
    return rows.drop(columns="it_mean_mw")


def _over(above: pd.Series, below: pd.Series) -> pd.Series:
    return above / below.where(below > 1e-9)


def _binding(book: Book, found: list[Limit]) -> dict[str, str]:
    """Words for the limits each site is at; limits of zones and regions count for open sites."""
    chosen = set(book.tables["power"]["site_id"])
    held: dict[str, list[str]] = {s: [] for s in book.case.sets["SITE"]}
    for limit in found:
        word = WORDS.get(limit.rule)
        if word is None or not limit.binding:
            continue
        for s in held:
            place = {
                "zone_headroom": book.case["zone"][s],
                "staff_supply": book.case["labour_region"][s],
                "outage": f"without {s}",
            }.get(limit.rule, s)
            counts = s in chosen or limit.rule == "zone_headroom"
            there = limit.where.split(", ")[0]  # of water: the site, its source
            if place == there and counts and word not in held[s]:
                held[s].append(word)
    return {s: "; ".join(words) for s, words in held.items()}


def _ranked(rows: pd.DataFrame) -> pd.DataFrame:
    for name in LOSSES:
        if name not in rows:
            rows[name] = np.nan if name != "loss_basis" else ""
    order = rows.assign(
        _out=1 - rows["chosen"],
        _made=-rows["tokens_per_s"].map(as_written),
        _forced=rows["loss_if_forced_tokens_per_s_per_mw"].where(rows["chosen"] == 0),
        _potential=-rows["potential_tokens_per_s_per_mw"],
    ).sort_values(
        ["_out", "_made", "_forced", "_potential", "energy_usd_per_mwh", "site_id"], kind="stable"
    )
    return order.assign(rank=range(1, len(order) + 1))
