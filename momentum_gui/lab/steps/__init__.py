"""What single updates consist of: traces of the last ones, and what is measured on them."""
