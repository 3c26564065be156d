"""A machine that nobody pulls from pushes: its copies are whole, and root there reaches no byte of history."""

import pytest

from tests.lab.conftest import Lab
from tests.lab.copies import STATE, hashes, place
from tests.lab.studio import Studio

pytestmark = pytest.mark.lab

PLAYS = """- name: This room is behind a wall, and sends
  hosts: ws-a
  datasets:
    takes:
      source: {volume: sessions}
      exclude: ["*.tmp"]
      quiet: 0 min
      copies:
        on-nas: {to: "nas:tank/walled", every: hour, transfer: push, keep: {hourly: 24, daily: 30}}
        at-home: {to: "vault:cold/walled", every: hour, transfer: push, keep: {hourly: 24, daily: 30}}
"""
FILES = {f"Song/{number:03}.wav": b"%03d" % number * 1000 for number in range(120)}
COPIES = {"on-nas": ("nas", "/srv/tank/walled"), "at-home": ("vault", "/srv/cold/walled")}
#: Every byte, name, mode, owner, time and inode of history.
LOOK = """cd %s/points && find . -exec stat -c '%%n %%i %%f %%u:%%g %%s %%Y %%h' {} + | sort
find . -type f -exec cksum {} + | sort; find . -type l -exec readlink {} + | sort"""

#: What the sender's root tries with its key: a function `gate` that says something to it, and `push` that sends.
TOOLS = """umask 077; cd /root; id=ws-a_takes_%s; at=$(cat /root/lander-%s)
ssh_line="ssh -F /dev/null -i %s/senders/%s/key -o IdentitiesOnly=yes -o BatchMode=yes -o StrictHostKeyChecking=no
 -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR"
ssh_line=$(printf %%s "$ssh_line" | tr -d '\\n')
gate() { timeout 20 $ssh_line "$at" "$*" </dev/null; }
refused() { gate "$@" 2>/root/said; code=$?; if [ $code -ne 5 ]; then echo "NOT REFUSED ($code): $*"; fi; }
push() { run=$1; shift; rsync --no-s -rlptH -e "$ssh_line" --rsync-path="take $id $run" "$@" "$at:/"; }
"""

REFUSED = """
for words in '' sh 'cat /etc/shadow' 'sftp-server' 'scp -t /etc' 'rsync --server -re.iLsfxCIvu . /' \\
  "serve $id --server --sender -re.iLsfxCIvu . /" "points $id" "newest $id" "guard $id" "snapshots $id" \\
  "send $id x 2026-01-01T00-00-00Z" "begin $id 2090-01-01T00-00-00Z" "begin ../ws_linux/$id" "begin other" \\
  "begin $id;id" "take $id" "end $id" "end $id x 1 0" "tell $id ok period" "tell $id refused x;y" "begin" \\
  "stand $id" "adjust $id"; do
  refused "$words"
done
run=$(gate begin $id) || echo "no begin: $run"
for option in --inplace --link-dest=../../points --copy-dest=/ --compare-dest=/ --backup-dir=../../points --backup \\
  --temp-dir=/tmp --partial-dir=../../points --partial --log-file=/etc/owned --write-devices --copy-devices \\
  --files-from=/etc/shadow --daemon --sender --server --remove-source-files --append --append-verify --iconv=. \\
  --chmod=u+s --usermap=*:0 --super --fake-super --no-munge-links --munge-links --confine-root=/ --relative \\
  --keep-dirlinks --copy-dirlinks --copy-unsafe-links --write-batch=/etc/owned --mkpath --preallocate --trust-sender \\
  --timeout=-1 --bwlimit=x --log-format=%t --max-delete=1 --existing --config=/tmp/x -- -s -L -K -k -R -D -o -g -A -X \\
  -b -M--inplace -T/tmp -x -z -y; do
  refused "take $id $run --server -lHtpre.iLsfxCIvu $option . /"
done
refused "take $id $run --server -lHtpre.iLsfxCIvu . / /etc"
refused "take $id $run --server . /"
refused "take $id 20200101T000000Z-1 --server -re.iLsfxCIvu . /"
refused "end $id $run 1 0"
refused "adjust $id $run"
refused "stand $id 20200101T000000Z-1"
tab=$(printf '\\t')
for line in "name${tab}../../points${tab}x" "name${tab}Song${tab}../../points/x" "name${tab}/etc/hostname${tab}x" \\
  "stale${tab}../../points" "stale${tab}/etc/hostname" "name${tab}Song${tab}Song/../../x" "run${tab}a${tab}b"; do
  printf '%s\\nend\\t1\\n' "$line" | timeout 20 $ssh_line "$at" "adjust $id $run" 2>/root/said
  code=$?; if [ $code -ne 5 ]; then echo "NOT REFUSED ($code): $line"; fi
done
"""

