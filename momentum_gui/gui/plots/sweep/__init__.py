"""The sweep: its form, its live maps, its answer."""
