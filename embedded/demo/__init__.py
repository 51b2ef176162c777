"""The demo portfolio: made from a seed, loaded through the front doors."""
