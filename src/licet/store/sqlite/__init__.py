"""The ledger in SQLite: one file, durable, for one machine."""
