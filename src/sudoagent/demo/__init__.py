"""`sudoagent demo`: the whole path on one machine, from an agent's wish to a click and the log."""
