"""The room that listens: audio in, Chinese text out.

Start with `recognizer.py` (what every engine promises) and `text.py` (what is mended after recognition); `server.py` is
the websocket door, compatible with vosk-server's clients. Imports no room but `language`.
"""
