"""An arena's settings and the versions of its protocol."""
