"""Ranks anybody's file of votes, without a database: `preferendum rank` and POST /api/rank."""
