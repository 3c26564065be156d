"""A backup key in the wrong hands: it reads its own dataset, and there is nothing else it can do."""

import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.lab.conftest import Lab
from tests.lab.copies import A_OFF, STATE, A, B, place, points, ready, receiver, records
from tests.lab.studio import Studio

pytestmark = pytest.mark.lab

REFUSED = "studio-backup-gate: refused"
#: What our own job sends before the path.
HONEST = "--server --sender -lHtpre.LsfxCIvu --timeout=600 --numeric-ids"
FOREIGN = (
    "--inplace", "--delete", "--delete-before", "--link-dest=/etc", "--copy-dest=/etc", "--compare-dest=/etc",
    "--backup-dir=/tmp", "--temp-dir=/tmp", "--partial-dir=/tmp", "--log-file=/etc/owned", "--remove-source-files",
    "--remove-sent-files", "--files-from=/etc/shadow", "--write-devices", "--copy-devices", "--config=/tmp/x",
    "--daemon", "--rsync-path=sh", "--copy-unsafe-links", "--copy-links", "--keep-dirlinks", "--append",
    "--write-batch=/etc/owned", "--only-write-batch=/etc/owned", "--read-batch=/etc/shadow", "--debug=ALL",
    "--password-file=/etc/shadow", "--from0", "--chmod=u+s", "--usermap=*:0", "--super", "--iconv=.", "--relative",
    "--no-munge-links", "--sender", "--server", "--confine-root=/", "--timeout=-1", "--bwlimit=x", "--",
    "-s", "-L", "-k", "-R", "-b", "-M--inplace", "-e", "-T/tmp",
)  # fmt: skip


@dataclass(frozen=True)
class Thief:
    """Somebody on another machine who has the NAS's private key for one source."""

    lab: Lab
    address: str
    identity: str  # what the gate serves to that key

    def ssh(self, *words: str, options: str = "") -> subprocess.CompletedProcess[str]:
        """Run ssh with the stolen key from the vault."""
        line = f"timeout 10 ssh {self._options} {options} root@{self.address} {shlex.join(words)} </dev/null"
        return self.lab.run("vault", line)

    def rsync(self, words: str, verb: str) -> subprocess.CompletedProcess[str]:
        """Run rsync through the gate; SRC stands for the source's address."""
        words = words.replace("SRC", f"root@{self.address}")
        return self.lab.run("vault", f"rsync -e 'ssh {self._options}' --rsync-path='{verb}' {words}")

    def line(self, command: str) -> subprocess.CompletedProcess[str]:
        """Run a program of the vault; SSH stands for the options of ssh, SRC for the source."""
        done = command.replace("SSH", self._options).replace("SRC", f"root@{self.address}")
        return self.lab.run("vault", done, timeout=20)

    @property
    def _options(self) -> str:
        return (
            "-F none -i /root/stolen -o IdentitiesOnly=yes -o BatchMode=yes -o StrictHostKeyChecking=no "
            "-o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -o ConnectTimeout=5"
        )


