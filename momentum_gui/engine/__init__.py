"""Arrays in, arrays out: the mathematics of training with momentum, in NumPy and compiled."""
