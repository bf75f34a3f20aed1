"""Tables of LLMs and chips as the arrays that the physics takes."""

import numpy as np
import pandas as pd

from models.physics.llm import Llm, from_geometry
from models.physics.machine import GIB_PER_GB, Chip

_NUMERIC = ("_count", "_tokens", "_b", "_flag")


def llm_arrays(llms: pd.DataFrame) -> Llm:
    """Geometry of every row of the table `llms`, blanks as 0."""
    numbers = {
        str(name): pd.to_numeric(llms[name], errors="coerce").fillna(0.0).to_numpy(float)
        for name in llms
        if str(name).endswith(_NUMERIC)
    }
    return from_geometry(numbers)


def chip_arrays(systems: pd.DataFrame) -> Chip:
    """Chips of every row of a table with the chip columns of `systems`, in base units."""

    def column(name: str, scale: float) -> np.ndarray:
        return pd.to_numeric(systems[name]).fillna(0.0).to_numpy(float) * scale

    return Chip(
        bf16_flops=column("bf16_tflops", 1e12),
        fp8_flops=column("fp8_tflops", 1e12),
        fp4_flops=column("fp4_tflops", 1e12),
        hbm_bytes=column("hbm_gb", 1e9 * GIB_PER_GB),
        hbm_bytes_per_s=column("hbm_tb_per_s", 1e12),
        scaleup_bytes_per_s=column("scaleup_gb_per_s", 1e9),
        scaleout_bytes_per_s=column("scaleout_gb_per_s", 1e9),
        scaleup_chips_count=column("scaleup_chips_count", 1.0),
        tdp_w=column("chip_tdp_w", 1.0),
    )


def coefficient_values(coefficients: pd.DataFrame) -> dict[str, float]:
    """Values of the table `throughput_coefficients` by name."""
    return dict(zip(coefficients["coefficient"], coefficients["value"].astype(float), strict=True))
