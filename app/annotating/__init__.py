"""The pages of those who vote: an arena's front door, the battle, their history."""
