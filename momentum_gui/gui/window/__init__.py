"""The parts of the main window around the plots: actions, layout, tabs, status, help."""
