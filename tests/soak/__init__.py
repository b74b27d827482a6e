"""Long trials of the whole program, run by `make soak`; short forms of them are among the tests."""
