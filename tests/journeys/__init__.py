"""Journeys through the running product, which ends with the last of them."""
