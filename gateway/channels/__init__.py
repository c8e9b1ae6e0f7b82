"""One package per channel that citizens come through."""
