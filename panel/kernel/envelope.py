"""To be filled by its first commit."""
