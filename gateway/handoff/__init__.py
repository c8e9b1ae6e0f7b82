"""The asyncio shell around handing a conversation from the bot to a person and back."""
