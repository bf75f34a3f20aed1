"""From facts and choices to a case: every coefficient the model reads, computed once."""
