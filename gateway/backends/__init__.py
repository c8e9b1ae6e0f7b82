"""Knowledge, orders and categories, each opened when first needed, so that a broken index keeps nobody from being served.

`deferred.py` opens, `opening.py` says what; the others are what routes and consoles see.
"""
