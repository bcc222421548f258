"""losslint: a static analyzer for machine-learning losses that depend on the batch size."""

__version__ = "0.1.0"
