"""The API server from inside a pod, with the standard library alone: a daemon on every node has to be small."""
