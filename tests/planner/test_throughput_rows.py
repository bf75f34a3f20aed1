"""Measurement rows: names, schema, importers, rules, predictions, intervals."""

import numpy as np
import pandas as pd
import pytest

from planner.errors import InputError
from planner.throughput.catalogue import coefficient_values
from planner.throughput.import_serving import inferencex, trtllm
from planner.throughput.intervals import coverage, spread
from planner.throughput.measured import catalogue, held_out, shipped_measurements, splits
from planner.throughput.names import chip_of, llm_id_of, precision_of
from planner.throughput.rows import predict, serve, tokens_per_s
from planner.throughput.rules import RULES, marked, merged
from planner.throughput.validate import validated

SHELF = catalogue()
C = coefficient_values(SHELF.coefficients)


def row(**changes: object) -> pd.DataFrame:
    """One plain row of the schema."""
    plain = {
        "llm": "llama-3-1-70b",
        "accelerator": "H200",
        "precision": "fp8",
        "engine": "trtllm",
        "isl_tokens": 1024,
        "osl_tokens": 1024,
        "num_accelerators": 8,
        "concurrency_reqs": 64,
        "tp": 8,
        "output_tokens_per_s": 4000,
    }
    return pd.DataFrame([plain | changes])


def predicted(**changes: object) -> float:
    return float(tokens_per_s(SHELF.prepare(SHELF.resolve(row(**changes))), C)[0])


@pytest.mark.parametrize(
    ("name", "llm"),
    [
        ("meta-llama/Llama-3.1-70B-Instruct", "llama-3-1-70b"),
        ("Llama 3.3 70B", "llama-3-1-70b"),
        ("nvidia/DeepSeek-V3.1-NVFP4", "deepseek-r1"),
        ("deepseek-ai/DeepSeek-V3.2", "deepseek-v3-2"),
        ("Qwen/Qwen3-235B-A22B-Thinking-2507-FP8", "qwen3-235b-a22b"),
        ("Qwen3-Coder-30B-A3B-Instruct", "qwen3-30b-a3b"),
        ("llama2-70b-99.9", "llama-2-70b"),
        ("moonshotai/Kimi-K2.5", "kimi-k2-5"),
        ("no such thing", None),
    ],
)
def test_names_of_llms(name, llm):
    assert llm_id_of(name, SHELF.llms["llm_id"]) == llm


@pytest.mark.parametrize(
    ("name", "chip"),
    [
        ("NVIDIA H100-SXM-80GB", "H100 SXM"),
        ("NVIDIA H100-PCIe-80GB", "H100 PCIe"),
        ("gb200", "GB200"),
        ("b200_sxm", "B200 SXM"),
        ("NVIDIA GH200 Grace Hopper Superchip 144GB", "GH200 144GB"),
        ("A100-SXM4-40GB", "A100 40GB"),
        ("RTXPRO6000", "RTX PRO 6000"),
        ("AMD Instinct MI355X 288GB HBM3e", "MI355X"),
        ("abacus", None),
    ],
)
def test_names_of_chips(name, chip):
    assert chip_of(name, SHELF.chips["accelerator"]) == chip


def test_words_for_precision():
    words = ("NVFP4", "mxfp4", "FP8", "bfloat16", "float16", "int4_wo", "UINT4", "INT8", "x")
    kinds = ["fp4", "fp4", "fp8", "bf16", "bf16", "int4", "int4", "int8", None]
    assert [precision_of(word) for word in words] == kinds


def test_bad_rows_are_refused_all_at_once():
    bad = pd.concat([row(llm="abacus"), row(accelerator="loom"), row(isl_tokens="many")])
    with pytest.raises(InputError) as error:
        SHELF.resolve(bad, "file.csv")
    text = str(error.value)
    assert all(word in text for word in ("abacus", "loom", "many", "file.csv", "line 4"))


def test_a_missing_column_is_named():
    with pytest.raises(InputError, match="osl_tokens"):
        SHELF.resolve(row().drop(columns="osl_tokens"))


def test_more_requests_more_tokens_until_memory_is_full():
    rates = [predicted(concurrency_reqs=n) for n in (1, 8, 64, 512)]
    assert rates == sorted(rates)
    full = [predicted(llm="llama-3-1-405b", concurrency_reqs=n) for n in (5000, 50000)]
    assert full[0] == pytest.approx(full[1])


def test_an_open_layout_is_at_least_as_fast_as_any_stated():
    stated = [predicted(tp=tp, attention_dp=8 / tp, llm="deepseek-r1") for tp in (8, 4, 2)]
    assert predicted(tp=None, llm="deepseek-r1") >= max(stated) * (1 - 1e-9)


def test_waves_cost_speed():
    """1.5 fillings of memory take two waves, the second half empty."""
    plain = row(concurrency_reqs=None, num_requests=None, llm="llama-3-1-405b")
    x = SHELF.prepare(SHELF.resolve(plain))
    _, steady, batch = serve(x, C)
    waved = predicted(
        concurrency_reqs=None, num_requests=1.5 * float(batch[0]), llm="llama-3-1-405b"
    )
    assert 0.6 * steady[0] < waved < steady[0]


