"""Published measurements that the throughput core is calibrated on, and what came of them.

These tables are read by the throughput commands, not by a plan; their rows carry their source.
"""

from models.columns import Column, Table

TABLES = (
    Table(
        "measurements",
        "published serving measurements, one row a configuration (median of its repeats)",
        (),
        provenance=False,
    ),
    Table(
        "measured_chips",
        "chips of measurements that no rack system for new factories holds",
        ("accelerator",),
        provenance=False,
    ),
    Table(
        "throughput_splits",
        "frozen splits: the values of a column that are held out together",
        ("split_id", "group_id", "member"),
        provenance=False,
    ),
    Table(
        "throughput_intervals",
        "held-out spread of predictions: where 80 % of measured/predicted lie",
        ("quantity", "kind"),
        provenance=False,
    ),
    Table(
        "throughput_fit",
        "priors of the coefficients, and the spread of the fit",
        ("coefficient", "statistic"),
        provenance=False,
    ),
)


def _texts(table: str, **meanings: str) -> tuple[Column, ...]:
    return tuple(Column(table, name, meaning, "text") for name, meaning in meanings.items())


def _numbers(table: str, **meanings: str) -> tuple[Column, ...]:
    return tuple(
        Column(table, name, meaning, low=0, default=None) for name, meaning in meanings.items()
    )


_MEASUREMENTS = (
    *_texts(
        "measurements",
        source_id="benchmark it comes from",
        llm="LLM of the catalogue",
        accelerator="chip of the catalogue",
        precision="precision of the weights",
        engine="serving engine",
        engine_version="release and day, or benchmark round and scenario",
        mode="agg: prompts and decoding share chips; disagg: they do not",
        left_out="cleaning rule that leaves the row out; blank where kept",
    ),
    *_numbers(
        "measurements",
        isl_tokens="mean input length",
        osl_tokens="mean output length",
        concurrency_count="requests in flight; blank: offline at maximum load",
        requests_count="requests of the run; blank: steady load",
        tp_count="tensor-parallel size of attention; blank: any layout",
        pp_count="pipeline stages",
        ep_count="expert-parallel size",
        attention_dp_count="attention replicas",
        accelerators_count="chips of the run",
        prefill_workers_count="prompt workers of a disaggregated run",
        prefill_tp_count="tensor-parallel size of a prompt worker",
        prefill_attention_dp_count="attention replicas of a prompt worker",
        decode_workers_count="decode workers of a disaggregated run",
        kv_bytes="bytes per KV element",
        ttft_limit_ms="limit on time to first token",
        tpot_limit_ms="limit on time per output token",
        output_tokens_per_s="output tokens per second of all chips",
        ttft_ms="time to first token",
        tpot_ms="time per output token",
        accelerator_power_w="mean power of a chip",
        repeats_count="published runs merged into the row",
    ),
    Column(
        "measurements",
        "synchronous_flag",
        "1 where the engine schedules a step only after the last has returned",
        "flag",
    ),
)

_CHIPS = (
    *_texts("measured_chips", accelerator="name of the chip"),
    *_numbers(
        "measured_chips",
        bf16_tflops="dense peak with 16-bit operands",
        fp8_tflops="dense peak with 8-bit operands",
        fp4_tflops="dense peak with 4-bit operands",
        hbm_gb="memory",
        hbm_tb_per_s="memory bandwidth",
        chip_tdp_w="thermal design power",
        scaleup_chips_count="chips joined by the scale-up links",
        scaleup_gb_per_s="scale-up bandwidth per direction",
        scaleout_gb_per_s="network bandwidth per direction",
    ),
)

COLUMNS = (
    *_MEASUREMENTS,
    *_CHIPS,
    *_texts(
        "throughput_splits",
        split_id="llm, accelerator, source or blackwell",
        group_id="rows of one group are held out together",
        column="column of the measurements that is looked at",
        member="value of that column",
    ),
    *_texts(
        "throughput_intervals",
        quantity="tokens_per_s or accelerator_power_w",
        kind="dense, moe or extrapolated",
    ),
    *_numbers(
        "throughput_intervals",
        low_frac="tenth percentile of measured over predicted",
        high_frac="ninetieth percentile of measured over predicted",
        rows_count="held-out rows behind it",
    ),
    *_texts(
        "throughput_fit",
        coefficient="name in the equations",
        statistic="prior: what the fit is drawn to; low80, high80: its 80 % interval",
    ),
    Column("throughput_fit", "value", "value, in the unit of the coefficient"),
)
