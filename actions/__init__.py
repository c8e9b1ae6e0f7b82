"""What the bot does when Rasa decides: one affair per file, thin over the rules and stores of `desk`.

`base.py` is the shape of every action, `factory.py` builds the real parts, `ports.py` says what an action may ask
of them, `replies.py` what it may answer. Importing this package changes nothing and opens nothing.
"""
