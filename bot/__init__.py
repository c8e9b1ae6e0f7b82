"""The Rasa side of Minsheng: what a citizen's sentence means.

`bot.text` holds pure rules (numerals, phones, times, addresses, names, emotion cues) that know nothing of Rasa.
`bot.components` holds graph components that Rasa loads by the class paths named in `config.yml`.
`bot.parse` is the command that parses lines of text with the newest trained model and no server.
Python 3.10 syntax only: Rasa 3.6 runs on nothing newer.
"""