#: Wherever it says that its files should go, they land in the landing.
PATHS = """
mkdir -p loot/points; echo owned >loot/owned; ln -sf ../../points loot/out; ln -sf /etc loot/etc
echo hard >loot/one; ln -f loot/one loot/two; echo suid >loot/suid; chmod 6777 loot/suid
for path in / ../points/ ../../points/ /srv/tank/walled/points/ /etc/ points/; do
  rsync --no-s -rlptH -e "$ssh_line" --rsync-path="take $id $run" loot/ "$at:$path" || echo "FAILED: $path"
done
rm loot/out; mkdir loot/out; echo through >loot/out/passwd
push "$run" loot/ || echo "FAILED: through a link"
gate end $id "$run" - 0 || echo "FAILED: end"
"""


@pytest.fixture(scope="module")
def studio(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Studio:
    lab.reset()
    made = Studio(tmp_path_factory.mktemp("pushed") / "spec")
    (made.folder / "playbooks/three-two-one.yml").write_text(PLAYS)
    # The other system of this machine has no key until it was up once: here it does not see the sessions.
    path = "id: 5e551001-0000-4000-8000-000000000a01\n        path: /srv/sessions"
    made.edit("inventory/rooms.yml", path, path.replace("path: /srv/sessions", "paths: {studio-os: /srv/sessions}"))
    made.apply()
    made.settled()
    place(lab, "ws-a", FILES)
    for machine, _ in COPIES.values():
        found = lab.run(machine, f"ls {STATE}/receivers", check=True).stdout.strip()
        lab.run("ws-a", f"echo {found}@{lab.address(machine)} >/root/lander-{machine}", check=True)
    return made


def points(lab: Lab, copy: str) -> list[str]:
    machine, folder = COPIES[copy]
    return lab.run(machine, f"ls {folder}/points 2>/dev/null").stdout.split()


def history(lab: Lab, copy: str) -> str:
    machine, folder = COPIES[copy]
    return lab.run(machine, LOOK % folder, check=True).stdout


def attack(lab: Lab, copy: str, script: str) -> str:
    """Run it as root of the sender; what it prints is what went wrong."""
    machine, _ = COPIES[copy]
    return lab.run("ws-a", TOOLS % (copy, machine, STATE, machine) + script, timeout=120).stdout


def look(lab: Lab, copy: str) -> None:
    """What the timer of the keeper does every five minutes."""
    machine, _ = COPIES[copy]
    lab.run(machine, f"systemctl start studio-backup-northlight_ws-a_takes_{copy}.service")


def test_it_is_pushed_judged_shown_and_restored_like_any_copy(lab: Lab, studio: Studio) -> None:
    for copy, (machine, folder) in COPIES.items():
        done = studio.json("run", f"ws-a/takes/{copy}", code=0)
        assert (done["result"], done["files"]) == ("ok", len(FILES)), done
        point = f"{folder}/points/{done['restore_point']}"
        assert hashes(lab, machine, point) == hashes(lab, "ws-a", "/srv/sessions")
        shared = f"find {folder}/landing {point} -type f -printf '%D:%i\\n' | sort | uniq -d"
        assert lab.run(machine, shared).stdout == "", "a landing shares no inode with a point"
        assert lab.run(machine, f"stat -c %U {point}").stdout == "root\n"
    assert "2 copies: 2 fresh; 2 restore points" in studio.run("status", code=0).stdout
    studio.run("restore", "ws-a/takes", "--from", "at-home", "--to", "ws-a:/srv/back", code=0)
    assert hashes(lab, "ws-a", "/srv/back") == hashes(lab, "ws-a", "/srv/sessions")
    assert "OK" in studio.run("verdict", "--live", code=0).stdout


@pytest.mark.long
@pytest.mark.parametrize("copy", COPIES)
def test_root_of_the_sender_reaches_no_byte_of_history(lab: Lab, studio: Studio, copy: str) -> None:
    assert studio.folder.exists()
    machine, folder = COPIES[copy]
    before, known = history(lab, copy), points(lab, copy)
    assert attack(lab, copy, REFUSED + PATHS) == ""
    assert history(lab, copy) == before
    elsewhere = f"find / -xdev -name owned; find {folder} -name owned"
    assert set(lab.run(machine, elsewhere).stdout.split()) == {f"{folder}/landing/files/owned"}
    assert lab.run(machine, f"stat -c %a {folder}/landing/files/suid").stdout == "777\n"
    look(lab, copy)
    assert points(lab, copy) == known, "the brake: everything that was there is gone from the landing"
    assert history(lab, copy) == before
