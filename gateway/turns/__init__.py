"""The turns of the bot: what citizens say goes in, its answers come out, and nothing is lost between.

Read `session.py` (the rules, pure), then `turns.py` (the shell around them).
"""
