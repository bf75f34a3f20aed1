"""Rack systems, LLMs, workloads, power states, and what can be delivered: the compute facts."""

from models.columns import Column, Table

PRECISIONS = ("bf16", "fp8", "fp4")
DEMAND_KINDS = ("interactive", "agent", "batch")
HBM_GENERATIONS = ("HBM2E", "HBM3", "HBM3E", "HBM4", "HBM4E", "HBM5", "GDDR6", "GDDR7")

TABLES = (
    Table("systems", "rack systems an AI factory can install", ("system_id",)),
    Table(
        "hbm_supply",
        "high-bandwidth memory that reaches Korean and Japanese buyers in a year",
        ("hbm_generation", "hbm_vendor", "supply_year"),
    ),
    Table("hbm_vendors", "where the makers of high-bandwidth memory are at home", ("hbm_vendor",)),
    Table(
        "system_supply",
        "largest deliveries of a rack system to a country in a year",
        ("country", "system_id", "supply_year"),
    ),
    Table("power_states", "operating power settings of accelerators", ("state_id",)),
    Table("llms", "public LLM architectures", ("llm_id",)),
    Table("workloads", "what the factories are asked to compute", ("workload_id",)),
    Table(
        "daily_shapes",
        "demand by block of the day over its mean; blocks are hours of UTC+9",
        ("shape_id", "country", "demand_kind", "hour_block"),
    ),
    Table(
        "throughput_coefficients",
        "coefficients of the throughput and power equations, with physical bounds",
        ("coefficient",),
    ),
    Table(
        "serving",
        "best serving configuration of each rack system, power state and workload",
        ("system_id", "state_id", "workload_id"),
        provenance=False,
    ),
)

_SYSTEMS = (
    Column("systems", "system_id", "short name of the rack system", "text"),
    Column("systems", "name", "name in words", "text"),
    Column("systems", "vendor", "maker of the accelerator", "text"),
    Column("systems", "maker_country", "country of the maker, ISO 3166-1 alpha-2", "text"),
    Column("systems", "accelerator", "accelerator (chip or card) in the rack", "text"),
    Column("systems", "bf16_tflops", "dense peak per chip with 16-bit operands", low=1),
    Column("systems", "fp8_tflops", "dense peak per chip with 8-bit operands", low=0, default=0.0),
    Column("systems", "fp4_tflops", "dense peak per chip with 4-bit operands", low=0, default=0.0),
    Column(
        "systems",
        "hbm_generation",
        "generation of the memory beside the chip",
        "text",
        allowed=HBM_GENERATIONS,
    ),
    Column("systems", "hbm_vendors", "makers of that memory, separated by ;", "text", default=""),
    Column("systems", "hbm_stacks_count", "memory stacks per chip", "whole", low=0),
    Column("systems", "hbm_gb", "memory per chip", low=1),
    Column("systems", "hbm_tb_per_s", "memory bandwidth per chip", low=0.01),
    Column("systems", "chip_tdp_w", "thermal design power of a chip", low=1),
    Column("systems", "chips_count", "chips per rack", "whole", low=1),
    Column("systems", "scaleup_chips_count", "chips joined by the scale-up links", "whole", low=1),
    Column("systems", "scaleup_gb_per_s", "scale-up bandwidth per chip and direction", low=0.1),
    Column("systems", "scaleout_gb_per_s", "network bandwidth per chip and direction", low=0.1),
    Column("systems", "rack_kw", "nameplate IT power of a rack at full power, all in", low=0.1),
    Column("systems", "host_kw", "the part of rack_kw besides the chips", low=0),
    Column("systems", "price_musd", "price of a rack with its share of the network", low=0),
    Column("systems", "available_from_year", "first year deliverable to Korea and Japan", "whole"),
    Column(
        "systems",
        "cooling",
        "heat removal the rack is built for",
        "text",
        allowed=("air", "liquid"),
    ),
    Column("systems", "training_capable_flag", "1 where it can train LLMs", "flag"),
    Column("systems", "life_years", "years in service", low=1, high=15),
)

