"""The command line: one file for each command. It asks ``genlb.api`` and decides nothing about clusters itself."""
