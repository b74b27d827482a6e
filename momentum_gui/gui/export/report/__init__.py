"""A training as one page: question, settings, figures, theory beside what was measured, how to repeat it."""
