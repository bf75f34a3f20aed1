"""One measurement in a process of its own, so that nothing is warm and peak memory is its own.

`python -m tests.benchmarks.child KIND JSON` prints one line of JSON: what was measured.
"""

import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from planner.uncollected import collect_seldom

ROOT = Path(__file__).resolve().parents[2]


def measured(kind: str, wait_s: float = 3600.0, /, **asked: Any) -> dict[str, Any]:
    """What the child process of that kind measured; `stopped` where it did not end in time."""
    command = [sys.executable, "-m", "tests.benchmarks.child", kind, json.dumps(asked)]
    begun = time.monotonic()
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=wait_s)
    except subprocess.TimeoutExpired:
        return {"state": "stopped", "wall_s": wait_s}
    if done.returncode:
        return {"state": "failed", "wall_s": time.monotonic() - begun, "why": done.stderr[-2000:]}
    found = json.loads(done.stdout.splitlines()[-1])
    return {**found, "wall_s": round(time.monotonic() - begun, 3)}


def used() -> dict[str, float]:
    """Most memory this process had, and the processor seconds of all its threads."""
    of = resource.getrusage(resource.RUSAGE_SELF)
    return {"peak_mb": round(of.ru_maxrss / 1024, 1), "cpu_s": round(of.ru_utime + of.ru_stime, 3)}


def main(kind: str, asked: dict[str, Any]) -> None:
    """Measure and print."""
    collect_seldom()  # as the commands do
    if kind in ("plan", "parts", "what_if", "rank", "study"):
        from tests.benchmarks import ours as kinds
    else:
        from tests.benchmarks import peers as kinds  # type: ignore[no-redef]
    found = getattr(kinds, kind)(**asked)
    sys.stdout.write(json.dumps({**found, **used()}) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], json.loads(sys.argv[2]))
