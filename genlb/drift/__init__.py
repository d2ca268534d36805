"""Live state against git: what differs, who wrote it, whether traffic suffers. Pure; reading is the stores' work."""
