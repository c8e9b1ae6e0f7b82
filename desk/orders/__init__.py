"""Work orders (工单): what a citizen asked for, its number, its life and what may be told about it.

Start with `order.py` (the record), then `store.py` (create, look up, hurry, withdraw), then `view.py` and
`status.py` (what is shown to whom).
"""
