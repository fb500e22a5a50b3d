"""Numbers a person asks for, each with its error."""
