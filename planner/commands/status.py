"""Exit statuses of every command."""

BAD_INPUT, INFEASIBLE, NO_PLAN_WITHIN_GAP, INTERRUPTED = 2, 3, 4, 130
