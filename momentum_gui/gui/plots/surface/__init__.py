"""The error surface: its plane, its picture, the paths on it, and the words about it."""
