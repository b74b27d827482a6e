"""What follows a grid: the best cells race on fresh seeds, and the winner is measured on seeds of its own."""
