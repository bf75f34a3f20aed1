"""What the transmission network can take: networks, their dispatch, hosting at each node."""

import planner.solve  # noqa: F401, scipy without what Pyomo wants of it
