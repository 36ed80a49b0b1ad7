"""The ask-and-answer between the library and the bot."""
