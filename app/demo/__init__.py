"""The arena that make demo opens."""
