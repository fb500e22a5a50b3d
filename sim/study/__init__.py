"""Questions that need the line from scenario to measures many times."""
