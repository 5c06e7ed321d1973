"""What is in a file, and is it safe: `vuemo scan`."""
