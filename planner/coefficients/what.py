"""Coefficients of the fleet: tokens and watts of a rack, supply, demand, and who may serve whom."""

import numpy as np
import pandas as pd

from models.physics.finance import capital_recovery_factor
from planner.coefficients.context import Context, picked
from planner.coefficients.day import Day, day_of
from planner.coefficients.where import whole_years
from planner.serving import serving_table


def fleet_serving(context: Context) -> pd.DataFrame:
    """Tokens/s and kW of a rack by system, power state and workload; useless states left out.

    A state is left out where another of the same system and workload gives no fewer tokens/s for
    no more kW: exchanging one for the other never hurts a plan.
    """
    scenario = context.scenario
    systems = context.table("systems")
    systems = systems[picked(systems["system_id"], scenario.filters.systems)]
    states = context.table("power_states")
    states = states[picked(states["state_id"], scenario.filters.power_states)]
    rows = serving_table(
        systems,
        context.table("llms"),
        context.workloads.reset_index(),
        states,
        context.table("throughput_coefficients"),
    )
    rows = rows.assign(tokens_per_s=rows["tokens_per_s"] * _measured_over_predicted(context, rows))
    rows = rows.sort_values(
        ["system_id", "workload_id", "it_kw", "tokens_per_s"],
        ascending=[True, True, True, False],
        kind="stable",
    )
    if rows.empty:
        return rows
    best = rows.groupby(["system_id", "workload_id"])["tokens_per_s"].cummax()
    before = best.groupby([rows["system_id"], rows["workload_id"]]).shift(fill_value=-1.0)
    return rows[rows["tokens_per_s"] > before]


def _measured_over_predicted(context: Context, rows: pd.DataFrame) -> pd.Series:
    """The scenario's factor on predicted tokens/s: of the chip if it is unmeasured, or the LLM."""
    stated = context.scenario.serving.measured_over_predicted
    layers = context.table("llms").set_index("llm_id")["moe_layers_count"].fillna(0)
    llm = rows["workload_id"].map(context.workloads["llm_id"])
    sparse = llm.map(layers > 0).astype(bool)
    factor = sparse.map({True: stated.get("moe", 1.0), False: stated.get("dense", 1.0)})
    unmeasured = rows["extrapolated_flag"] == 1
    return factor.mask(unmeasured, stated.get("extrapolated", factor)).astype(float)


def fleet_values(context: Context, serving: pd.DataFrame) -> dict[str, dict]:
    """What a rack gives, draws, costs and contains."""
    index = list(
        zip(serving["system_id"], serving["state_id"], serving["workload_id"], strict=True)
    )
    theta = dict(zip(index, serving["tokens_per_s"] / 1e6, strict=True))
    kappa = dict(zip(index, serving["it_kw"] / 1e3, strict=True))
    systems = context.table("systems").set_index("system_id")
    memory = systems["hbm_gb"] * systems["chips_count"] / 1e3
    speed = systems["fp8_tflops"].fillna(systems["bf16_tflops"])
    rate = np.mean([context.discount_frac(n) for n in context.countries])
    crf = capital_recovery_factor(rate, systems["life_years"].to_numpy(dtype=float))
    country = context.countries[0]
    day, idle = day_of(context), context.parameter("it_idle_frac", country)
    per_mtoken: dict[str, list] = {}
    for key, tokens in theta.items():
        per_mtoken.setdefault(key[2], []).append(kappa[key] / tokens)
    generations = set(context.table("hbm_supply")["hbm_generation"])
    return {
        "theta_mtokens_per_s": theta,
        "kappa_mw": kappa,
        "software_gain": software_gain(context),
        "least_mw_per_mtoken_per_s": {w: min(rates) for w, rates in per_mtoken.items()},
        "idle_frac": {"it": idle},
        "mean_load_frac": _mean_load(context, day, idle),
        "hour_frac": day.hour_frac,
        "level_frac": day.level_frac,
        "work_frac": day.work_frac,
        "peak_to_mean_ratio": day.peak_to_mean,
        **_oversubscription(context),
        "availability_frac": dict.fromkeys(
            systems.index, context.parameter("availability_frac", country)
        ),
        "maintenance_it_frac": dict.fromkeys(
            systems.index, context.parameter("maintenance_it_frac", country)
        ),
        "rack_mw": (systems["rack_kw"] / 1e3).to_dict(),
        "rack_musd": systems["price_musd"].to_dict(),
        "network_frac": dict.fromkeys(systems.index, context.parameter("network_frac", country)),
        "rack_crf_per_year": dict(zip(systems.index, crf, strict=True)),
        "chips_kilo_count": (systems["chips_count"] / 1e3).to_dict(),
        "flops_exa": (speed * systems["chips_count"] / 1e6).to_dict(),
        "hbm_tb": memory[systems["hbm_generation"].isin(generations)].to_dict(),
        "hbm_generation": systems["hbm_generation"].to_dict(),
        "maker_country": systems["maker_country"].to_dict(),
        "vendor": systems["vendor"].to_dict(),
        "sovereignty_class": context.workloads["sovereignty_class"].to_dict(),
        "home_country": context.workloads["home_country"].to_dict(),
    }


def _mean_load(context: Context, day: Day, idle: float) -> dict[str, float]:
    """Least and greatest mean over peak IT load that any use of racks can have."""
    if len(day.hour_frac) > 1:
        return {"low": idle, "high": 1.0}
    at_work = list(day.work_frac.values()) + [1.0] * bool(context.scenario.training)
    return {"low": idle + (1 - idle) * min(at_work), "high": idle + (1 - idle) * max(at_work)}


