"""Matchups, the draw, side order, and one battle shown to one person."""
