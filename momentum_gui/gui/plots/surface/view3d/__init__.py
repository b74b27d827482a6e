"""The error surface in 3D: an option where OpenGL works."""
