"""Reports: each names what its total ties to."""
