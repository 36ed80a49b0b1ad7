"""The server on this machine that library and bot share while ``REDIS_URL`` is unset.

    lease = acquire(state_dir(os.environ))     # starts the server, or joins the one that runs
    client = redis.Redis.from_url(lease.url)
    ...
    lease.ensure()                             # after a lost connection, before the next one
    lease.close()                              # or end the process, in whatever way

Nothing here knows a Redis client. Every function blocks for a few milliseconds, and at most for
its time-out when the server is being started; asynchronous callers use a thread of their own.
"""

from ._binary import ServerBinary, find_server
from ._lease import Lease, ServerUnavailable, acquire
from ._place import state_dir

__all__ = ["Lease", "ServerBinary", "ServerUnavailable", "acquire", "find_server", "state_dir"]
