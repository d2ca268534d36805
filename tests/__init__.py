"""The tests of genlb. A package, so that no library's own ``tests`` can stand in for it."""
