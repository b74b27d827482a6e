"""The compiled loops: training one run, a population or batches; gradients, errors, analytic surfaces."""
