"""The bot as a process: how it starts, what it says, how it ends, what it survives."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import pytest

from sudoagent.playground import AsyncPlayground
from sudoagent.playground.cast import APP_TOKEN, BOT_TOKEN, REVIEWERS
from sudoagent.review.store import ReviewStore
from support.bot import Asked, Asker, BotProcess, StartBot
from support.valkey import Server

SETTINGS = {"SLACK_BOT_TOKEN": "xoxb-not-a-real-token", "SLACK_APP_TOKEN": "xapp-not-a-real-token"}


def run(*options: str, **variables: str) -> subprocess.CompletedProcess[str]:
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("SLACK_", "SUDOAGENT_", "REDIS_"))
    }
    return subprocess.run(
        [sys.executable, "-m", "sudoagent_bot", *options],
        env={**inherited, **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_help_names_every_variable_and_exit_code():
    shown = run("--help")
    assert shown.returncode == 0
    for word in (*SETTINGS, "REDIS_URL", "SUDOAGENT_SIGNING_KEY", "SUDOAGENT_BOT_AUDIT", "78"):
        assert word in shown.stdout


def test_the_command_is_installed_under_its_name():
    command = Path(sys.executable).with_name("sudoagent-bot")
    shown = subprocess.run([command, "--version"], capture_output=True, text=True, check=True)
    assert shown.stdout.startswith("sudoagent-bot, version ")


def test_missing_settings_end_it_at_once_with_a_line_for_each():
    ended = run()
    assert ended.returncode == 78
    lines = ended.stderr.splitlines()
    assert len(lines) == 2
    assert all(name in line for name, line in zip(SETTINGS, lines, strict=True))


def test_check_says_what_is_wrong_or_that_nothing_is():
    assert run("--check", SLACK_BOT_TOKEN="xoxb-not-a-real-token").returncode == 78
    checked = run("--check", **SETTINGS)
    assert checked.returncode == 0
    assert "complete: Socket Mode, " in checked.stdout
    assert "not-a-real-token" not in checked.stdout + checked.stderr
    secret = {"REDIS_URL": "redis://:pass-word@localhost:1/0", "SLACK_SIGNING_SECRET": "s3cret"}
    checked = run("--check", **SETTINGS, **secret, SUDOAGENT_MODE="http")
    assert "HTTP mode on port 3000, " in checked.stdout
    assert "pass-word" not in checked.stdout
    assert "s3cret" not in checked.stdout


def test_an_audit_log_that_cannot_be_is_a_wrong_setting(start_bot: StartBot, tmp_path: Path):
    (tmp_path / "a_folder").mkdir()
    bot = start_bot(SUDOAGENT_BOT_AUDIT=str(tmp_path / "a_folder"))
    assert bot.exit_code() == 78
    assert "SUDOAGENT_BOT_AUDIT" in bot.log


def put_a_folder_in_place_of(path: Path) -> None:
    path.unlink()
    path.mkdir()


async def test_when_refusals_cannot_be_recorded_clicks_are_refused_all_the_same(
    bot: BotProcess, aslack: AsyncPlayground, asker: Asker
):
    asked = await asker.ask(reviewers=("U0ALICE",))
    put_a_folder_in_place_of(Path(bot.environment["SUDOAGENT_BOT_AUDIT"]))
    bob = aslack.as_person("U0BOB")
    await bob.click("approve", ts=asked.ts)
    await bob.wait_for_ephemeral("not on the list")
    assert "could not be recorded" in bot.log
    assert (await asker.stored(asked)).sealed_votes == ()


@pytest.mark.parametrize("variable", ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"])
def test_a_token_that_slack_refuses_ends_it_with_78(start_bot: StartBot, variable: str):
    bot = start_bot(**{variable: SETTINGS[variable]})
    assert bot.exit_code() == 78
    assert variable in bot.log
    assert "not-a-real-token" not in bot.log


async def test_a_bot_token_revoked_while_it_runs_ends_it_with_78(
    bot: BotProcess, aslack: AsyncPlayground, asker: Asker
):
    asked = await asker.ask()
    await aslack.revoke_token(BOT_TOKEN)
    assert (await aslack.as_person("U0ALICE").click("approve", ts=asked.ts)).acknowledged
    assert await asyncio.to_thread(bot.exit_code) == 78
    assert "SLACK_BOT_TOKEN" in bot.log
    assert (await asker.stored(asked)).sealed_votes == ()


async def test_an_app_token_revoked_while_it_runs_ends_it_with_78(
    bot: BotProcess, aslack: AsyncPlayground
):
    await aslack.revoke_token(APP_TOKEN)
    await aslack.drop_sockets()
    assert await asyncio.to_thread(bot.exit_code) == 78
    assert "SLACK_APP_TOKEN" in bot.log


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_told_to_stop_it_finishes_the_clicks_that_came_and_exits_with_0(
    bot: BotProcess, aslack: AsyncPlayground, asker: Asker, number: int
):
    asked = await asker.ask()
    await aslack.slow_down("users.info", 0.5)
    assert (await aslack.as_person("U0ALICE").click("approve", ts=asked.ts)).acknowledged
    bot.signal(number)
    assert await asyncio.to_thread(bot.exit_code) == 0
    assert (await asker.stored(asked)).state == "approved"
    assert "stopped" in bot.log


def test_told_to_stop_while_it_waits_for_slack_it_stops(start_bot: StartBot):
    bot = start_bot(SLACK_API_URL="http://127.0.0.1:9/api/")
    bot.waits_to_log("waiting for Slack")
    assert bot.terminate() == 0


async def test_oauth_variables_in_the_environment_do_not_make_it_forget_its_token(
    start_bot: StartBot, aslack: AsyncPlayground, asker: Asker
):
    start_bot(SLACK_CLIENT_ID="1.2", SLACK_CLIENT_SECRET="secret").ready()
    asked = await asker.ask()
    assert (await aslack.as_person("U0ALICE").click("approve", ts=asked.ts)).acknowledged
    await aslack.wait_for_revision(asked.ts, "Approved")


async def test_the_log_says_what_it_serves_in_single_lines_without_secrets_or_arguments(
    bot: BotProcess, aslack: AsyncPlayground, asker: Asker
):
    asked = await asker.ask()
    await aslack.as_person("U0BOB").click("approve", ts=asked.ts)
    await aslack.wait_for_revision(asked.ts, "Approved")
    await aslack.as_person("U0RAVI").click("details", ts=asked.ts, value=asked.id, blindly=True)
    assert bot.terminate() == 0
    log = bot.log
    assert "Valkey" in log
    assert "Playground (T0PLAYGROUND)" in log
    for line in log.splitlines():
        assert line[:4].isdigit(), line
    for secret in (BOT_TOKEN, APP_TOKEN, "the-key-of", "user_2", "1500.0", "ticket="):
        assert secret not in log


async def test_a_store_that_comes_late_goes_and_comes_back_is_waited_for(
    start_bot: StartBot, aslack: AsyncPlayground, own_server: Server
):
    own_server.kill()
    bot = start_bot(REDIS_URL=own_server.url)
    bot.waits_to_log("waiting for the store")
    own_server.start()
    bot.ready()
    namespace = bot.environment["SUDOAGENT_NAMESPACE"]
    async with await ReviewStore.open(own_server.url, namespace, patience=20.0) as store:
        asker = Asker(store, aslack)
        asked = await asker.ask()
        own_server.kill()
        bot.waits_to_log("nothing can be stored")
        own_server.start()
        bot.waits_to_log("answers again")
        await aslack.as_person("U0ALICE").click("approve", ts=asked.ts)
        await aslack.wait_for_revision(asked.ts, "Approved")


async def test_a_vote_that_cannot_be_stored_is_said_not_to_be(
    start_bot: StartBot, aslack: AsyncPlayground, own_server: Server
):
    bot = start_bot(REDIS_URL=own_server.url).ready()
    namespace = bot.environment["SUDOAGENT_NAMESPACE"]
    async with await ReviewStore.open(own_server.url, namespace) as store:
        asked = await Asker(store, aslack).ask()
    own_server.kill()
    bob = aslack.as_person("U0BOB")
    assert (await bob.click("approve", ts=asked.ts)).acknowledged
    await bob.wait_for_ephemeral("could not be stored")
    assert bot.refusals[-1]["metadata"]["refusal"] == "storage"


async def test_a_cut_connection_is_made_again_and_clicks_arrive(
    bot: BotProcess, aslack: AsyncPlayground, asker: Asker
):
    asked = await asker.ask()
    await aslack.drop_sockets()
    await asyncio.to_thread(bot.ready, 2)
    await aslack.as_person("U0ALICE").click("approve", ts=asked.ts)
    await aslack.wait_for_revision(asked.ts, "Approved")


async def press_thirty_times(aslack: AsyncPlayground, asked: Asked, reason: str) -> list[str]:
    """Return why clicks were missed that were made while Slack replaced the connection."""

    async def press(number: int) -> str | None:
        await asyncio.sleep(number * 0.01)
        hand = aslack.as_person(REVIEWERS[number % 3])
        return (await hand.click("approve", ts=asked.ts, value=asked.id, blindly=True)).missed

    clicks = [asyncio.ensure_future(press(number)) for number in range(30)]
    await asyncio.sleep(0.05)
    await aslack.refresh_sockets(reason)
    return [missed for missed in await asyncio.gather(*clicks) if missed]


async def test_an_announced_refresh_loses_no_click(
    bot: BotProcess, aslack: AsyncPlayground, asker: Asker
):
    asked = await asker.ask(quorum=3)
    assert await press_thirty_times(aslack, asked, "warning") == []
    await asyncio.to_thread(bot.ready, 2)
    # Acknowledged first, and counted after that.
    await aslack.wait_for_revision(asked.ts, "Approved")


async def test_a_refresh_at_once_loses_no_click_that_was_delivered(
    bot: BotProcess, aslack: AsyncPlayground, asker: Asker
):
    asked = await asker.ask(quorum=3)
    missed = await press_thirty_times(aslack, asked, "refresh_requested")
    # Slack itself had nobody to send these to.
    assert set(missed) <= {"no app is connected"}
    await asyncio.to_thread(bot.ready, 2)
    for name in REVIEWERS:
        hand = aslack.as_person(name)
        assert (await hand.click("approve", ts=asked.ts, value=asked.id, blindly=True)).acknowledged
    await aslack.wait_for_revision(asked.ts, "Approved")


class Wire:
    """A TCP relay to the playground that can go dead without a word, as a lost route does."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._pipes: set[asyncio.Task[None]] = set()
        self._ends: list[asyncio.StreamWriter] = []

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._relay, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for pipe in self._pipes:
            pipe.cancel()
        await asyncio.gather(*self._pipes, return_exceptions=True)
        for end in self._ends:
            end.close()
            with contextlib.suppress(OSError):
                await end.wait_closed()

    def go_dead(self) -> None:
        """Let nothing more through what is connected now; new connections work."""
        for pipe in self._pipes:
            pipe.cancel()

    async def _relay(self, near: asyncio.StreamReader, answers: asyncio.StreamWriter) -> None:
        far, asked = await asyncio.open_connection("127.0.0.1", self._port)
        self._ends += (asked, answers)
        for reader, writer in ((near, asked), (far, answers)):
            self._pipes.add(asyncio.ensure_future(self._pipe(reader, writer)))

    async def _pipe(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.close()


async def test_a_connection_that_has_gone_dead_is_noticed_and_replaced(
    start_bot: StartBot, aslack: AsyncPlayground, asker: Asker
):
    async with Wire(urlsplit(aslack.url).port or 0) as wire:
        bot = start_bot(SLACK_API_URL=f"http://127.0.0.1:{wire.port}/api/")
        await asyncio.to_thread(bot.ready)
        wire.go_dead()
        dead = time.monotonic()
        await asyncio.to_thread(bot.ready, 2)
        assert time.monotonic() - dead < 30
        asked = await asker.ask()
        # Slack takes longer to see that the old one is dead, and may try it first.
        await aslack.hurry(acknowledge=0.5)
        for _ in range(2):
            await aslack.as_person("U0ALICE").click(
                "approve", ts=asked.ts, value=asked.id, blindly=True
            )
        await aslack.wait_for_revision(asked.ts, "Approved")
        assert await asyncio.to_thread(bot.terminate) == 0


async def test_a_connection_that_cannot_be_opened_is_tried_again_with_a_new_ticket(
    bot: BotProcess, aslack: AsyncPlayground, asker: Asker
):
    await aslack.fail("apps.connections.open", "rate_limited", retry_after=1)
    await aslack.fail("apps.connections.open", "server_error", times=2)
    await aslack.drop_sockets()
    await asyncio.to_thread(bot.ready, 2)
    assert "xapp" not in bot.log
