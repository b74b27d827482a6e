"""What leaves the window: pictures, data, logs."""
