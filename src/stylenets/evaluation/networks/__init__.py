"""Trained networks of every family side by side: their losses, their times and what they cost."""
