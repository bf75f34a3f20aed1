"""A second, independent look at a plan: from its files, without the model or its solver."""
