"""What takes long to import is left alone where a plan is made, and still there for who asks."""

import subprocess
import sys

ASKED = """
import sys
import planner.planning
print("scipy.sparse" in sys.modules)
print(*(name in sys.modules for name in ("scipy.stats", "scipy.optimize", "pyomo.environ")))
from pyomo.common.dependencies import scipy, scipy_available
print(bool(scipy_available), scipy.stats.norm.cdf(0.0))
"""


def test_planning_leaves_what_takes_long_alone() -> None:
    done = subprocess.run([sys.executable, "-c", ASKED], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", *["False"] * 3, "True", "0.5"]
