"""The contract: the wire, the events, the documents. Imports nothing of ours."""
