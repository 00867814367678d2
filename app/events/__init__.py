"""Telling other programs what happens in an arena: signed webhooks, and a stream of votes."""
