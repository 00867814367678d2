"""Snapshots of a ranking, their figures and pages."""
