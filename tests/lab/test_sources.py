"""The roots come from the host's own Debian mirrors, and from nobody else's archive."""

from pathlib import Path

from tests.lab.machines import sources

STANZAS = """\
# made by the installer
Types: deb deb-src
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates bookworm-backports
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.example/security
Suites: bookworm-security
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 -----END PGP PUBLIC KEY BLOCK-----

Enabled: no
Types: deb
URIs: http://off.example/debian
Suites: bookworm
Components: main

Types: deb
URIs: https://download.docker.com/linux/debian
Suites: bookworm
Components: stable
"""


def lines(etc: Path) -> list[str]:
    return [entry.line for entry in sources.host_entries(etc)]


def test_stanzas_give_the_host_s_mirror(tmp_path: Path) -> None:
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / "sources.list.d" / "debian.sources").write_text(STANZAS)
    (tmp_path / "sources.list.d" / "old.sources.disabled").write_text(STANZAS.replace("mirror", "disabled"))
    keyring = f"[signed-by={sources.KEYRING}]"
    assert lines(tmp_path) == [
        f"deb {keyring} http://mirror.example/debian bookworm main",
        f"deb {keyring} http://mirror.example/debian bookworm-updates main",
        f"deb {keyring} http://mirror.example/security bookworm-security main",
    ]


def test_the_classic_form_keeps_its_options(tmp_path: Path) -> None:
    (tmp_path / "sources.list").write_text(
        "# deb http://commented.example/debian bookworm main\n"
        "deb [trusted=yes arch=amd64] http://proxy.example/debian bookworm main contrib # local\n"
        "deb http://apt.postgresql.org/pub bookworm-pgdg main\n"
        "deb cdrom:[Debian] bookworm main\n"
    )
    assert lines(tmp_path) == ["deb [trusted=yes arch=amd64] http://proxy.example/debian bookworm main"]


def test_another_distribution_gets_debian_s_own_servers(tmp_path: Path) -> None:
    (tmp_path / "sources.list").write_text("deb http://archive.ubuntu.com/ubuntu noble main universe\n")
    keyring = f"[signed-by={sources.KEYRING}]"
    assert lines(tmp_path) == [
        f"deb {keyring} http://deb.debian.org/debian bookworm main",
        f"deb {keyring} http://deb.debian.org/debian bookworm-updates main",
        f"deb {keyring} http://deb.debian.org/debian-security bookworm-security main",
    ]
