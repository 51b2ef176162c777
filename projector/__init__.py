"""The mirror: keeps the read models fresh from the streams."""
