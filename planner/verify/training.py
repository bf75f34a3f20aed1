"""Training jobs and required demand: their files follow from those of racks and flows."""

from planner.results.demand import delivered, unserved_musd
from planner.results.fleet import TRAINING
from planner.results.training import training
from planner.verify.checks import FRAC, TOKENS, differing, untrue
from planner.verify.run import Run


def jobs(run: Run) -> list[str]:
    """Every job has its row, which is what the fleet's racks on training come to."""
    stated, case = run.tables["training"], run.book.case
    wanted = training(case, run.tables["fleet"]).set_index("job")
    found = [
        f"training.csv: the job {j} has no row"
        for j in case.sets["JOB"]
        if j not in set(stated["job"])
    ]
    known = stated["job"].isin(wanted.index)
    found += untrue("training", stated, known, "no racks of fleet.csv train for it")
    rows = stated[known]
    for column in ("site_id", "system_id", "first_period", "last_period"):
        same = rows[column].to_numpy() == wanted.loc[rows["job"], column].to_numpy()
        found += untrue("training", rows, same, f"{column} is not that of fleet.csv")
    for column in ("racks_at_work_count", "chips_at_work_count", "it_kw", "required_chips_count",
                   "required_flop", "made_flop"):  # fmt: skip
        want = wanted.loc[rows["job"], column].to_numpy()
        found += differing("training", rows, column, want, "fleet.csv", 1e-6)
    return found


def possible(run: Run) -> list[str]:
    """Racks that train can, may be where they are, and run while their job may."""
    case, fleet = run.book.case, run.tables["fleet"]
    rows = fleet[fleet["state_id"] == TRAINING]
    keys = zip(rows["workload_id"], rows["system_id"], rows["period"], strict=True)
    able = [(j, k, int(t)) in case["training_rack_zettaflop"] for j, k, t in keys]
    words = "the rack cannot train for that job: it only infers, or the job is over"
    found = untrue("fleet", rows, able, words)
    at = zip(rows["workload_id"], rows["site_id"].map(case["country"]), strict=True)
    lawful = [i in case["training_where"] for i in at]
    return found + untrue("fleet", rows, lawful, "the job's data may not leave its country")


def required(run: Run) -> list[str]:
    """Each required demand with what is delivered of it, and the price of the rest."""
    case, stated = run.book.case, run.tables["demand"]
    nation = case["market_country"]
    rows = stated.set_index(["workload_id", "country", "market_id", "period"], drop=False)
    found = []
    if len(stated) != len(case.sets["REQUIRED"]):
        found.append(f"demand.csv: has {len(stated)} rows, not {len(case.sets['REQUIRED'])}")
    for at in case.sets["REQUIRED"]:
        i, w, n, a, t = at
        key = (w, n or nation[a], a, t)
        if key not in rows.index:
            found.append(f"demand.csv: no row for {', '.join(str(part) for part in key if part)}")
            continue
        row, price = rows.loc[[key]].iloc[0], case["unserved_usd_per_mtoken"].get(i)
        left = float(row["unserved_tokens_per_s"]) / 1e6
        wanted = {
            "required_tokens_per_s": case["required_mtokens_per_s"][i, t] * 1e6,
            "tokens_per_s": delivered(case, run.book.served, at) * 1e6,
            "unserved_usd_per_mtoken": price,
            "unserved_musd_per_year": unserved_musd(case, price, left),
        }
        for column, want in wanted.items():
            have = row[column]
            blank = have != have
            small = TOKENS if column == "tokens_per_s" else 1e-6
            if blank != (want is None) or (
                want is not None and abs(have - want) > FRAC * abs(want) + small
            ):
                found.append(f"demand.csv ({', '.join(map(str, key))}): {column} is {have}, "
                             f"but it comes to {want}")  # fmt: skip
        if price is None and left > 0:
            found.append(f"demand.csv ({', '.join(map(str, key))}): unserved without a price")
    return found


CHECKS = (jobs, possible, required)
