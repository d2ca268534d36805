"""The kernel's addresses, routes and links, spoken to directly: a library would cost twice the daemon's memory."""
