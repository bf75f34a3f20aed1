"""A plan on one screen, for the person who decides."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pandas as pd
from rich.console import Group
from rich.table import Table
from rich.text import Text

from planner.results.choice import calendar
from planner.results.money import money

if TYPE_CHECKING:
    from planner.planning import Plan

MOST_SITES = 12
MOST_RULES = 8
NO_PLAN = {
    "infeasible": "No plan satisfies this scenario. `planner explain` says which rules conflict.",
    "stopped": "It was stopped before a plan was found.",
}


def summary(plan: "Plan") -> Group:
    """A rich renderable, at most 100 columns wide."""
    parts: list[Any] = [_headline(plan)]
    if plan.value is None:
        parts.append(Text(NO_PLAN[plan.status]))
    else:
        parts += [_periods(plan), _choice(plan), _sites(plan), _capex(plan), _rules(plan)]
    parts.append(_footing(plan))
    return Group(*[part for part in parts if part is not None])


def _headline(plan: "Plan") -> Text:
    text = Text(f"{plan.scenario.name}: {plan.status}", style="bold")
    if plan.value is not None:
        text.append(f"\n{plan.value:,.6g} {plan.unit}", style="bold green")
    if plan.bound is not None:
        gap = f", gap {100 * plan.gap_frac:.3g} %" if plan.gap_frac is not None else ""
        text.append(f"  nothing beats {plan.bound:,.6g}{gap}", style="default")
    return text


def _table(title: str, **columns: str) -> Table:
    view = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for name, side in columns.items():
        view.add_column(name.replace("_", " "), justify=side, overflow="fold")  # type: ignore[arg-type]
    return view


def _periods(plan: "Plan") -> Table:
    right = dict.fromkeys(
        ("sites", "racks", "MW", "IT_MW", "Mtokens/s", "tokens/s_per_MW", "PUE", "$/Mtoken",
         "capex_M$"), "right",
    )  # fmt: skip
    view = _table("", period="left", **right)
    for t in plan.scenario.periods:
        view.add_row(str(t), *_figures(plan.tables, t))
    return view


def _figures(tables: dict[str, Any], t: int) -> Iterator[str]:
    at = {
        name: tables[name][tables[name]["period"] == t]
        for name in ("power", "halls", "installs", "flows", "budget")
    }
    money: Any = at["budget"].groupby("kind")["amount_musd"].sum()
    mw, it_mw = at["power"]["facility_mw"].sum(), at["halls"]["it_mw"].sum()
    tokens = at["flows"]["tokens_per_s"].sum()
    mean_mw, mean_it = at["power"]["mean_facility_mw"].sum(), at["halls"]["it_mean_mw"].sum()
    yearly = money.get("annuity", 0.0) + money.get("opex", 0.0)
    mtokens = tokens * 365.25 * 86400 / 1e6
    yield f"{at['power']['site_id'].nunique()}"
    yield f"{at['installs']['racks_count'].sum():,}"
    yield f"{mw:,.1f}"
    yield f"{it_mw:,.1f}"
    yield f"{tokens / 1e6:,.1f}"
    yield _ratio(tokens, mw, ",.0f")
    yield _ratio(mean_mw, mean_it, ".3f")
    yield _ratio(yearly * 1e6, mtokens, ".3g")
    yield f"{money.get('capex', 0.0):,.0f}"


def _ratio(above: float, below: float, form: str) -> str:
    return format(above / below, form) if below > 1e-9 else "-"


def _choice(plan: "Plan") -> Group:
    """What must be decided by when: MW of connections, halls and racks, and capex."""
    rows = calendar(plan.case, plan.tables)
    names = {"connected_mw": "grid_MW", "hall_mw": "hall_MW", "rack_mw": "rack_MW",
             "capex_musd": "capex_M$"}  # fmt: skip
    view = _table("\nDecide", by="left", **dict.fromkeys(names.values(), "right"))
    for row in rows.to_dict("records"):
        view.add_row(str(row["decide_by_year"]), *(f"{row[name]:,.0f}" for name in names))
    now = rows[rows["decide_by_year"] <= plan.scenario.decision_year]
    total = rows[list(names)].sum()
    share = (now[list(names)].sum() / total.where(total > 0)).fillna(0.0)
    later = f"{1 - share['rack_mw']:.0%} of the racks need not be named yet"
    said = (
        f"Now, in {plan.scenario.decision_year}: {share['connected_mw']:.0%} of the grid, "
        f"{share['hall_mw']:.0%} of the halls and {share['capex_musd']:.0%} of the capex; {later}."
    )
    return Group(view, Text(said))


def _sites(plan: "Plan") -> Table:
    """The chosen sites in their rank, one line each."""
    rows: Any = plan.tables["sites"]
    rows = rows[rows["chosen"] == 1]
    more = f", the first {MOST_SITES} of {len(rows)}" if len(rows) > MOST_SITES else ""
    last = plan.scenario.periods[-1]
    view = _table(f"\nSites, as in {last}{more}")
    for name, side, width in (
        ("site", "left", 26), ("since", "right", 5), ("MW", "right", 7), ("racks", "right", 6),
        ("Mtokens/s", "right", 9), ("mostly", "left", 24),
    ):  # fmt: skip
        view.add_column(name, justify=side, width=width, no_wrap=True)  # type: ignore[arg-type]
    view.add_column("at its limit")
    for row in rows.head(MOST_SITES).itertuples():
        view.add_row(
            f"{str(row.name).split(' (')[0]}, {row.country}",
            str(row.first_period),
            f"{row.facility_mw:,.1f}",
            f"{row.racks_count:,}",
            f"{row.tokens_per_s / 1e6:,.1f}",
            _mostly(plan, str(row.site_id), last),
            str(row.binding).replace("; ", ", ") or "-",
        )
    return view


def _capex(plan: "Plan") -> Text:
    """What the investment is spent on, per MW and in shares."""
    spent = money(plan.tables)
    total, per_mw = spent["capex_musd"], spent["capex_musd_per_mw"]
    text = f"\nCapex {total:,.0f} M$"
    if per_mw is not None and total > 0:
        shares = [f"{item} {v / total:.0%}" for item, v in spent["capex_musd_by_item"].items()]
        text += f", {per_mw:,.1f} M$ per MW: {', '.join(shares)}."
    return Text(text)


def _mostly(plan: "Plan", site: str, t: int) -> str:
    """The rack system that draws most at a site, and its cooling."""
    fleet = plan.tables["fleet"]
    here = fleet[(fleet["site_id"] == site) & (fleet["period"] == t)]
    load = here.groupby(["system_id", "design_id"])["it_kw"].sum()
    most: Any = load.idxmax() if len(load) else ("-",)
    return ", ".join(most)


def _rules(plan: "Plan") -> Table | None:
    rules: Any = plan.tables["policies"]
    rules = rules.assign(gain=rules["shadow_price"] * rules["required"].abs() / 100)
    held = rules[(rules["binding_flag"] == 1) & rules["gain"].gt(0)]
    if held.empty:
        return None
    held = held.sort_values("gain", ascending=False)
    view = _table(
        f"\nWhat binds: gain in {plan.unit} per 1 % of the limit", rule="left", where="left",
        period="right", limit="right", gain="right",
    )  # fmt: skip
    row: Any
    for row in held.head(MOST_RULES).itertuples():
        view.add_row(
            str(row.rule).replace("_", " "),
            str(row.where),
            "" if pd.isna(row.period) else str(row.period),
            f"{row.sense} {row.required:,.4g} {row.unit}",
            f"{row.gain:,.4g}",
        )
    return view


def _footing(plan: "Plan") -> Text:
    count = plan.counts()
    text = f"{count['chosen_sites']} of {count['candidate_sites']} candidate sites."
    if count["inputs"]:
        text += (
            f" Of {count['inputs']:,} numbers behind the plan "
            f"{count['recalled_or_assumed_inputs']:,} are recalled or assumed"
        )
        text += f", {count['overridden_inputs']:,} your own." if count["overridden_inputs"] else "."
        text += f" {count['extrapolated_tokens_frac']:.0%} of the tokens rest on unmeasured chips."
    seconds = sum(plan.seconds.values())
    return Text(f"\n{text} Solved in {seconds:,.0f} s.", style="dim")
