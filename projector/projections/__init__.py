"""Projections: event to writes, pure."""