_SUPPLY = (
    Column("hbm_supply", "hbm_generation", "memory generation", "text", allowed=HBM_GENERATIONS),
    Column("hbm_supply", "hbm_vendor", "memory maker", "text"),
    Column("hbm_supply", "supply_year", "year of delivery", "whole"),
    Column("hbm_supply", "supply_tb", "memory open to buyers of both countries", low=0),
    Column("hbm_vendors", "hbm_vendor", "memory maker", "text"),
    Column("hbm_vendors", "country", "country of the maker, ISO 3166-1 alpha-2", "text"),
    Column("system_supply", "country", "importing country", "text"),
    Column("system_supply", "system_id", "rack system", "text", refers="systems.system_id"),
    Column("system_supply", "supply_year", "year of delivery", "whole"),
    Column("system_supply", "racks_count", "largest deliveries in the year", "whole", low=0),
    Column("power_states", "state_id", "short name of the power state", "text"),
    Column("power_states", "name", "name in words", "text"),
    Column("power_states", "cap_frac", "power cap as a share of the chip's TDP", low=0.1, high=1.0),
)

_LLMS = (
    Column("llms", "llm_id", "short name of the LLM", "text"),
    Column("llms", "name", "name in words", "text"),
    Column("llms", "developer", "who trained it", "text"),
    Column("llms", "origin_country", "country of the developer", "text"),
    Column("llms", "model_licence", "licence of the weights", "text", default="unknown"),
    Column("llms", "released_year", "year of release", "whole", low=2017, default=None),
    Column("llms", "native_precision", "precision of the released weights", "text"),
    Column("llms", "params_total_b", "parameters, recounted from the geometry", low=0.1),
    Column("llms", "layers_count", "transformer layers", "whole", low=1),
    Column("llms", "moe_layers_count", "layers with routed experts", "whole", low=0, default=0),
    Column(
        "llms", "full_attention_layers_count", "layers that attend to all tokens", "whole", low=0
    ),
    Column("llms", "window_layers_count", "layers of window attention", "whole", low=0, default=0),
    Column("llms", "linear_layers_count", "layers of constant state", "whole", low=0, default=0),
    Column("llms", "window_tokens", "attention window", "whole", low=1, default=0),
    Column("llms", "hidden_count", "width of the residual stream", "whole", low=1),
    Column("llms", "dense_ffn_layers_count", "layers with a dense FFN", "whole", low=0, default=0),
    Column("llms", "ffn_count", "inner width of the dense FFN", "whole", low=1, default=0),
    Column("llms", "ffn_matrices_count", "matrices per FFN (3 gated, 2 plain)", "whole", low=2),
    Column("llms", "expert_input_count", "input width of an expert", "whole", low=1, default=0),
    Column("llms", "expert_ffn_count", "inner width of an expert", "whole", low=1, default=0),
    Column("llms", "experts_count", "routed experts per layer", "whole", low=1, default=0),
    Column("llms", "active_experts_count", "routed experts per token", "whole", low=1, default=0),
    Column(
        "llms", "shared_ffn_count", "inner width of the shared experts", "whole", low=1, default=0
    ),
    Column("llms", "heads_count", "attention heads", "whole", low=1),
    Column("llms", "kv_heads_count", "key and value heads", "whole", low=1),
    Column("llms", "head_width_count", "width of a head (query and key)", "whole", low=1),
    Column("llms", "mla_rank_count", "latent width of MLA keys", "whole", low=1, default=0),
    Column("llms", "mla_rope_count", "rotary width of MLA keys", "whole", low=1, default=0),
    Column("llms", "linear_state_count", "state elements per sequence", "whole", low=0, default=0),
    Column(
        "llms", "sparse_topk_tokens", "tokens a sparse attention reads", "whole", low=1, default=0
    ),
    Column("llms", "indexer_key_count", "width of the indexer's keys", "whole", low=1, default=0),
    Column("llms", "vocabulary_count", "entries of the vocabulary", "whole", low=1),
    Column("llms", "tied_embeddings_flag", "1 where input and output share weights", "flag"),
)

