"""What several commands use: arguments, outputs, progress, interrupts."""
