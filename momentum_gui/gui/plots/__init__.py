"""Pictures of a training: each draws a Record, live or loaded."""
