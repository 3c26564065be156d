"""Names in two forms are one name: the table that jobs fold by, held against Unicode in every awk there is."""

from __future__ import annotations

import shutil
import subprocess
import unicodedata
from pathlib import Path

import pytest

JOBS = Path(__file__).parents[1] / "studio_backup/jobs"
AWKS = [
    words for words in (["awk"], ["mawk"], ["gawk"], ["busybox", "awk"], ["original-awk"]) if shutil.which(words[0])
]
#: What the table says it covers: Latin, Greek, Cyrillic and kana.
COVERED = [
    chr(code)
    for first, last in ((0xA0, 0x52F), (0x1E00, 0x1FFF), (0x2126, 0x212B), (0x3041, 0x30FF))
    for code in range(first, last + 1)
    if unicodedata.normalize("NFD", chr(code)) not in (chr(code), "`")
]


def folded(awk: list[str], names: list[str]) -> list[str]:
    program = "{ print folded($0) }"
    text = (JOBS / "forms.awk").read_text(encoding="utf-8") + program
    done = subprocess.run(
        [*awk, text], input="\n".join(names) + "\n", capture_output=True, encoding="utf-8", check=True,
        env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    return done.stdout.splitlines()


@pytest.mark.parametrize("awk", AWKS, ids=lambda words: words[0])
def test_each_letter_folds_as_unicode_takes_it_apart(awk: list[str]) -> None:
    assert len(COVERED) > 800
    wanted = [unicodedata.normalize("NFD", letter) for letter in COVERED]
    assert folded(awk, COVERED) == wanted
    assert folded(awk, wanted) == wanted, "what is apart already stays as it is"


@pytest.mark.parametrize("awk", AWKS, ids=lambda words: words[0])
def test_everything_else_stays(awk: list[str]) -> None:
    names = ["plain take 1.wav", "a\\b %$'\"", "日本", "☃ 🎹.wav", "한", "ß œ ø"]
    assert folded(awk, names) == names
    assert folded(awk, ["Vor Größe nach ệ."]) == [unicodedata.normalize("NFD", "Vor Größe nach ệ.")]
