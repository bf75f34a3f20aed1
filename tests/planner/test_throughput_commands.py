"""The throughput commands, typed as a user types them."""

import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from cli import app

HEAD = (
    "llm,accelerator,precision,engine,isl_tokens,osl_tokens,concurrency_reqs,tp,"
    "num_accelerators,output_tokens_per_s,accelerator_power_w"
)


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["throughput", *words])


def predicted(*words: str) -> dict:
    result = run("predict", *words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_predict_states_speed_interval_and_watts():
    told = predicted("Llama 3.1 70B", "H200", "--concurrency", "64", "--tp", "8")
    assert told["low80_tokens_per_s"] < told["output_tokens_per_s"] < told["high80_tokens_per_s"]
    assert told["batch_count"] == 64
    assert told["layout"] == "TP8 EP1 DP1 PP1"
    assert 100 < told["chip_w"] <= 700
    assert not told["extrapolated"]


def test_a_cap_slows_and_saves_only_where_it_binds():
    words = ("Llama 3.1 8B", "H200", "--chips", "1", "--concurrency")
    busy, capped = predicted(*words, "512"), predicted(*words, "512", "--cap", "0.6")
    assert capped["chip_w"] < busy["chip_w"]
    assert capped["output_tokens_per_s"] < busy["output_tokens_per_s"]
    idle = predicted(*words, "1", "--chips", "8", "--tp", "8")
    assert predicted(*words, "1", "--chips", "8", "--tp", "8", "--cap", "0.9") == idle


def test_a_chip_without_measurements_is_marked_and_wider():
    told = predicted("Llama 3.1 70B", "RNGD", "--concurrency", "8")
    plain = predicted("Llama 3.1 70B", "H200", "--concurrency", "8")
    assert told["extrapolated"]
    width = [t["high80_tokens_per_s"] / t["low80_tokens_per_s"] for t in (told, plain)]
    assert width[0] > width[1]


def test_drafts_and_prefix_cache_help():
    words = ("Llama 3.1 70B", "H200", "--concurrency", "8", "--tp", "8", "--isl", "8000")
    plain = predicted(*words)["output_tokens_per_s"]
    assert predicted(*words, "--prefix-hit", "0.8")["output_tokens_per_s"] > plain
    drafted = predicted(*words, "--drafts", "3", "--acceptance", "0.8")
    assert drafted["output_tokens_per_s"] > 1.3 * plain


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("predict", "no such LLM", "H200"), "unknown name"),
        (("predict", "Llama 3.1 8B", "loom"), "unknown name"),
        (("predict", "Llama 3.1 8B", "H200", "--cap", "2"), "0.1 to 1"),
        (("predict", "Llama 3.1 8B", "H200", "--isl", "0"), "a number above 0"),
        (("validate", "absent.csv"), "no such file"),
        (("import", "inferencey", "absent.csv"), "inferencex"),
    ],
)
def test_bad_input_is_refused_in_words(words, said):
    result = run(*words)
    assert result.exit_code == 2
    assert said in result.output


def test_validate_reports_errors_and_writes_rows(tmp_path: Path):
    file, out = tmp_path / "rows.csv", tmp_path / "out.csv"
    rows = [
        "Llama-3.1-70B,H200,fp8,trtllm,1024,1024,64,8,8,4500,",
        "Qwen3-8B,H100,bf16,vllm,200,800,64,1,1,4000,500",
    ]
    file.write_text("\n".join([HEAD, *rows]))
    result = run("validate", str(file), "--out", str(out), "--json")
    assert result.exit_code == 0, result.output
    tables = json.loads(result.stdout)
    assert tables["all"][0]["n"] == 2
    assert {row["llm"] for row in tables["llm"]} == {"llama-3-1-70b", "qwen3-8b"}
    assert "watts" in tables
    assert {"predicted_tokens_per_s", "covered"} <= set(pd.read_csv(out).columns)


def test_llms_the_catalogue_lacks_come_with_their_architecture(tmp_path: Path):
    """A copy of Llama 3.1 70B under another name, in the words of configuration files."""
    llms, file = tmp_path / "llms.csv", tmp_path / "rows.csv"
    llms.write_text(
        "llm,params_total_b,layers,layers_dense_ffn,hidden_size,ffn_size,heads,kv_heads,head_dim,"
        "vocab_size,tied_embeddings\nNewcomer-70B,70.552,80,80,8192,28672,64,8,128,128256,false\n"
    )
    row = "{},H200,fp8,trtllm,1024,1024,64,8,8,4500,"
    names = ("Newcomer-70B", "Llama-3.1-70B")
    file.write_text("\n".join([HEAD, *(row.format(name) for name in names)]))
    out = tmp_path / "out.csv"
    result = run("validate", str(file), "--llms", str(llms), "--out", str(out))
    assert result.exit_code == 0, result.output
    twins = pd.read_csv(out)["predicted_tokens_per_s"]
    assert twins[0] == pytest.approx(twins[1], rel=1e-3)
