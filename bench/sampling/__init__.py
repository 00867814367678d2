"""How many votes each policy needs to reach a given width of the intervals."""
