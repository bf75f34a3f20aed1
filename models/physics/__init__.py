"""Physics: pure functions, numbers or arrays in and out. No Pyomo, no files."""
