"""The Slack bot of sudoagent: receives clicks, counts votes, repaints messages."""
