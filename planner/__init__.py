"""Where AI factories go and what goes into them: the most tokens per megawatt, proven."""

import models

if getattr(models, "PROJECT", None) != "ai-factory-planner":
    raise ImportError(
        f"the package 'models' at {models.__file__} belongs to another project; "
        "install ai-factory-planner in a virtual environment of its own"
    )

__version__ = "0.1.0"
