"""What is said to Slack, and how."""
