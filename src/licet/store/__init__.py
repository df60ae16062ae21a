"""Databases behind the ledger's ports: memory; others pass the same contract suite."""
