"""stylenets: train and run feed-forward stylization networks."""

__version__ = "0.1.0"
