"""Licet: smart licensing that anyone can run; an agent for products, an authority for vendors."""
