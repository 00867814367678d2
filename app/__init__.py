"""Preferendum: arenas for human preference data."""
