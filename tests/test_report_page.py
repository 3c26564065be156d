"""The page in a real Chromium: nothing is loaded, it fits a telephone and paper, reads without colour or mouse."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from studio_backup.report.page import headline, html
from tests.browser import Page, chromium
from tests.reports import HOSTILE, a_report, a_studio

#: Ratio of the luminances of two colours, as WCAG 2 has it, for every text and the ground that it stands on.
CONTRASTS = """(() => {
  const parse = text => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = node => {
    for (; node; node = node.parentElement) {
      const colour = parse(getComputedStyle(node).backgroundColor);
      if (colour.length < 4 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text; text = walker.nextNode();) {
    if (!text.data.trim() || text.parentElement.closest('title')) continue;
    const [a, b] = [light(parse(getComputedStyle(text.parentElement).color)), light(ground(text.parentElement))];
    found.push([text.data.trim().slice(0, 40), (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)]);
  }
  return found;
})()"""
#: What sticks out of the page at its right.
WIDER = """[...document.querySelectorAll('body *')]
  .filter(one => one.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5)
  .map(one => one.tagName + ' ' + one.textContent.slice(0, 40))"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Page]:
    with chromium() as page:
        yield page


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("page") / "report.html"
    file.write_text(html(a_report()), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("hostile") / "report.html"
    file.write_text(html(a_report(HOSTILE, covers=f"--only {HOSTILE}")), encoding="utf-8")
    return file


def test_the_browser_itself_asks_nobody(tmp_path: Path) -> None:
    """Its own log names every host that it looked up: it would ask its makers for updates and the time."""
    log = tmp_path / "log"
    with chromium(f"--log-net-log={log}") as page:
        page.open(Path(__file__))
        assert "Failed" in page.ask("fetch('http://studio.example/').catch(String)")
    looked_up = set(re.findall(r'"host":"(https?://[^"]*)"', log.read_text(encoding="utf-8")))
    assert looked_up
    assert {host.partition("://")[2] for host in looked_up} <= {"~notfound", "127.0.0.1"}


def test_it_loads_nothing(browser: Page, plain: Path) -> None:
    browser.open(plain)
    assert browser.requests == [plain.as_uri()]
    assert browser.ask("document.scripts.length + document.querySelectorAll('[src],[style]').length") == 0
    assert browser.ask("performance.getEntriesByType('resource').length") == 0


def test_its_style_is_let_in_by_its_own_rule(browser: Page, plain: Path) -> None:
    browser.open(plain)
    assert browser.ask("getComputedStyle(document.querySelector('.answer')).borderLeftWidth") != "0px"


@pytest.mark.parametrize("width", [390, 320, 768, 1200])
def test_it_fits(browser: Page, plain: Path, hostile: Path, width: int) -> None:
    for file in (plain, hostile):
        browser.open(file, width)
        assert browser.ask(WIDER) == []
        assert browser.ask("document.documentElement.scrollWidth") <= width


def test_it_fits_on_paper(browser: Page, plain: Path) -> None:
    browser.open(plain)
    # A4 less its margins, in CSS pixels.
    browser.size(688)
    browser.call("Emulation.setEmulatedMedia", media="print")
    try:
        assert browser.ask(WIDER) == []
        assert browser.ask("getComputedStyle(document.querySelector('nav')).display") == "none"
        sheets = len(re.findall(rb"/Type\s*/Page\b", browser.printed()))
    finally:
        browser.call("Emulation.setEmulatedMedia", media="")
    assert 2 <= sheets <= 8


def test_it_reads_without_colour(browser: Page, plain: Path) -> None:
    browser.open(plain)
    found: list[tuple[str, float]] = browser.ask(CONTRASTS)
    assert len(found) > 100
    assert [(text, round(ratio, 2)) for text, ratio in found if ratio < 4.5] == []
    words = browser.ask("[...document.querySelectorAll('.card .word')].map(one => one.textContent)")
    assert words == ["OK", "FAIL", "UNKNOWN"]
    # Each of the three looks different by its border or ground, not by its colour alone.
    looks = browser.ask(
        """[...document.querySelectorAll('.card .word')].map(one => getComputedStyle(one))
        .map(style => style.borderStyle + (style.backgroundColor == 'rgba(0, 0, 0, 0)' ? '' : ' filled'))"""
    )
    assert len(set(looks)) == 3


def test_keys_go_through_it_in_the_order_that_it_reads(browser: Page, plain: Path) -> None:
    browser.open(plain)
    places: list[list[Any]] = []
    for _ in range(12):
        browser.press("Tab")
        found = browser.ask(
            """(() => { const one = document.activeElement; if (one === document.body) return null;
            const box = one.getBoundingClientRect(), style = getComputedStyle(one);
            return [box.top + scrollY, box.left, one.textContent, style.outlineStyle]; })()"""
        )
        if found is None:
            break
        places.append(found)
    assert [text for *_, text, _ in places] == [
        "Datasets", "Disasters", "Machines", "Due", "Differences", "Waivers", "History",
    ]  # fmt: skip
    assert places == sorted(places, key=lambda place: (place[0], place[1]))
    assert {outline for *_, outline in places} == {"solid"}


def test_a_key_leads_to_its_part(browser: Page, plain: Path) -> None:
    browser.open(plain)
    browser.press("Tab")
    browser.press("Enter")
    assert browser.ask("location.hash") == "#datasets"
    targets = browser.ask("[...document.querySelectorAll('nav a')].map(a => !!document.querySelector(a.hash))")
    assert targets == [True] * 7


def test_what_a_machine_says_is_text(browser: Page, hostile: Path) -> None:
    browser.open(hostile)
    assert browser.requests == [hostile.as_uri()]
    assert browser.dialogs == []
    assert browser.ask("document.scripts.length + document.images.length") == 0
    shown = browser.ask("document.body.textContent")
    assert "<script>alert(1)</script>" in shown
    assert "{{ 7*7 }}" in shown
    assert "\\x1b]0;owned\\x07\\u202e\\xff\\x0a" in shown
    source = hostile.read_text(encoding="utf-8")
    assert all(line.isprintable() for line in source.split("\n"))


def test_everything_is_told(browser: Page, plain: Path) -> None:
    browser.open(plain)
    shown = browser.ask("document.body.innerText")
    for system in ("ws/linux", "ws/edit-os", "nas/linux", "vault/linux", "mac-b/linux"):
        assert system in shown
    for word in ("conflict", "drifted", "pending", "orphan", "unread", "asleep", "waived"):
        assert re.search(rf"^{word} ", shown, re.MULTILINE), word
    for told in (
        "OnCalendar=weekly",
        "playbooks/three-two-one.yml:14:9",
        "Ada",
        "2027-06-30",
        "never",
        "drive:shuttle",
    ):
        assert told in shown
    assert browser.ask("document.querySelectorAll('figure svg rect').length") > 20
    assert browser.ask("[...document.querySelectorAll('svg')].every(one => one.querySelector('title').textContent)")


def test_a_part_says_that_it_is_one(browser: Page, plain: Path, hostile: Path) -> None:
    browser.open(plain)
    assert browser.ask("document.querySelectorAll('.part').length") == 0
    browser.open(hostile)
    assert browser.ask("document.querySelector('main').firstElementChild.textContent").startswith(
        "This page covers only"
    )


def test_headlines() -> None:
    whole = a_studio()
    only = {name: [whole.datasets[f"ws/{name}"]] for name in ("sessions", "mixes", "library")}
    said = {
        name: headline(
            a_report(of=type(whole)(**{**vars(whole), "datasets": {one.full_name: one for one in datasets}}))
        )
        for name, datasets in only.items()
    }
    assert said["sessions"] == "It is as safe as the policy asks."
    assert said["mixes"] == "1 of 1 dataset is not as safe as the policy asks."
    assert said["library"].startswith("Of 1 of 1 dataset nobody can say")
