"""Setting up: `manifest` prints the Slack app's manifest, `examination` makes doctor's checks.

Each check is a small function that returns what it found (`result`); there is one module for each
thing that is looked at. Nothing is imported here, so that printing a manifest loads no network.
"""
