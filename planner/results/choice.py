"""Late choice: by which year each part of a plan must be decided, and what can wait.

    decide by = period - lead       connections: steps and permits; halls: building; racks: delivery
    now       : decide by <= decision year;   later: after it
Only what is new in a period is decided; rows where nothing is added have no year.
"""

import pandas as pd

from models.case import Case

NOW, LATER = "now", "later"
RACKS = ("racks", "network")
HALLS = ("shell", "electrical", "cooling")
LEAST = 1e-9


def dated(case: Case, tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """`installs`, `halls` and `power` with what is new, and by which year it must be decided."""
    halls, power, installs = (tables[name].copy() for name in ("halls", "power", "installs"))
    halls["halls_new_count"] = _added(case, halls, ["site_id", "design_id"], "halls_count")
    power["connected_new_mw"] = _added(case, power, ["site_id"], "connected_mw")
    steps = list(zip(power["site_id"], power["steps_count"], strict=True))
    racks = installs["site_id"].map(case["country"]).map(case["rack_lead_years"])
    leads = {
        "installs": (installs, "racks_new_count", racks),
        "halls": (halls, "halls_new_count", halls["site_id"].map(case["hall_lead_years"])),
        "power": (
            power,
            "connected_new_mw",
            pd.Series([case["step_lead_years"].get(step, 0) for step in steps], power.index),
        ),
    }
    for rows, new, lead in leads.values():
        by = (rows["period"] - lead).where(rows[new] > LEAST)
        rows["decide_by_year"] = by.astype("Int64")
        rows["decide"] = _when(rows["decide_by_year"], case["decision_year"]["all"])
    return {**tables, **{name: rows for name, (rows, _, _) in leads.items()}}


def _when(by: pd.Series, decision_year: int) -> pd.Series:
    now = by.le(decision_year).map({True: NOW, False: LATER})
    return now.where(by.notna(), "").astype(str)


def _added(case: Case, rows: pd.DataFrame, key: list[str], amount: str) -> pd.Series:
    """Increase over the period before."""
    stock = rows.set_index([*key, "period"])[amount]
    before = [
        (*at, case["previous"].get(t))
        for *at, t in rows[[*key, "period"]].itertuples(index=False, name=None)
    ]
    return rows[amount] - pd.Series([stock.get(i, 0) for i in before], rows.index)


def calendar(case: Case, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """What must be decided by each year: MW of connections, halls and racks, and their capex.

    Capex of a site that is neither racks, halls nor connection (land, development) goes with the
    first of these decided for the site in the period. Money of no site is in no year.
    """
    rack_mw = tables["installs"]["system_id"].map(case["rack_mw"])
    each = tables["halls"]["hall_mw"] / tables["halls"]["halls_count"]
    amounts = {
        "connected_mw": tables["power"].assign(amount=tables["power"]["connected_new_mw"]),
        "hall_mw": tables["halls"].assign(amount=each * tables["halls"]["halls_new_count"]),
        "rack_mw": tables["installs"].assign(
            amount=rack_mw * tables["installs"]["racks_new_count"]
        ),
        "capex_musd": _capex(case, tables),
    }
    sums = {
        name: rows.groupby(rows["decide_by_year"].astype("Int64"))["amount"].sum()
        for name, rows in amounts.items()
    }
    found = pd.DataFrame(sums).fillna(0.0).astype(float).sort_index()
    return found[found.max(axis=1) > LEAST].rename_axis("decide_by_year").reset_index()


def _capex(case: Case, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Capex rows with the year by which they are decided."""
    at = ["site_id", "period"]
    parts = {
        name: tables[name].dropna(subset="decide_by_year").groupby(at)["decide_by_year"].min()
        for name in ("power", "halls", "installs")
    }
    first = pd.concat(parts.values()).groupby(level=[0, 1]).min()
    rows = tables["budget"]
    rows = rows[(rows["kind"] == "capex") & (rows["site_id"] != "")]
    racks = rows["period"] - rows["country"].map(case["rack_lead_years"])
    halls = rows["period"] - rows["site_id"].map(case["hall_lead_years"])
    place = list(zip(rows["site_id"], rows["period"], strict=True))
    other = pd.Series([first.get(i, i[1]) for i in place], rows.index)
    grid = pd.Series([parts["power"].get(i, i[1]) for i in place], rows.index)
    by = other.mask(rows["item"].isin(RACKS), racks).mask(rows["item"].isin(HALLS), halls)
    by = by.mask(rows["item"] == "interconnection", grid)
    return rows.assign(amount=rows["amount_musd"], decide_by_year=by)
