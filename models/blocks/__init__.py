"""One family of rules a file: its columns, its algebra, its outcomes. Blocks never call each other."""
