"""The node itself: what its kernel has of the VIPs, and what is done about it."""
