"""Published measurements, one importer a source, in the schema of `planner.throughput.schema`.

Each takes the source's table as published. Rows that look wrong are kept and marked by the rules
in `planner.throughput.rules`; none is dropped silently.
"""

from collections.abc import Callable

import pandas as pd

from planner.throughput.import_energy import mlenergy_v2, mlenergy_v3
from planner.throughput.import_mlperf import mlperf
from planner.throughput.import_serving import amd, inferencex, trtllm

IMPORTERS: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "inferencex": inferencex,
    "trtllm": trtllm,
    "mlperf": mlperf,
    "mlenergy_v3": mlenergy_v3,
    "mlenergy_v2": mlenergy_v2,
    "amd": amd,
}
