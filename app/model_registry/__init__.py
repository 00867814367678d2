"""The models under comparison and their versions."""