_WORKLOADS = (
    Column("workloads", "workload_id", "short name of the workload", "text"),
    Column("workloads", "name", "name in words", "text"),
    Column("workloads", "llm_id", "LLM it runs", "text", refers="llms.llm_id"),
    Column(
        "workloads",
        "precision",
        "precision it insists on; blank for the fastest the chip has",
        "text",
        default="",
        allowed=("", *PRECISIONS),
    ),
    Column("workloads", "isl_tokens", "mean input length", "whole", low=1),
    Column("workloads", "osl_tokens", "mean output length (0 for training)", "whole", low=0),
    Column("workloads", "ttft_s", "limit on time to first token", low=0, default=float("inf")),
    Column("workloads", "tpot_ms", "limit on time per output token", low=0, default=float("inf")),
    Column(
        "workloads",
        "network_rtt_ms",
        "largest fibre round trip between rack and user",
        low=0,
        default=float("inf"),
    ),
    Column(
        "workloads",
        "sovereignty_class",
        "who may hold its data",
        "text",
        allowed=("open", "private", "public", "restricted"),
    ),
    Column(
        "workloads",
        "home_country",
        "only country whose users want it; blank: every country",
        "text",
        default="",
    ),
    Column("workloads", "training_flag", "1 for training", "flag"),
    Column(
        "workloads",
        "demand_kind",
        "whose hours of the day it is asked for in",
        "text",
        default="interactive",
        allowed=DEMAND_KINDS,
    ),
    Column(
        "workloads",
        "oversubscribe_flag",
        "1 where racks at work on it may take the room of what they draw, not of their nameplate",
        "flag",
        default=0,
    ),
    Column(
        "workloads",
        "prefix_hit_frac",
        "share of input tokens found in the prefix cache",
        low=0,
        high=1,
        default=0.0,
    ),
    Column(
        "workloads",
        "draft_tokens_count",
        "tokens drafted per step by speculative decoding",
        "whole",
        low=0,
        default=0,
    ),
    Column(
        "workloads",
        "draft_acceptance_frac",
        "chance that a drafted token is accepted",
        low=0,
        high=1,
        default=0.0,
    ),
)

_DAILY_SHAPES = (
    Column("daily_shapes", "shape_id", "name of the shape", "text"),
    Column("daily_shapes", "country", "country of the users", "text"),
    Column("daily_shapes", "demand_kind", "kind of workload", "text", allowed=DEMAND_KINDS),
    Column("daily_shapes", "hour_block", "name of the block of the day", "text"),
    Column("daily_shapes", "from_h", "hour of UTC+9 at which the block begins", low=0, high=24),
    Column("daily_shapes", "to_h", "hour of UTC+9 at which it ends", low=0, high=24),
    Column("daily_shapes", "level_frac", "demand in the block over the day's mean", low=0),
)

_COEFFICIENTS = (
    Column("throughput_coefficients", "coefficient", "name in the equations", "text"),
    Column("throughput_coefficients", "value", "value used"),
    Column("throughput_coefficients", "low", "lower physical bound"),
    Column("throughput_coefficients", "high", "upper physical bound"),
    Column("throughput_coefficients", "unit", "unit of the value", "text"),
    Column("throughput_coefficients", "meaning", "what it stands for", "text"),
)

_SERVING = (
    Column("serving", "system_id", "rack system", "text", refers="systems.system_id"),
    Column("serving", "state_id", "power state", "text", refers="power_states.state_id"),
    Column("serving", "workload_id", "workload", "text", refers="workloads.workload_id"),
    Column(
        "serving",
        "tokens_per_s",
        "output tokens per second of a rack with the engine of the reference year, before the "
        "software gain of a period (training: tokens trained per second)",
        low=0,
    ),
    Column("serving", "it_kw", "IT power the rack draws doing so, hosts included", low=0),
    Column("serving", "layout", "parallel layout of one instance", "text"),
    Column("serving", "batch_count", "sequences in flight on one instance", low=0),
    Column("serving", "ttft_ms", "time to first token", low=0),
    Column("serving", "tpot_ms", "time per output token", low=0),
    Column("serving", "hbm_used_gb", "memory used per chip", low=0),
    Column("serving", "chip_w", "power of one chip", low=0),
    Column(
        "serving", "precision", "precision of the weights", "text", allowed=(*PRECISIONS, "int4")
    ),
    Column(
        "serving",
        "extrapolated_flag",
        "1 where no measurement of the chip or of the LLM's kind supports it",
        "flag",
    ),
)

COLUMNS = (
    *_SYSTEMS,
    *_SUPPLY,
    *_LLMS,
    *_WORKLOADS,
    *_DAILY_SHAPES,
    *_COEFFICIENTS,
    *_SERVING,
)
