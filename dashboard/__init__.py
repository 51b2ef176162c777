"""The desk: sign-in, queries, commands and widgets for the pages."""
