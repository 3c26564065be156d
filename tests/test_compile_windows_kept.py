"""What plays keep on Windows: Fast Startup, and the SSH server by which we come in."""

from __future__ import annotations

import pytest

from studio_backup.diff import Present, compare
from studio_backup.manifest import Entry
from studio_backup.resources.fast_startup import FastStartup
from studio_backup.resources.openssh_server import OpensshServer
from tests.windows_studio import MACHINES, compiled

PLAY = """
- name: A Windows
  hosts: ws-a
  fast-startup: {windows: {}}
  openssh-server: {windows: {shell: cmd, firewall: open}}
"""


def kept(playbook: str = PLAY) -> tuple[FastStartup, OpensshServer]:
    found = compiled(playbook).resources
    fast, server = found["ws-a/windows/fast-startup/windows"], found["ws-a/windows/openssh-server/windows"]
    assert isinstance(fast, FastStartup)
    assert isinstance(server, OpensshServer)
    return fast, server


def test_what_a_play_says_and_what_it_leaves_out() -> None:
    fast, server = kept()
    assert (fast.enabled, fast.language) == ("no", "powershell")
    assert (server.start, server.shell, server.firewall) == ("automatic", "cmd", "open")
    assert server.probe().args == ("firewall",)
    fast, server = kept(PLAY.replace("fast-startup: {windows: {}}", "fast-startup: {windows: {enabled: yes}}").replace(
        "{shell: cmd, firewall: open}", "{}"))  # fmt: skip
    assert (fast.enabled, server.shell, server.firewall, server.probe().args) == ("yes", None, None, ())


def test_fast_startup_is_switched_by_a_number_alone() -> None:
    fast, _ = kept()
    seen = FastStartup(system=fast.system, name=fast.name, place=fast.place, enabled="yes", policy="yes")
    (step,) = fast.update(seen, frozenset({"enabled", "policy"}))
    assert step.args == ("no",)
    assert fast.update(seen, frozenset({"policy"})) == ()
    assert fast.remove() is None


@pytest.mark.parametrize(("start", "steps"), [("manual", 1), ("disabled", 0), ("none", 0)])
def test_only_a_manual_start_is_changed(start: str, steps: int) -> None:
    """What somebody disabled, or never installed, is a person's to decide: it is a conflict, and never a step."""
    _, server = kept()
    seen = OpensshServer(system=server.system, name=server.name, place=server.place, start=start, shell="cmd",
                         firewall="open", state="stopped")  # fmt: skip
    assert len(server.update(seen, frozenset({"start", "state"}))) == steps
    change = compare(server, Present(seen), Entry("northlight", server.address, "p", server.digest()), "", {})
    assert change.verb == ("update" if steps else "conflict")


def test_where_a_volume_is_shared_it_is_kept_off_without_a_word() -> None:
    """What Windows leaves mounted there, the other system damages; a play may say otherwise, and is warned."""
    address = "ws-a/windows/fast-startup/windows"
    found = compiled("- {name: Nothing, hosts: ws-a}").resources
    assert list(found) == [address]
    one = found[address]
    assert isinstance(one, FastStartup)
    assert one.enabled == "no"
    said = compiled("- {name: On, hosts: ws-a, fast-startup: {windows: {enabled: yes}}}").resources[address]
    assert isinstance(said, FastStartup)
    assert said.enabled == "yes"
    for change in (
        ("paths: {macos: /Volumes/Sessions, windows", "paths: {windows"),
        ("volumes:", "exclusive: false\n    volumes:"),
    ):
        assert address not in compiled("- {name: Nothing, hosts: ws-a}", MACHINES.replace(*change)).resources
