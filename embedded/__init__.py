"""Starts the real servers of a one-machine set-up."""
