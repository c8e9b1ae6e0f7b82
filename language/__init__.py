"""Rules of written and spoken Chinese that every room needs: sounds, words and what was probably meant by a misheard one.

Pure, without state beyond what is loaded; importable from both environments, so Python 3.10 syntax, and it imports no room.
Start with `homophones.py`.
"""
