"""One update written out in numbers."""
