"""Rules of written and spoken Chinese that every room needs: sounds, words, numerals, times, telephone numbers, and
what a misheard word most likely was.

Pure; the only state is the tables that are loaded. Both environments import it, so it keeps to Python 3.10 syntax,
and it imports no room.
Start with `homophones.py`.
"""
