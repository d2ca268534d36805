"""The image of the node daemons: what the manifests say of it, and what it is when it was built."""
