"""The training itself: the trainer, its groups of runs, and the frames that it reports."""
