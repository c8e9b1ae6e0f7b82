"""How an order draft grows from what a citizen says: pure rules, no clock, no storage, no Rasa.

Read in this order: `turn` (what was said), `draft` (what is known), `filling` (one turn into the draft),
`arbitration` (what was this turn?) with `listening` (by what was read in it: `read_backs` where a yes or a no is waited for,
`keeping` for what every turn leaves behind) and `by_words` (by its words alone), `steps` (what can come out), `plan` (what
to ask next), `summary` (what is read back).
"""
