"""What can be computed about a training in numbers: convergence rates, curvatures, planes, grids of errors."""
