"""Trained networks at work on pictures. Importing this package does not import torch, so that a command can check its arguments first."""

MIN_SIDE, MAX_SIDE = (
    16,
    8192,
)  # pixels of a picture's shortest side; at 8192 x 8192 one activation of a 32-wide network takes 8.6 GB
