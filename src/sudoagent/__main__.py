"""`python -m sudoagent` is the `sudoagent` command."""

from __future__ import annotations

from .cli import main

if __name__ == "__main__":
    main()
