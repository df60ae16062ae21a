"""Certificate profiles, the issuer (signs what it is told), the verifier, trust lists (admit only legal, newer ones)."""
