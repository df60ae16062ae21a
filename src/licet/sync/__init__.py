"""The exchange between an on-prem and its manager: plan, check, apply; pure, for network and file alike."""
