"""What a training leaves behind: the bounded record that plots draw, and the CSV log."""
