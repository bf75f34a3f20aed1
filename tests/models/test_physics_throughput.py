"""Serving physics: known counts, limits, and what memory buys."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.physics.chip_power import Demand, capped, under_cap
from models.physics.llm import Llm, experts_hit_frac, from_geometry, kv_resident_elements
from models.physics.machine import FP8, Chip, Layout, Numerics
from models.physics.memory import capacity_sequences
from models.physics.throughput import Requests, aggregated, speculative_tokens

DATA = Path(__file__).parents[2] / "data" / "kr-jp"
LLMS = pd.read_csv(DATA / "llms.csv")
C = (
    pd.read_csv(DATA / "throughput_coefficients.csv")
    .set_index("coefficient")["value"]
    .astype(float)
    .to_dict()
)
H200 = Chip(989e12, 1979e12, 0.0, 151.4e9, 4.8e12, 450e9, 50e9, 8, 700.0)
NUMERICS = Numerics(FP8, FP8, 1.0, 1.0, 1.0)


def llm(llm_id: str) -> Llm:
    row = LLMS[LLMS["llm_id"] == llm_id]
    numbers = row.select_dtypes("number").fillna(0.0)
    arrays = from_geometry({name: numbers[name].to_numpy(float) for name in numbers})
    return arrays.take(0)


@pytest.mark.parametrize(
    ("llm_id", "kv_bytes", "active_b"),
    [
        # published: 80 layers x 2 x 8 heads x 128 x 2 bytes; all but the input table is read
        ("llama-3-1-70b", 327_680, 69.5),
        # published: 61 layers x (512 + 64) x 2 bytes; 37 B active including the input table
        ("deepseek-v3", 70_272, 36.6),
    ],
)
def test_counts_match_published_geometry(llm_id, kv_bytes, active_b):
    m = llm(llm_id)
    two_tokens = kv_resident_elements(m, 2.0) - kv_resident_elements(m, 1.0)
    assert two_tokens * 2 == kv_bytes
    active = m.always_params + m.expert_params * m.active_experts_count / m.experts_count
    assert active / 1e9 == pytest.approx(active_b, rel=0.01)


def test_window_layers_stop_growing():
    m = llm("gpt-oss-120b")
    grow = np.diff(kv_resident_elements(m, np.array([100.0, 101.0, 1000.0, 1001.0])))
    # 18 of 36 layers see 128 tokens only, so a token costs half as much beyond the window
    assert grow[2] == pytest.approx(grow[0] / 2)


def test_experts_hit_from_one_token_to_all():
    m = llm("deepseek-r1")
    hit = experts_hit_frac(m, np.array([1.0, 1e4]))
    assert hit[0] == pytest.approx(8 / 256)
    assert hit[1] == pytest.approx(1.0)


def rate(chip: Chip, name: str, batch: float, **requests) -> float:
    asked = Requests(1024.0, 1024.0, **requests)
    run = aggregated(llm(name), (chip, NUMERICS, Layout(8, 1, 1)), asked, batch, C)
    return float(run.tokens_per_s)


def test_decoding_is_faster_with_more_bandwidth():
    wide = replace(H200, hbm_bytes_per_s=9.6e12)
    slow, fast = rate(H200, "llama-3-1-70b", 16), rate(wide, "llama-3-1-70b", 16)
    assert slow < fast < 2 * slow


def test_more_memory_holds_more_sequences():
    big = replace(H200, hbm_bytes=2 * H200.hbm_bytes)
    m, layout = llm("llama-3-1-70b"), Layout(8, 1, 1)
    few = capacity_sequences(m, H200, NUMERICS, layout, 2048.0, C)
    many = capacity_sequences(m, big, NUMERICS, layout, 2048.0, C)
    assert 2 * few < many


def test_weights_that_do_not_fit_leave_no_room():
    one = Layout(1, 1, 1)
    assert capacity_sequences(llm("llama-3-1-405b"), H200, NUMERICS, one, 2048.0, C) == 0


def test_arrays_equal_scalars():
    batches = np.array([1.0, 8.0, 64.0])
    together = aggregated(
        llm("deepseek-r1"), (H200, NUMERICS, Layout(8, 1, 1)), Requests(1024.0, 512.0), batches, C
    )
    for i, b in enumerate(batches):
        alone = aggregated(
            llm("deepseek-r1"), (H200, NUMERICS, Layout(8, 1, 1)), Requests(1024.0, 512.0), b, C
        )
        assert together.tokens_per_s[i] == pytest.approx(float(alone.tokens_per_s))


def test_prefix_cache_and_drafts_help_when_asked_for():
    plain = rate(H200, "llama-3-1-70b", 16)
    assert rate(H200, "llama-3-1-70b", 16, prefix_hit_frac=0.5) > plain
    y = float(speculative_tokens(3, 0.8))
    assert y == pytest.approx(1 + 0.8 + 0.64 + 0.512)
    assert rate(H200, "llama-3-1-70b", 4, tokens_per_step=y, step_tokens_count=4.0) > plain / 4


def test_cap_above_demand_changes_nothing_and_below_it_slows():
    power, speed = capped(np.array([0.5, 0.9]), 0.7, C)
    assert (power[0], speed[0]) == (0.5, 1.0)
    assert power[1] == pytest.approx(0.7)
    assert 0.7 / 0.9 < speed[1] < 1.0


def test_a_saturated_chip_under_a_published_cap():
    """MLPerf v4.1, 8x H200, Llama 2 70B offline: 25,262 of 31,303 tokens/s at 500 of 700 W."""
    saturated = Demand(np.array(1.2), np.array(1.5), np.array(0.6))
    power, decode_speed, prompt_speed = under_cap(saturated, 500 / 700, C)
    assert power == pytest.approx(500 / 700)
    assert decode_speed == prompt_speed == pytest.approx(25262 / 31303, abs=0.03)


def test_phases_meet_a_cap_by_themselves():
    mixed = Demand(np.array(0.5), np.array(1.0), np.array(0.8))
    power, decode_speed, prompt_speed = under_cap(mixed, 0.7, C)
    assert (decode_speed, prompt_speed < 1.0) == (1.0, True)
    assert power < mixed.mean
    power, *speeds = under_cap(mixed, 1.0, C)
    assert power == mixed.mean == pytest.approx(0.6)
    assert speeds == [1.0, 1.0]
