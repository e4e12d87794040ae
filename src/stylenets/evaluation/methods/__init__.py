"""Pictures made by optimization: what is measured of each, and the methods side by side."""
