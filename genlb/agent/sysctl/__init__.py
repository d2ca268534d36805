"""The sysctl daemon: the declared values, held on every node."""
