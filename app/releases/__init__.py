"""Datasets going out: one file per format."""
