"""What Task Scheduler keeps of a last run: numbers that are no fault, and the words of all others."""

from __future__ import annotations

import pytest

from studio_backup.resources.task_results import outcome, unsigned

FINE = ("0", "3", "6", "267008", "267009", "267011", "267045")
#: As Windows prints them, signed or not, and a word of what is said.
WRONG = {
    "1": "failed", "5": "refused to begin", "8": "the program ended with 8", "15": "the program ended with 15",
    "267010": "disabled", "267012": "no more runs", "267013": "not set", "267014": "time limit", "267015": "no trigger",
    "267035": "some triggers", "267036": "account", "2147750665": "0x80041309", "2147750671": "no account",
    "2147750677": "service does not run", "-2147216614": "malformed", "2147750687": "under way already",
    "2147750688": "not logged on", "2147750692": "battery", "2147750694": "disabled", "2147750696": "on demand",
    "2147942402": "not found (0x80070002)", "-2147024894": "not found (0x80070002)",
    "2147942405": "denied (0x80070005)", "2147942667": "folder that it starts in", "2147946720": "refused",
    "-2147020576": "refused", "3221225786": "killed (0xC000013A)", "-1073741510": "killed (0xC000013A)",
    "4294770688": "not known here (0xFFFD0000)", "267099": "not known here (267099)",
}  # fmt: skip


@pytest.mark.parametrize("number", FINE)
def test_what_is_no_fault_is_fine(number: str) -> None:
    assert outcome(unsigned(number)) == "fine"


@pytest.mark.parametrize("number", WRONG)
def test_a_fault_is_said_in_words_with_the_number_that_people_look_up(number: str) -> None:
    assert WRONG[number] in outcome(unsigned(number))


def test_one_number_has_the_same_words_signed_or_not() -> None:
    assert outcome(unsigned("-2147024894")) == outcome(unsigned("2147942402"))
    with pytest.raises(ValueError, match="invalid literal"):
        unsigned("")
