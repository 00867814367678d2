"""Prompts and their tags."""
