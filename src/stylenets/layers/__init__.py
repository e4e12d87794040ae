"""The layers that the stylization networks are made of."""
