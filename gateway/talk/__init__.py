"""Talking person to person: the audio between a caller's line and his seat's browser.

Reading order: packets.py (what travels), relay.py (how), captions.py (what the seat reads meanwhile), person.py (the caller's end, part of his
call); the seat's end
is the websocket gateway/seats/talk_socket.py.
"""
