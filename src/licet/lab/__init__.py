"""Scripts and a prompt over a world of authorities and switches."""
