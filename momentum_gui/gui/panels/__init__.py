"""Settings on the left and tables below: widgets that show an Experiment and build the next one."""
