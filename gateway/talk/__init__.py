"""Talking person to person: the audio between a caller's line and the browsers of his seat and of a third whom that one
has called in.

Reading order: packets.py (what travels), relay.py (how), mixing.py (three voices), captions.py (what the seat reads
meanwhile), person.py (the caller's end, part of his call), third.py (who is called in); the seat's end is the websocket
gateway/seats/talk_socket.py, calling in is gateway/seats/call_ins.py.
"""
