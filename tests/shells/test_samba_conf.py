"""Our section of smb.conf, really written in every shell: checked first, everything of others kept, smbd only told."""

from __future__ import annotations

import shlex

import pytest

from studio_backup.probe import Reply
from studio_backup.resources.samba_share import SambaShare
from studio_backup.resources.samba_user import SambaUser
from studio_backup.step import Step
from tests.resources.cases import FOLDER, Case
from tests.sandbox import SHELLS, Sandbox

OTHERS = "; Debian's\n[global]\n   workgroup = STUDIO\n[music]\n   path = /srv/music\n"
#: Stand-ins: testparm complains of what it does not know and ends with 0, as the real one does (traps of testparm).
TOOLS = r"""mkdir -p /srv/bin /etc/samba; chmod 0755 /etc/samba
cat >/srv/bin/testparm <<'END'
#!/bin/sh
printf 'Load smb config files from %s\nLoaded services file OK.\n' "$2" >&2
printf 'WARNING: some services use vfs_fruit, others don'"'"'t. Mounting them …\n\nServer role: ROLE_STANDALONE\n' >&2
grep -q 'broken' "$2" && { printf 'ERROR: broken\n' >&2; exit 1; }
sed -n 's/^ *\(read olny\).*/Unknown parameter encountered: "\1"/p' "$2" >&2
[ ! -e /srv/complain ] || grep -q '^.tm-ws-a' "$2" && [ -e /srv/complain ] && printf 'Ignoring invalid value\n' >&2
exit 0
END
printf '#!/bin/sh\necho "$@" >>/srv/told\n' >/srv/bin/smbcontrol
printf '#!/bin/sh\n[ "$1" = is-active ] || echo "$@" >>/srv/told\n' >/srv/bin/systemctl
printf '#!/bin/sh\n[ ! -e /srv/open ] || cat /srv/open\n' >/srv/bin/smbstatus
chmod +x /srv/bin/*
rm -rf /etc/samba/smb.conf /srv/told /srv/complain /srv/open
"""
#: smbd reads the file again; Avahi starts anew, so that smbd tells it of the shares.
TOLD = "smbd reload-config\nrestart avahi-daemon.service\n"
CONF = "/etc/samba/smb.conf"


@pytest.fixture
def sandbox(sandbox: Sandbox) -> Sandbox:
    assert sandbox.run(TOOLS).returncode == 0
    sandbox.run(f"cat >{CONF} <<'END'\n{OTHERS}END\nchmod 0640 {CONF}")
    return sandbox


def share() -> SambaShare:
    want = Case(FOLDER / "samba-share" / "ok").want()
    assert isinstance(want, SambaShare)
    return want


def user() -> SambaUser:
    want = Case(FOLDER / "samba-user" / "ok").want()
    assert isinstance(want, SambaUser)
    return want


def seen(sandbox: Sandbox) -> SambaShare | None:
    done = sandbox.run(f"( set -eu\n{share().probe().script}\n)")
    return share().parse(Reply(done.returncode, done.stdout, done.stderr))


def run(sandbox: Sandbox, steps: tuple[Step, ...], shell: list[str]) -> int:
    (step,) = steps
    guard = f"( set -eu\n{step.guard or ':'}\n)\n[ $? -eq 0 ] || exit 90\n"
    script = f"PATH=/srv/bin:$PATH\n{guard}( set -eu\n{step.script}\n)\n"
    return sandbox.run(script, shell).returncode


def test_it_comes_and_goes_and_the_rest_stays(sandbox: Sandbox, shell: list[str]) -> None:
    assert run(sandbox, share().create(), shell) == 0
    now = seen(sandbox)
    assert now == share()
    assert sandbox.read(CONF).startswith(OTHERS)
    assert sandbox.run(f"stat -c %a {CONF}").stdout == "640\n"
    assert sandbox.read("/srv/told") == TOLD
    assert now is not None
    sandbox.run(f"sed -i 's/= 2T/= 900G/' {CONF}")
    changed = seen(sandbox)
    assert changed is not None
    assert changed.quota == "900G"
    assert run(sandbox, share().update(changed, frozenset({"quota"})), shell) == 0
    assert seen(sandbox) == share()
    assert run(sandbox, now.remove() or (), shell) == 0
    assert sandbox.read(CONF) == OTHERS
    assert sandbox.run("ls -A /etc/samba | grep studio").stdout == ""


def test_what_testparm_complains_of_never_gets_there(sandbox: Sandbox) -> None:
    shell = SHELLS["busybox"]
    sandbox.run(": >/srv/complain")
    assert run(sandbox, share().create(), shell) == 1
    assert sandbox.read(CONF) == OTHERS
    sandbox.run(f"rm /srv/complain; echo '   read olny = yes' >>{CONF}")
    assert run(sandbox, share().create(), shell) == 0  # it complained of that before: it is not ours to mend
    sandbox.run(f"echo broken >>{CONF}")
    before = sandbox.read(CONF)
    assert run(sandbox, share().create(), shell) == 1
    assert sandbox.read(CONF) == before
    assert sandbox.run("ls -A /etc/samba | grep studio").stdout == ""
    assert sandbox.read("/srv/told") == TOLD


def test_nothing_is_written_over_what_changed_since_nor_taken_away_while_a_backup_runs(sandbox: Sandbox) -> None:
    shell = SHELLS["dash"]
    run(sandbox, share().create(), shell)
    now = seen(sandbox)
    assert now is not None
    line = f"114  999  DENY_NONE  0x12019f  RDWR  NONE  {share().path}   slow   Thu Nov 26 19:44:40 2026"
    sandbox.run(f"printf '%s\\n' {shlex.quote(line)} >/srv/open")
    assert run(sandbox, now.remove() or (), shell) == 90
    sandbox.run(f"sed -i 's#ws-a #ws-ab #' /srv/open; echo '# more' >>{CONF}")
    assert run(sandbox, now.remove() or (), shell) == 90
    again = seen(sandbox)
    assert again is not None
    sandbox.run("mv /srv/open /srv/kept; mkdir /srv/open")
    assert run(sandbox, again.remove() or (), shell) == 90, "who cannot be asked does not say that nothing runs"
    assert run(sandbox, user().remove() or (), shell) == 90
    sandbox.run("rmdir /srv/open; mv /srv/kept /srv/open")
    assert run(sandbox, again.remove() or (), shell) == 0
