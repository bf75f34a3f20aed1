"""Tasks on local processes or on a Dask cluster; one that dies takes no other task with it."""

from planner.workers.pool import Workers, run_all
from planner.workers.task import Ended, Lost, Setup, Task

__all__ = ["Ended", "Lost", "Setup", "Task", "Workers", "run_all"]
