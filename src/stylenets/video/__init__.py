"""Clips: frames in, frames out, with their times and their sound. The only user of PyAV."""

SUFFIXES = (".mp4", ".m4v", ".mov", ".mkv", ".webm")
