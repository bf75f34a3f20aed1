"""PUE: under its ceiling, where the law reaches."""

from tests.solved import breaks, refused, rows
from tests.tiny import YEARS, tiny_case


def test_a_ceiling_on_pue():
    # a has a PUE of 1.1, b of 1.2: under 1.15, b stays dark
    wide = {"facility_mw_min": {("all", 2027): 36.0}}
    assert refused(tiny_case(**wide, pue_max={"a": 1.15, "b": 1.15}))
    case = tiny_case(**wide, pue_max={"a": 1.15})
    assert not refused(case), "b has no ceiling"
    assert breaks(tiny_case(pue_max={"b": 1.15}), {"it_mw[b,dry,2027]": 1}, tiny_case())


def test_pue_is_of_the_site_and_not_of_each_hall():
    # cool halls at 1.1 make up for warm ones at 1.3, MW for MW, under 1.2
    designs = {"cooling_class": {"cool": "liquid", "warm": "liquid"}}
    pue = {(s, d): 1.1 if d == "cool" else 1.3 for s in "ab" for d in ("cool", "warm")}
    held = {"it_mw[a,cool,2027]": 5, "it_mw[b,cool,2027]": 0, "it_mw[b,warm,2027]": 0}
    case = tiny_case(**designs, energy_per_it_frac=pue, pue_max={"a": 1.2})
    assert not refused(case, held={**held, "it_mw[a,warm,2027]": 5})
    free = tiny_case(**designs, energy_per_it_frac=pue)
    assert breaks(case, {**held, "it_mw[a,warm,2027]": 5.1}, free)


LATER = {"pue_max": {"a": 1.15, "b": 1.15}, "pue_opened_before": {"a": 2027, "b": 2027}}


def test_a_site_opened_before_the_law_is_free_of_it():
    # b, of PUE 1.2, may serve in 2028 where it was opened in 2027, and not where it opens in 2028
    case = tiny_case(periods=YEARS, **LATER)
    load = {"it_mw[b,dry,2028]": 1}
    assert not refused(case, held={**load, "open[b,2027]": 1})
    assert breaks(case, {**load, "open[b,2027]": 0}, tiny_case(periods=YEARS))


def test_the_law_is_not_before_its_year():
    case = tiny_case(periods=YEARS, **LATER)
    assert not refused(case, held={"it_mw[b,dry,2027]": 1})
    assert not any(name.endswith("2027]") for name in pue_rows(case))


def pue_rows(case):
    from models.build import build
    from planner.solve.compile import compile_model

    return [name for name in compile_model(build(case)).row_names if name.startswith("pue_")]


SMALL = {"pue_max": {"b": 1.15}, "pue_above_mwh_per_year": {"b": 8760 * 1.2}}


def test_a_small_site_is_free_of_it():
    # 1.2 MW at the meter on average is 1 MW of IT at b, of PUE 1.2
    case = tiny_case(**SMALL)
    assert not refused(case, held={"it_mw[b,dry,2027]": 0.99})
    assert breaks(case, {"it_mw[b,dry,2027]": 1.01}, tiny_case())


def test_small_sites_are_counted_only_where_they_could_break_it():
    assert "small_energy" in rows(tiny_case(**SMALL))
    cool = {"pue_max": {"a": 1.15}, "pue_above_mwh_per_year": {"a": 10000.0}}
    assert "small_energy" not in rows(tiny_case(**cool))
    assert not {"pue_ceiling", "small_energy"} & rows(tiny_case())
