"""The second engine: the mathematics of `numpy_engine`, compiled by numba."""
