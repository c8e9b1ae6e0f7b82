"""The web chat: HTTP endpoints, the websocket, the pages."""
