"""The rules of a loan, pure."""
