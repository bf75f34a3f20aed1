"""From a model to a proven answer: compile once, solve many times."""
