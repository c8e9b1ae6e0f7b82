"""Transport of pages, without business: connections and their bounds, who is calling from which page, and what every
websocket has in common."""
