"""The books: the embedded accounting ledger."""
