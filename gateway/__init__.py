"""The gateway: the only process that faces people.

Read in this order: `session.py` (the rules of a turn, pure), `turns.py` (the shell around them), `hub.py` (how
messages reach open pages), `channels/web/` (the protocol of docs/protocol.md), `app.py` (how the parts are joined).
"""
