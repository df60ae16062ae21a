"""The administrator's command line that every authority offers, over `admin`."""
