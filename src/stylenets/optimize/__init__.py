"""Stylization by optimizing the picture itself, without a network (Gatys et al. 2016)."""
