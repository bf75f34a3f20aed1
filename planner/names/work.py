"""What a scenario says of hours, training and required demand, against its region."""

from collections.abc import Iterator, Mapping, Sequence

from planner.coefficients.context import picked
from planner.coefficients.day import WHOLE, broken_days
from planner.names.found import Found
from planner.origin import Path
from planner.scenario import Scenario
from planner.scenario.demand import Limit, Required
from planner.tables import Region


def of_work(region: Region, scenario: Scenario, names: Mapping[str, list[str]]) -> Iterator[Found]:
    """Where, what is wrong, the value, the valid names or what is allowed."""
    yield from _shape(region, scenario)
    yield from _required(scenario, names)
    yield from _elsewhere(region, scenario)
    yield from _training(region, scenario, names)


def _shape(region: Region, scenario: Scenario) -> Iterator[Found]:
    name, here = scenario.demand.daily_shape, ("demand", "daily_shape")
    if name is None:
        return
    table = region.tables["daily_shapes"]
    if name not in set(table["shape_id"]):
        yield here, "unknown daily shape", name, sorted(set(table["shape_id"]))
        return
    for w, workload in scenario.workloads.items():
        if workload.peak_to_mean_ratio is not None:
            message = "is not used: demand.daily_shape states the peak"
            allowed = "leave it out, or leave out demand.daily_shape"
            path = ("workloads", w, "peak_to_mean_ratio")
            yield path, message, workload.peak_to_mean_ratio, allowed
    kinds = set(region.tables["workloads"]["demand_kind"])
    kinds |= {w.demand_kind for w in scenario.workloads.values() if w.demand_kind}
    countries = sorted(set(region.tables["sites"]["country"]))
    for n, kind in broken_days(table[table["shape_id"] == name], countries, sorted(kinds)):
        message = f"has no whole day of {kind} demand in {n} in table daily_shapes"
        yield here, message, name, WHOLE


def _required(scenario: Scenario, names: Mapping[str, list[str]]) -> Iterator[Found]:
    seen: dict[tuple, int] = {}
    for i, ask in enumerate(scenario.demand.required):
        here: Path = ("demand", "required", i)
        for what in ("workload", "country", "market"):
            value = getattr(ask, what)
            if value is not None and value not in names[what]:
                yield (*here, what), f"unknown {what}", value, names[what]
        scope = (ask.workload, ask.country, ask.market)
        if scope in seen:
            yield here, f"asks for the same as number {seen[scope]}", None, "each demand once"
        seen.setdefault(scope, i)


def _elsewhere(region: Region, scenario: Scenario) -> Iterator[Found]:
    """Demand of users whom the filters leave out; a ceiling on theirs holds by itself."""
    kept, demand = scenario.filters.countries, scenario.demand
    markets = region.tables["markets"]
    nation = dict(zip(markets["market_id"], markets["country"], strict=True))
    asked: list[tuple[str, Sequence[Limit | Required]]] = [
        ("floors", demand.floors),
        ("required", demand.required),
    ]
    for part, i, ask in ((part, i, ask) for part, asks in asked for i, ask in enumerate(asks)):
        country = ask.country or nation.get(ask.market or "")
        if kept and country is not None and country not in kept and ask.tokens_per_s > 0:
            what = "country" if ask.country else "market"
            message = "asks for a country that filters.countries leaves out"
            if what == "market":
                message = f"asks for a market of {country}, which filters.countries leaves out"
                inside = [name for name, home in nation.items() if home in kept]
            else:
                inside = kept
            yield ("demand", part, i, what), message, getattr(ask, what), inside


def _training(
    region: Region, scenario: Scenario, names: Mapping[str, list[str]]
) -> Iterator[Found]:
    systems = region.tables["systems"]
    able = systems[systems["training_capable_flag"] == 1]
    able = able[picked(able["system_id"], scenario.filters.systems)]
    stated: set[str] = set()
    for i, job in enumerate(scenario.training):
        here: Path = ("training", i)
        if job.name in stated or job.name in names["workload"]:
            message = "is the name of another job, or of a workload"
            yield (*here, "name"), message, job.name, "a name of its own"
        stated.add(job.name)
        if job.country is not None and job.country not in names["country"]:
            yield (*here, "country"), "unknown country", job.country, names["country"]
        kept = scenario.filters.countries
        if kept and job.country in names["country"] and job.country not in kept:
            message = "is a country that filters.countries leaves out"
            yield (*here, "country"), message, job.country, kept
        in_time = able[able["available_from_year"] <= job.by_year]
        if job.by_year < scenario.periods[0]:
            message = "is before the first period of the plan"
            yield (*here, "by_year"), message, job.by_year, f"at least {scenario.periods[0]}"
        elif in_time.empty:
            message = "is before any rack system that can train and that the filters leave"
            first = able["available_from_year"].min()
            allowed = f"at least {first}" if len(able) else "filters.systems with one that trains"
            yield (*here, "by_year"), message, job.by_year, allowed
