"""LightningModules, one per way of training a stylization network."""
