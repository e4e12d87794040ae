"""How good pictures are: losses, inverted features, and the regions that were found."""
