"""Words of dialects, a table a dialect (`*.tsv`, edited by ops), and the code that puts them into Mandarin. Pure but for the
reading of the tables. Start with `normaliser.py`; docs/dialects.md says how a city adds words.
"""
