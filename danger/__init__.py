"""Danger to life: how it is recognised, what is answered, and which number to dial.

Pure; imports `language` only. `rules.py` are the plain rules that stand beside the learned probability of a reading,
`advice.py` reads the answers that ops edit in data/danger_advice.yml. actions/alarm.py decides when the alarm is
raised.
"""
