"""What was said, with the time of each word: read from an uploaded file, or heard."""
