"""What `show` commands print, as pure functions of values."""
