"""sudo for AI agents."""
