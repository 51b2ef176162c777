"""Commands: one file each, a frozen command and a pure decision."""
