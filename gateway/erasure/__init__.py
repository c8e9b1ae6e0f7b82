"""Erases what was kept long enough, and everything about a citizen who wishes it."""
