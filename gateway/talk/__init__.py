"""Talking person to person: the audio between a caller's line and the browsers of their seat and of a second seat who was
called in.

Reading order: packets.py (what travels), relay.py (how), captions.py (what the seat reads meanwhile), person.py (the caller's
end, part of their call), third.py (who is called in). The seat's end is the websocket gateway/console/talk_socket.py, calling in
is gateway/console/call_ins.py, and gateway/audio/mixing.py mixes three voices.
"""
