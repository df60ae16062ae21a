"""The life of a switch as a real process: its data directory, its event loop, its sessions."""
