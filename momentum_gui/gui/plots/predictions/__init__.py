"""The answers of the selected run's network."""
