"""Tasks on local processes or on a Dask cluster; one that dies takes no other task with it."""

from planner.workers.pool import Workers, crew
from planner.workers.start import begin_ahead
from planner.workers.task import Ended, Lost, RunAll, Setup, Task

__all__ = ["Ended", "Lost", "RunAll", "Setup", "Task", "Workers", "begin_ahead", "crew"]
