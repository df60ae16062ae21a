"""Values that everyone shares: time, ids, problems, retry schedules, chance; standard library only."""
