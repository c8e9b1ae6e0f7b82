"""Danger to life: what sounds like it, what is answered, and whom to dial.

Pure; imports `language` only. `rules.py` are the plain rules that stand beside the learned probability of a reading,
`advice.py` reads the answers that ops edit in data/danger_advice.yml. When the alarm is raised is decided in
actions/alarm.py.
"""
