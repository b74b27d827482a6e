"""What theory says of the runs: gauges, the map of convergence, best settings."""
