"""Proof that the journal is what it was."""
