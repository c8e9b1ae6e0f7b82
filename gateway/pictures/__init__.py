"""Pictures of conversations: copied, kept, found, and sent to a browser."""
