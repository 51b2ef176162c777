"""The wire in a process of its own: gRPC's work and the books' run on two cores."""
