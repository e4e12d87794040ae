"""Perceptual losses: pure functions, and the objectives built of them."""
