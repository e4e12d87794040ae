"""How good and how fast: metrics, comparisons of runs, benchmarks."""
