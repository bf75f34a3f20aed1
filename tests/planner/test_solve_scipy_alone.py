"""A plan is made without scipy.stats, and who asks Pyomo for it still gets it."""

import subprocess
import sys

ASKED = """
import sys
import planner.planning
print("scipy.sparse" in sys.modules, "scipy.stats" in sys.modules)
from pyomo.common.dependencies import scipy, scipy_available
print(bool(scipy_available), scipy.stats.norm.cdf(0.0))
"""


def test_planning_leaves_scipy_stats_alone() -> None:
    done = subprocess.run([sys.executable, "-c", ASKED], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "False", "True", "0.5"]
