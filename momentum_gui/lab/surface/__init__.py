"""Error surfaces as a user asks for them: planes in words, grids of errors as CSV."""
