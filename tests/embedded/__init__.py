"""Tests of how the product is started, watched and stopped; the shared one ends with them."""
