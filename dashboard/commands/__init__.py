"""Commands of the desk: one file each."""
