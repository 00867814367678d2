"""Engine, sessions, base columns, embedded Postgres."""
