"""Original artworks drawn from fixed seeds: the six bundled styles, one painter per file."""
