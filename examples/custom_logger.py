"""A logger of one's own beside the JSONL file.

    python examples/custom_logger.py

A logger is any object with `log(entry)`. When it raises at a decision, the call does not run; so a
logger that must never stop anything has to catch its own errors.
"""

from sudoagent import AllowAllPolicy, AuditEntry, AuditLogError, JsonlAuditLogger, SudoEngine


class PrintedAndKept:
    """Prints a line for people, and keeps the entry in the file for auditors."""

    def __init__(self, path: str) -> None:
        self._file = JsonlAuditLogger(path)

    def log(self, entry: AuditEntry) -> None:
        self._file.log(entry)  # first the file: what cannot be kept must not run
        what = entry.outcome or entry.decision
        print(f"{entry.timestamp:%H:%M:%S} {entry.event:8} {entry.action} {what}")


class FullDisk:
    def log(self, entry: AuditEntry) -> None:
        raise OSError("no space left on device")


def deploy(service: str, version: str) -> str:
    return f"{service} is at {version}"


if __name__ == "__main__":
    sudo = SudoEngine(policy=AllowAllPolicy(), logger=PrintedAndKept("sudo_audit.jsonl"))
    print(sudo.execute(deploy, "billing", version="1.4.2"))

    blocked = SudoEngine(policy=AllowAllPolicy(), logger=FullDisk())
    try:
        blocked.execute(deploy, "billing", version="1.4.3")
    except AuditLogError as error:
        print(f"Blocked: {error}")