@pytest.fixture(scope="module")
def installed(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Studio:
    made = ready(lab, tmp_path_factory.mktemp("stolen") / "spec")
    for machine, copy in (("ws-a", A), ("ws-b", B)):
        place(lab, machine, {"Lied/take.wav": b"x" * 1000})
        # Another key's folder, whose dataset this key must not see.
        gates = "/etc/studio-backup/northlight/gate.d"
        other = f"sed 's|^path=.*|path=/etc|' {gates}/nas_linux/*.conf >{gates}/other_linux/secret.conf"
        lab.run(machine, f"mkdir {gates}/other_linux && {other}", check=True)
        made.run("run", copy, code=0)
    return made


@pytest.fixture(params=["ws-b", pytest.param("ws-a", marks=pytest.mark.long)])
def thief(lab: Lab, request: pytest.FixtureRequest) -> Thief:
    """The stolen key on the vault, and a source that must be the same afterwards."""
    machine = str(request.param)
    key = lab.run("nas", f"cat {STATE}/receivers/{receiver(lab, machine)}/key", check=True).stdout
    lab.run("vault", "umask 077; cat >/root/stolen", text=key, check=True)
    return Thief(lab, lab.address(machine), f"{machine}_sessions_on-nas")


@pytest.fixture(autouse=True)
def untouched(lab: Lab, installed: Studio) -> Iterator[None]:
    """Nothing on a source has changed by the end of a test."""
    assert installed.record.exists()
    look = """find /etc /root /srv /tmp /var/lib/studio-backup -xdev ! -type d -exec ls -ldn {} + | cksum
      find /etc /root /srv/sessions /var/lib/studio-backup -type f -exec cksum {} + | cksum"""
    before = {machine: lab.run(machine, look).stdout for machine in ("ws-a", "ws-b")}
    yield
    assert {machine: lab.run(machine, look).stdout for machine in ("ws-a", "ws-b")} == before


def check_refused(done: subprocess.CompletedProcess[str], what: str) -> None:
    assert done.returncode == 5, f"{what}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    assert REFUSED in done.stderr, what
    assert done.stdout == "", what


def test_it_reads_its_own_dataset_whatever_path_it_names(lab: Lab, thief: Thief) -> None:
    assert thief.ssh("guard", thief.identity).stdout.startswith("ok\t")
    for number, path in enumerate(("/", "/etc/", "/root/.ssh/", "../../etc/")):
        done = thief.rsync(f"-rlt SRC:{path} /root/loot-{number}/", f"serve {thief.identity}")
        assert done.returncode == 0, done.stderr
        found = lab.run("vault", f"cd /root/loot-{number} && find . -type f ! -name .studio-backup-volume").stdout
        assert found == "./Lied/take.wav\n"
    lab.run("vault", "rm -r /root/loot-*", check=True)


@pytest.mark.parametrize(
    "command",
    ["", "sh", "cat /etc/shadow", "id; cat /etc/shadow", "$(cat /etc/shadow)", "`id`", "guard\nid", "guard", "serve",
     "sftp-server", "internal-sftp", "scp -f /etc/shadow", "scp -t /etc", "rsync --server --sender -r . /etc",
     "GUARD ID", "guard  ID  extra", "guard ID;id", "guard ID\nid", "guard ID | sh", "guard ID && id",
     "guard ID > /etc/owned",
     "newest ID", "points ID", "guard -x", "guard --help", "guard ID \x01"],
)  # fmt: skip
def test_no_command_but_its_verbs(thief: Thief, command: str) -> None:
    check_refused(thief.ssh(command.replace("ID", thief.identity)), repr(command))


def test_no_other_dataset_and_no_other_key_s_folder(thief: Thief) -> None:
    other = "ws-b_sessions_on-nas" if thief.identity.startswith("ws-a") else "ws-a_sessions_on-nas"
    for name in (
        other, "secret", "../other_linux/secret", "other_linux/secret",
        "/etc/studio-backup/northlight/gate.d/other_linux/secret",
        "..", ".", "../../gate", f"./{thief.identity}", f"{thief.identity}.conf", f"{thief.identity}/", "*", "",
    ):  # fmt: skip
        check_refused(thief.ssh("guard", name), name)
        check_refused(thief.ssh(f"serve {name} {HONEST} . /"), name)


def test_rsync_may_only_send_and_only_with_the_options_that_read(thief: Thief) -> None:
    serve = f"serve {thief.identity}"
    check_refused(thief.ssh(f"{serve} --server -lHtpre.LsfxCIvu . /"), "writing")
    check_refused(thief.ssh(f"{serve} --daemon"), "daemon")
    check_refused(thief.ssh(f"{serve} 2026-01-01T00-00-00Z {HONEST} . /"), "a point of what has none")
    check_refused(thief.ssh(f"{serve} {HONEST} . / /etc"), "two paths")
    for option in FOREIGN:
        check_refused(thief.ssh(f"{serve} {HONEST} {option} . /"), option)
    for letters in ("-Llre.LsfxCIvu", "-slre.LsfxCIvu", "-lre.Lsf/etc", "-lrRe.LsfxCIvu", "-bre.LsfxCIvu", "-lr"):
        check_refused(thief.ssh(f"{serve} --server --sender {letters} . /"), letters)
    push = thief.rsync("-r /etc/hostname SRC:/", serve)
    assert push.returncode != 0
    assert REFUSED in push.stderr


def test_no_file_transfer_of_ssh(thief: Thief) -> None:
    for command in (
        "scp SSH SRC:/etc/shadow /root/loot", "scp -O SSH SRC:/etc/shadow /root/loot",
        "scp SSH /etc/hostname SRC:/root/owned",
        "scp -O SSH /etc/hostname SRC:/root/owned", "echo 'get /etc/shadow /root/loot' | sftp SSH -b - SRC",
    ):  # fmt: skip
        assert thief.line(command).returncode != 0, command
        assert thief.line("test -e /root/loot").returncode == 1, command


def test_no_forwarding_of_ports_agents_and_terminals(lab: Lab, thief: Thief) -> None:
    guard = f"guard {thief.identity}"
    into = thief.line("timeout 5 ssh SSH -W 127.0.0.1:22 SRC </dev/null")
    assert into.returncode != 0
    assert "SSH-2.0" not in into.stdout
    out = thief.line(f"timeout 5 ssh SSH -o ExitOnForwardFailure=yes -R 15099:127.0.0.1:22 SRC {guard} </dev/null")
    assert out.returncode == 255
    terminal = thief.line(f"timeout 5 ssh SSH -tt SRC {guard} </dev/null")
    assert "PTY allocation request failed" in terminal.stderr
    agent = "eval $(ssh-agent) >/dev/null; ssh-add /root/stolen 2>/dev/null; (timeout 3 ssh SSH -A -N SRC) & sleep 1.5"
    machine = thief.identity.split("_")[0]
    sockets = "find /tmp /run /root -type s -path '*/ssh-*' -o -type s -path '*dropbear-*'; find /tmp -name 'auth-*'"
    thief.line(agent)
    assert lab.run(machine, sockets).stdout == "", "the agent was forwarded"
    lab.run("vault", 'kill $(ps -e -o pid,comm | awk \'$2 == "ssh-agent" || $2 == "ssh" {print $1}\') 2>/dev/null')


def test_no_word_of_the_environment_is_taken(thief: Thief) -> None:
    words = ("LC_ALL=x", "RSYNC_RSH=id", "ENV=/etc/passwd", "PATH=/tmp", "LD_PRELOAD=/tmp/x.so", "IFS=/")
    planted = " ".join(f"-o SetEnv={word}" for word in words)
    done = thief.ssh("guard", thief.identity, options=planted)
    assert done.stdout.startswith(f"ok\tdataset={thief.identity.split('_')[0]}/sessions\t"), done.stderr
    for name in ("LC_PAPER", "LANG"):
        done = thief.ssh("guard", thief.identity, options=f"-o 'SetEnv={name}=\"() {{ :; }}; touch /root/owned\"'")
        assert done.returncode == 0


def test_the_key_of_a_chain_reads_restore_points_alone(lab: Lab, installed: Studio) -> None:
    installed.run("run", A_OFF, code=0)
    before = points(lab), len(records(lab))
    key = lab.run("vault", f"cat {STATE}/receivers/{receiver(lab, 'nas', 'vault')}/key", check=True).stdout
    lab.run("vault", "umask 077; cat >/root/stolen", text=key, check=True)
    thief = Thief(lab, lab.address("nas"), "ws-a_sessions_on-nas")
    point = points(lab)[-1]
    assert thief.ssh("newest", thief.identity).stdout == f"{point}\n"
    for words in (
        f"serve {thief.identity} {HONEST} . /", f"serve {thief.identity} .. {HONEST} . /",
        f"serve {thief.identity} {point}/.. {HONEST} . /", f"serve {thief.identity} ../{point} {HONEST} . /",
        f"serve {thief.identity} 2001-01-01T00-00-00Z {HONEST} . /", "cat /etc/shadow", "",
        f"btrfs subvolume delete /srv/tank/ws-a/sessions/points/{point}",
    ):  # fmt: skip
        check_refused(thief.ssh(words), words)
    assert (points(lab), len(records(lab))) == before


def test_the_key_does_not_open_another_machine(lab: Lab, thief: Thief) -> None:
    for address in ("nas", "ws-a", "ws-b"):
        if lab.address(address) != thief.address:
            other = Thief(lab, lab.address(address), thief.identity).ssh("guard", thief.identity)
            assert other.returncode == 255
            assert "Permission denied" in other.stderr
