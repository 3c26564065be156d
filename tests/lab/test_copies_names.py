"""Names, links and files of every kind: copied from both kinds of machine, restored, and equal byte for byte."""

import base64
import io
import tarfile

import pytest

from tests.lab.conftest import Lab
from tests.lab.copies import A_OFF, A, B, hashes, place, points, ready, target
from tests.lab.studio import Studio

pytestmark = pytest.mark.lab

NFC, NFD = "Gr\u00f6\u00dfe", "Gro\u0308\u00dfe"
NAMES = (
    "with space", " leading and trailing ", "two\nlines", "\nfirst", "last\n", NFC, NFD, "-rf", "--delete",
    "$(touch owned)", "`touch owned`", "it's \"quoted\"", "back\\slash", "back\\nslash", "tab\there", "* ?[x]",
    "\x01\x1b[31mred", "#hash", "%s%n", "~", "semi;colon", "a&b|c>d", "Lied/Größe/Takt 1.wav", "-d/-f", ".hidden",
    "deleted\tname", "record\t{}", "complete", "lat\udcedn-1",
)  # fmt: skip
FILES = {name: f"content of {number}".encode() for number, name in enumerate(NAMES)}
LINKS = {
    "absolute": "/etc/shadow", "up": "../../etc/passwd", "beside": "with space", "dangling": "no where",
    "new\nline link": "-rf",
}  # fmt: skip


def deliver(lab: Lab, machine: str) -> None:
    """Every file, link, hard link and a sparse file of 64 MiB with a few bytes in it."""
    data = io.BytesIO()
    # The old form for names: BusyBox reads no others.
    with tarfile.open(fileobj=data, mode="w", format=tarfile.GNU_FORMAT, errors="surrogateescape") as tar:
        for name, content in FILES.items():
            member = tarfile.TarInfo(name)
            member.size, member.mtime, member.mode = len(content), 1_700_000_000, 0o640
            tar.addfile(member, io.BytesIO(content))
        for name, leads_to in LINKS.items():
            link = tarfile.TarInfo(name)
            link.type, link.linkname = tarfile.SYMTYPE, leads_to
            tar.addfile(link)
    text = base64.b64encode(data.getvalue()).decode()
    lab.run(machine, "base64 -d | tar -xf - -C /srv/sessions", text=text, check=True)
    more = """cd /srv/sessions && ln 'with space' 'hard link' && mkdir 'empty folder'
      printf end | dd of=sparse bs=1048576 seek=64 2>/dev/null && [ "$(du -k sparse | cut -f1)" -lt 1024 ]"""
    lab.run(machine, more, check=True)


def links(lab: Lab, machine: str, folder: str) -> dict[str, str]:
    """Where each of the links leads, as it stands in the link."""
    script = f'cd {folder} && for name do printf \'%s|\' "$(readlink -- "$name")"; done'
    names = " ".join("'" + name + "'" for name in LINKS)
    said = lab.run(machine, f"set -- {names}; {script}", check=True).stdout
    return dict(zip(LINKS, said.split("|"), strict=False))


@pytest.fixture(scope="module")
def studio(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Studio:
    made = ready(lab, tmp_path_factory.mktemp("names") / "spec")
    for machine in ("ws-a", "ws-b"):
        deliver(lab, machine)
    return made


def expected(lab: Lab, machine: str) -> dict[bytes, str]:
    """What stands at the source; every name is there."""
    found = hashes(lab, machine, "/srv/sessions")
    assert {name.encode("utf-8", "surrogateescape") for name in FILES} | {b"sparse", b"hard link"} == set(found)
    return found


@pytest.mark.parametrize(
    ("copy", "source", "back"),
    [(A, "ws-a", "ws-a"), (B, "ws-b", "ws-b"), pytest.param(B, "ws-b", "vault", marks=pytest.mark.long)],
)
def test_every_name_arrives_and_comes_back(lab: Lab, studio: Studio, copy: str, source: str, back: str) -> None:
    whole = expected(lab, source)
    done = studio.json("run", copy, code=0)
    assert done["files"] == len(whole) + len(LINKS)
    machine, folder = target(copy)
    point = f"{folder}/points/{done['restore_point']}"
    assert hashes(lab, machine, point) == whole
    assert lab.run(machine, f"find / -xdev -name owned -o -xdev -path '{folder}/*' -name owned").stdout == ""
    restored = studio.json("restore", copy.rpartition("/")[0], "--to", f"{back}:/srv/back", code=0)
    assert restored["verified"] is True
    assert restored["restore_point"] == done["restore_point"]
    assert hashes(lab, back, "/srv/back") == whole
    assert links(lab, back, "/srv/back") == LINKS
    looked = "cd /srv/back && ls -di 'with space' 'hard link' | awk '{print $1}' | uniq | wc -l; test -d 'empty folder'"
    assert lab.run(back, looked, check=True).stdout.strip() == "1", "a hard link came back as a second file"
    assert lab.run(back, "ls -l /srv/back/-rf").stdout.startswith("-rw-r-----")
    lab.run(back, "rm -rf /srv/back", check=True)


def test_a_copy_holds_links_that_lead_nowhere_and_sparse_files_stay_sparse(lab: Lab, studio: Studio) -> None:
    point = f"{target(A)[1]}/points/{studio.json('run', A, code=0)['restore_point']}"
    assert set(links(lab, "nas", point).values()) == {f"/rsyncd-munged/{leads_to}" for leads_to in LINKS.values()}
    assert int(lab.run("nas", f"du -k {point}/sparse").stdout.split()[0]) < 1024


def test_through_a_chain_everything_is_as_it_was(lab: Lab, studio: Studio) -> None:
    studio.run("run", A, code=0)
    newest = studio.json("run", A_OFF, code=0)["restore_point"]
    studio.run("restore", "ws-a/sessions", "--from", "off-site", "--to", "ws-a:/srv/from-afar", code=0)
    assert hashes(lab, "ws-a", "/srv/from-afar") == expected(lab, "ws-a")
    assert links(lab, "ws-a", "/srv/from-afar") == LINKS
    assert newest == points(lab)[-1]


def test_one_name_of_two_lines_comes_back_alone(lab: Lab, studio: Studio) -> None:
    studio.run("run", A, code=0)
    for number, name in enumerate(("two\nlines", "-rf", "$(touch owned)", "Lied/Größe/Takt 1.wav", NFD)):
        folder = f"/srv/one-{number}"
        done = studio.json("restore", "ws-a/sessions", "--path", name, "--to", f"ws-a:{folder}", code=0)
        assert (done["files"], done["bytes"]) == (1, len(FILES[name]))
        assert set(hashes(lab, "ws-a", folder)) == {name.encode()}


def test_a_preview_shows_strange_names_on_one_line_and_without_their_controls(lab: Lab, studio: Studio) -> None:
    studio.run("run", A, code=0)
    place(lab, "ws-a", {"new\n  delete   everything": b"x", "new \x1b[2J": b"y"})
    said = studio.run("run", A, "--preview", "-v", code=0).stdout
    assert "  create   new\\x0a  delete   everything\n" in said
    assert "\x1b" not in said
    assert "2 to create, 0 to rewrite, 0 to delete" in said
    looked = studio.json("run", A, "--preview", code=0)["preview"]
    assert len(looked["create"]) == 2
    lab.run("ws-a", "rm /srv/sessions/new*", check=True)
