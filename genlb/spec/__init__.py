"""The spec of a cluster: what its layers say, read strictly, merged, and never again as a mapping."""
