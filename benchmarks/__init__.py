"""What genlb promises about speed and size, measured side by side with peers. Run with ``make bench``."""