def _oversubscription(context: Context) -> dict[str, dict]:
    factor = context.scenario.serving.oversubscription_frac_max
    if factor is None:
        return {}
    flags = context.workloads["oversubscribe_flag"]
    return {
        "oversubscription_frac": {"all": factor},
        "oversubscribed": {w: 1 for w, flag in flags.items() if flag == 1},
    }


def software_gain(context: Context) -> dict[int, float]:
    """By period, tokens/s of a rack over those of the reference year's engine.

    (1 + g) ** (t - reference year), with g the scenario's yearly gain or the region's.
    """
    country = context.countries[0]
    stated = context.scenario.serving.software_gain_frac_per_year
    yearly = context.parameter("software_gain_frac_per_year", country) if stated is None else stated
    first = context.parameter("throughput_reference_year", country)
    return {t: (1.0 + yearly) ** (t - first) for t in context.scenario.periods}


def delivered_in(context: Context) -> dict[tuple[str, int], list[int]]:
    """Periods whose installs stand in period t, to its end: no rack gets older than its life.

    A rack also stands in the period it arrives in; where that is longer than its life, the annuity
    pays for its replacement within.
    """
    lives = context.table("systems").set_index("system_id")["life_years"]
    years = context.scenario.period_years
    return {
        (str(k), t): [u for u in years if u == t or (u < t and t + years[t] - u <= life)]
        for k, life in lives.items()
        for t in years
    }


def rack_lead_years(context: Context) -> dict[str, int]:
    """Calendar years from naming a rack system to its delivery, by country."""
    leads = pd.Series([context.parameter("rack_lead_years", n) for n in context.countries])
    return dict(zip(context.countries, whole_years(leads).tolist(), strict=True))


def supply_values(context: Context) -> dict[str, dict]:
    """Racks by importing country and HBM by generation and vendor, for each period.

    A pair that the table does not name is not limited. A year before its first row brings
    nothing; a year after its last row brings as much as the last.
    """

    def drawn(rows: pd.DataFrame, keys: list[str], amount: str) -> dict[tuple, float]:
        stated: dict[tuple, dict[int, float]] = {}
        columns = (rows[column].tolist() for column in (*keys, "supply_year", amount))
        for *parts, year, count in zip(*columns, strict=True):
            stated.setdefault(tuple(parts), {})[int(year)] = count
        found: dict[tuple, float] = {}
        for key, by_year in sorted(stated.items()):
            last = max(by_year)
            for t, years in context.years_drawn.items():
                total = sum(by_year.get(min(y, last), 0.0) for y in years)
                found[(*key, t)] = float(total)
        return found

    racks = context.table("system_supply")
    memory = context.table("hbm_supply")
    return {
        "racks_supply_count": drawn(racks, ["country", "system_id"], "racks_count"),
        "hbm_supply_tb": drawn(memory, ["hbm_generation", "hbm_vendor"], "supply_tb"),
    }


def hbm_sources(context: Context, systems: set[str]) -> list[tuple[str, str]]:
    """(system, vendor) pairs whose memory is limited."""
    supply = context.table("hbm_supply")
    pairs = set(zip(supply["hbm_generation"], supply["hbm_vendor"], strict=True))
    rows = context.table("systems")
    return [
        (str(row.system_id), vendor.strip())
        for row in rows[rows["system_id"].isin(systems)].itertuples()
        for vendor in str(row.hbm_vendors).split(";")
        if (row.hbm_generation, vendor.strip()) in pairs
    ]


def cross_border(context: Context) -> dict[tuple[str, str, str], float]:
    """Largest share of (users' country, racks' country, class) that may cross."""
    rows = context.table("cross_border")
    share = dict(
        zip(
            zip(rows["from_country"], rows["to_country"], rows["sovereignty_class"], strict=True),
            rows["max_frac"].astype(float),
            strict=True,
        )
    )
    for n, places in context.scenario.policies.cross_border_share.items():
        for where, classes in places.items():
            for q, value in classes.items():
                share[n, where, q] = value
    return share


def reachable(context: Context, sites: pd.DataFrame) -> dict[str, frozenset]:
    """(workload, market) pairs each site may serve, by latency and by law."""
    links, markets = context.table("site_markets"), context.table("markets")
    place = sites.index.get_indexer(pd.Index(links["site_id"]))
    market = pd.Index(markets["market_id"]).get_indexer(pd.Index(links["market_id"]))
    here, there = (rows["country"].to_numpy(object) for rows in (sites, markets))
    known = (place >= 0) & (market >= 0) & np.isin(there, context.countries)[market]
    place, market, rtt_ms = place[known], market[known], links["rtt_ms"].to_numpy()[known]
    law = cross_border(context)
    served = np.zeros((len(sites), len(context.workloads), len(markets)), dtype=bool)
    for i, (_, row) in enumerate(context.workloads.iterrows()):
        q, home = row["sovereignty_class"], row["home_country"]
        lawful = {
            n: [(m == n or law.get((m, n, q), 1.0) > 0) and home in ("", m) for m in there]
            for n in set(here)
        }
        at_site = np.array([lawful[n] for n in here], dtype=bool).reshape(len(here), len(there))
        chosen = at_site[place, market] & (rtt_ms <= float(row["network_rtt_ms"]))
        served[place[chosen], i, market[chosen]] = True
    pairs = [(w, name) for w in context.workloads.index for name in markets["market_id"]]
    kinds, of_site = np.unique(served.reshape(len(sites), len(pairs)), axis=0, return_inverse=True)
    reach = [frozenset(pairs[j] for j in np.flatnonzero(kind)) for kind in kinds]
    return {s: reach[k] for s, k in zip(sites.index, of_site, strict=True)}
