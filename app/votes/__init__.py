"""What a vote may say, casting it, taking it back, setting it aside."""
