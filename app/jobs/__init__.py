"""The job queue and its schedule."""
