"""What the transmission network can take: networks, their dispatch, hosting at each node."""
