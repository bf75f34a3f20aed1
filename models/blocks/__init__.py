"""One family of rules a file: its columns, algebra and outcomes. Blocks never call each other.

COLUMNS names the facts a family rests on (the rows of `parameters` by their name), so that its file
can be read alone; limits and provenance of these facts stand where they are read, in models/facts.
OUTCOMES names what a plan says about the family.
"""
