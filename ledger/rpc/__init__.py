"""The wire: requests to commands, outcomes to answers, one servicer a service."""
