"""Opening a table of the user's own: a preview of what is read, what each column is for, and what will be learned."""
