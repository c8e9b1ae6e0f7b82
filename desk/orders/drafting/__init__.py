"""How an order draft grows from what a citizen says: pure rules, no clock, no storage, no Rasa.

Read in this order: `turn` (what was said), `draft` (what is known), `filling` (one turn into the draft),
`arbitration` (is this turn an answer at all?), `plan` (what to ask next), `summary` (what is read back).
"""
