"""What every process of ours asks of its machine: files that are never half written, and who started it."""
