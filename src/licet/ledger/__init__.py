"""What an account owns and uses: accounts, tokens, catalog, pools, usage, compliance, alerts, events; pure."""
