"""What a standing authority of either kind runs on: data directory, keys, HTTPS front, backups."""
