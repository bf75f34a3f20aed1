"""One small plan with every kind of rule in it, solved once and shared by the tests of results."""

from pathlib import Path

import pytest

from planner.planning import Plan, plan

RULES = """\
name: every-rule
periods: [2027, 2028]
scale:
  facility_mw_min: {2027: 15, 2028: 45}
  facility_mw_max: {2028: 400}
  tokens_per_s_min: {2028: 1000}
scale_by_country:
  JP: {facility_mw_min: {2028: 12}}
demand:
  mix: {chat: 0.5, batch-documents: 0.3, public-sector-kr: 0.1, public-sector-jp: 0.1}
  peak_to_mean_ratio: 1.5
  floors: [{tokens_per_s: 1000, workload: chat, country: KR, period: 2028}]
  ceilings: [{tokens_per_s: 900000000, workload: chat}]
filters:
  sites:
    include: [ulsan-ulju-154kv-1, ulsan-hitech-valley, ulsan-mipo, gumi-154kv-1,
              haenam-154kv-1, haenam-solaseado, ishikari-bay]
    force: [haenam-solaseado]
policies:
  first_year: {KR: 2027, JP: 2028}
  in_country_share: {KR: 0.7, JP: 0.7}
  cross_border_share: {KR: {JP: {open: 0.3}}, JP: {KR: {open: 0.3}}}
  domestic_accelerator_share: {KR: {share: 0.05, basis: chips}}
  vendor_share_max: {share: 0.95, basis: mw}
  country_share: {JP: {max: 0.6}, KR: {min: 0.3}}
  outage: {KR: {share: 1.0, classes: [public]}}
  pue_max: {JP: 1.3}
  carbon_t_per_year_max: {2028: 1000000}
budget:
  capex_musd_total: 9000
  capex_musd: {2027: 5000}
  capex_musd_by_country: {JP: 4000}
  opex_musd_per_year: {2028: 2000}
  cost_usd_per_mtoken_max: 50
money:
  revenue_usd_per_mtoken: {chat: 1.0}
serving: {software_gain_frac_per_year: 0.1}
solve: {gap_frac: 0.01, threads: 1}
"""


@pytest.fixture(scope="session")
def solved(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """The plan, with one option given on the way."""
    path = tmp_path_factory.mktemp("scenario") / "every-rule.yaml"
    path.write_text(RULES, encoding="utf-8")
    return plan(path, overrides=["budget.capex_musd_total=9500"])


@pytest.fixture(scope="session")
def written(solved: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its result files."""
    return solved.write(tmp_path_factory.mktemp("runs") / "first")
