"""One family of rules a file: its columns, algebra and outcomes. Blocks never call each other."""
