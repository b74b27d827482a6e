"""What the user asks for, carried out: runs and settings, files, requests of the views."""
