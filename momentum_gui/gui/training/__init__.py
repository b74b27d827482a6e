"""The training behind the window: the worker's thread, and what passes between it and the window."""
