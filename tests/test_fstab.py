"""Lines of /etc/fstab: what they mean, who does the same, who is in the way; blocks of ours among them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_backup.resource import Unparsable
from studio_backup.resources.fstab import Line, escaped, in_the_way, parsed
from studio_backup.resources.marked import inside, mark, outside

UUID = "7a4b0001-0000-4000-8000-00000000000a"
WANTED = Line(what=f"UUID={UUID}", path="/srv/tank", type="ext4", options=("nofail", "noatime"))


@given(st.text(st.characters(exclude_categories=["C", "Z"], include_characters=" \t\\#"), min_size=1))
def test_any_path_comes_back(path: str) -> None:
    wanted = Line(what="UUID=a", path="/" + path.strip("/"), type="ext4", options=("ro",))
    assert parsed(wanted.text()) == wanted
    assert len(escaped(wanted.path).split()) == 1


@pytest.mark.parametrize(
    "text",
    [
        f"UUID={UUID} /srv/tank ext4 nofail,noatime 0 0",
        f"UUID={UUID.upper()}\t/srv/tank/\text4\tnoatime,nofail",
        f'UUID="{UUID}" /srv/tank auto noatime,defaults,nofail 0 2',
        f"/dev/disk/by-uuid/{UUID} /srv/tank ext4 nofail,noatime 1 1",
    ],
)
def test_a_line_of_somebody_else_s_that_does_the_same(text: str) -> None:
    assert in_the_way([(7, text)], WANTED) == (parsed(text), "")


@pytest.mark.parametrize(
    "text",
    [
        f"UUID={UUID} /srv/tank ext4 nofail 0 0",
        f"UUID={UUID} /srv/tank ext4",
        f"UUID={UUID} /srv/tank xfs nofail,noatime 0 0",
        f"UUID={UUID} /srv/other ext4 nofail,noatime 0 0",
        "/dev/sdb1 /srv/tank ext4 nofail,noatime 0 0",
        "LABEL=tank /srv/tank/ ext4 nofail,noatime 0 0",
    ],
)
def test_a_line_that_is_in_the_way(text: str) -> None:
    same = f"UUID={UUID} /srv/tank ext4 nofail,noatime 0 0"
    assert in_the_way([(2, same), (7, text)], WANTED)[1] == f"line 7 of /etc/fstab: {text}"
    assert in_the_way([(7, text), (9, same)], WANTED)[1] == f"line 7 of /etc/fstab: {text}"


@pytest.mark.parametrize(
    "text",
    [
        f"# UUID={UUID} /srv/tank ext4 defaults 0 0",
        f"UUID={UUID} /home btrfs subvol=@home 0 0",
        f"UUID={UUID[:-1]}b /srv/other ext4 defaults 0 0",
        "tmpfs /srv/tank2 tmpfs defaults 0 0",
        "",
        "proc",
    ],
)
def test_a_line_that_is_none_of_our_business(text: str) -> None:
    assert in_the_way([(7, text)], WANTED) == (None, "")


def test_blocks_of_ours_are_told_from_theirs() -> None:
    one, other = mark("nas/linux/mount/tank"), mark("nas/linux/mount/cold")
    lines = ["a", f"# >>> {one}", "x", f"# <<< {one}", "b", f"# >>> {other}", "y", f"# <<< {other}", "c"]
    assert inside(lines, one, "here") == ["x"]
    assert inside(lines, other, "here") == ["y"]
    assert inside(lines, mark("nas/linux/mount/tan"), "here") is None
    assert outside(lines) == [(1, "a"), (5, "b"), (9, "c")]
    with pytest.raises(Unparsable, match="ours here have a beginning and no end"):
        inside(lines[:7], other, "here")
