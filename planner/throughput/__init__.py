"""The throughput core around the physics: catalogue, measurements, calibration, validation."""
