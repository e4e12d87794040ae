"""Trained networks at work on pictures.

To import this package is not to import torch, so that a command can check its arguments first.
"""

# pixels of a picture's shortest side
MIN_SIDE = 16
MAX_SIDE = 8192  # at 8192 x 8192 one activation of a network of width 32 takes 8.6 GB
LARGEST_SIDE = 32768  # of what is painted in tiles, which take no more memory for more of them