def test_a_latency_limit_is_kept():
    x = SHELF.prepare(SHELF.resolve(row(concurrency_reqs=None, tpot_limit_ms=12.0, tp=None)))
    p = predict(x, C)
    assert p.tpot_s[0] <= 0.012
    looser = SHELF.prepare(SHELF.resolve(row(concurrency_reqs=None, tpot_limit_ms=40.0, tp=None)))
    assert predict(looser, C).tokens_per_s[0] > p.tokens_per_s[0]


def test_prompt_workers_bound_a_disaggregated_run():
    apart = {"prefill_workers": 1, "decode_workers": 1, "prefill_tp": 8, "osl_tokens": 64}
    few = predicted(num_accelerators=16, concurrency_reqs=2048, **apart)
    many = predicted(num_accelerators=32, concurrency_reqs=2048, **(apart | {"prefill_workers": 3}))
    assert many > 1.5 * few


def test_repaired_layouts_of_inferencex():
    raw = pd.DataFrame(
        {
            "backend": ["sglang"],
            "backend_version": ["0.5.9"],
            "model": ["Qwen/Qwen3.5-397B-A17B"],
            "system": ["b200_sxm"],
            "precision": ["fp8"],
            "mode": ["agg"],
            "isl_tokens": [1024],
            "osl_tokens": [1024],
            "concurrency_reqs": [4.0],
            "tp_size": [64.0],
            "pp_size": [1.0],
            "attention_dp_size": [1.0],
            "moe_tp_size": [8.0],
            "moe_ep_size": [8.0],
            "derived_num_gpus": [64.0],
            "derived_output_throughput_tok_per_s": [500.0],
            "measured_ttft_ms": [100.0],
            "measured_tpot_ms": [8.0],
            "measured_date": ["2026-03-20"],
            "source": ["x"],
        }
    )
    nothing = "prefill_num_workers prefill_tp_size prefill_attention_dp_size decode_num_workers"
    more = "decode_tp_size decode_pp_size decode_attention_dp_size decode_moe_ep_size"
    for name in f"{nothing} {more}".split():
        raw[name] = np.nan
    out = inferencex(raw).iloc[0]
    # 64 = tensor 8 x expert 8 in one column: the run had 8 chips
    assert (out["tp"], out["ep"], out["num_accelerators"]) == (8.0, 8.0, 8.0)


def test_moe_rows_of_the_first_page_ran_attention_data_parallel():
    raw = pd.DataFrame(
        {
            "trtllm_doc_version": ["v1.0 (PyTorch backend)", "v0.17 (TensorRT engine)"],
            "model": ["Llama 4 Scout", "Mixtral 8x7B"],
            "gpu": ["H200", "H200"],
            "precision": ["FP8", "FP8"],
            "isl_tokens": [128, 128],
            "osl_tokens": [2048, 2048],
            "tp": [4.0, 4.0],
            "dep_attention_dp_expert_parallel": [np.nan, np.nan],
            "pp": [1, 1],
            "num_gpus": [4, 4],
            "output_throughput_tok_per_s_total": [1.0, 1.0],
            "source": ["x", "x"],
        }
    )
    out = trtllm(raw)
    assert out["attention_dp"].tolist() == [4.0, 1.0]
    assert out["num_requests"].tolist() == [3000, 3000]


def test_rules_mark_and_never_drop():
    rows = shipped_measurements(cleaned=False)
    assert set(rows["left_out"]) - {""} <= {rule.name for rule in RULES} | {
        "expert layout unlike attention layout"
    }
    again = marked(rows.assign(left_out="", engine_version=rows["engine_version"]))
    assert len(again) == len(rows)
    assert len(merged(again)) <= len(rows)


def test_repeats_are_merged_before_splitting():
    two = pd.concat([row(output_tokens_per_s=100), row(output_tokens_per_s=300)])
    one = merged(SHELF.resolve(two))
    assert one["output_tokens_per_s"].tolist() == [200]
    assert one["repeats_count"].tolist() == [2]


def test_splits_cover_every_row_once():
    rows = shipped_measurements()
    for split in ("llm", "accelerator", "source"):
        times = sum(out.astype(int) for _, out in held_out(rows, split))
        assert (times == 1).all(), split
    assert set(splits()["split_id"]) == {"llm", "accelerator", "source", "blackwell"}


def test_interval_of_equal_groups_and_its_coverage():
    ratio = np.linspace(0.5, 1.5, 1001)
    group = np.arange(1001) % 7
    low, high = spread(ratio, group)
    # 7 groups raise the level from 0.8 to 0.8 * (1 + 1/14) = 0.857
    assert (low, high) == pytest.approx((1 - 0.857 / 2, 1 + 0.857 / 2), abs=0.01)
    table = pd.DataFrame({"group": group, "kind": "dense", "ratio": ratio})
    assert coverage(table).mean() == pytest.approx(0.857, abs=0.02)


def test_shipped_calibration_predicts_its_own_rows(tmp_path):
    """In-sample error of the shipped coefficients on a tenth of the rows; 12 % when fitted."""
    file = tmp_path / "rows.csv"
    kept = shipped_measurements()
    kept[kept["mode"] == "agg"].iloc[::10].to_csv(file, index=False)
    out = validated(file)
    assert out["error_frac"].abs().mean() < 0.16
    assert out["error_frac"].abs().median() < 0.11
    assert 0.7 < out["covered"].mean() < 0.97
