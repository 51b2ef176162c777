"""Questions that pages ask of the read models."""
