"""Numbers: the same bits however, wherever and in whatever company a training runs."""
