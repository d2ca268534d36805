"""The VIP binder: every VIP local where it shall be, and nowhere else."""
