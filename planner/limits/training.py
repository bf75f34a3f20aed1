"""Training jobs: one site and one system, enough chips together, enough FLOP by the date."""

from collections.abc import Iterator

from planner.limits.book import AT_LEAST, EXACTLY, Book, Limit, named
from planner.results.fleet import TRAINING
from planner.results.training import ZETTA, made_flop


def of_training(book: Book) -> Iterator[Limit]:
    """What each job needs, from the rows of the fleet that train."""
    case, fleet = book.case, book.tables["fleet"]
    for j in case.sets["JOB"]:
        rows = fleet[(fleet["state_id"] == TRAINING) & (fleet["workload_id"] == j)]
        gangs = len(rows[["site_id", "system_id"]].drop_duplicates())
        hold = ((named("training_host", j), 1.0),)
        yield Limit(
            "training_host", j, None, EXACTLY, 1, gangs, "site and rack system", "fleet.csv", hold
        )
        hold = ((named("training_flop", j), 1 / ZETTA),)
        asked = case["training_zettaflop"][j] * ZETTA
        made = made_flop(case, rows)
        yield Limit("training_flop", j, None, AT_LEAST, asked, made, "FLOP", "fleet.csv", hold)
        chips = rows["racks_at_work_count"] * rows["system_id"].map(case["chips_kilo_count"]) * 1e3
        for t, together in chips.groupby(rows["period"]).sum().items():
            least = float(case["training_chips_count"][j])
            each = tuple(
                (named("training_chips", s, j, k, t), 1e-3)
                for s, k in set(zip(rows["site_id"], rows["system_id"], strict=True))
            )
            yield Limit(
                "training_chips", j, int(t), AT_LEAST, least, float(together), "chips",
                "fleet.csv", each,
            )  # fmt: skip
