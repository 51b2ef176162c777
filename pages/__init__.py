"""What staff see: each page requires a role, asks, shows, and sends commands."""
