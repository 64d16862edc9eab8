"""People: the command line and the web chat. Knows what qa offers, nothing of storage."""
