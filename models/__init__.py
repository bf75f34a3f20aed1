"""What is true: columns, physics, algebra. No files, no solver, no printing."""

PROJECT = "ai-factory-planner"
