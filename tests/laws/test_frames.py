"""Framed answers: split undoes join whatever was printed, and a cut never makes anything healthier or emptier."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from studio_backup.diff import Unread
from studio_backup.manifest import ENTRIES, FOLDER, LOCK
from studio_backup.probe import KILLED, Reply, Unanswered, end_mark, split
from studio_backup.resources import KINDS
from studio_backup.survey import Answered, Sighting, Silent, survey_of
from tests.resources.cases import Case, every_case

NONCE = "5f0c1d2e3b4a6978"
HOLDER = Reply(0, "generation\t\ncomplete\n", "")
LISTED = Reply(0, f"absent\t{FOLDER}\ncomplete\n", "")
#: Any text a program may print: newlines, NUL, marks of other nonces, bytes that are no UTF-8.
TEXT = st.text(st.characters(codec="utf-8") | st.sampled_from(["\n", "\0", "<", ">", "\udcff"]), max_size=60).flatmap(
    lambda text: st.sampled_from([text, f"{text}\n", f"<0000000000000000 0>\n{text}\n<0000000000000000 0 0>\n"])
)
REPLIES = st.lists(st.builds(Reply, st.integers(0, 255).filter(lambda code: code != KILLED), TEXT, TEXT), max_size=5)


def framed(replies: list[Reply]) -> tuple[str, str]:
    """Both streams as the joined script prints them."""
    out = err = "\n"
    for number, reply in enumerate(replies):
        out += f"<{NONCE} {number}>\n{reply.out}\n<{NONCE} {number} {reply.exit}>\n"
        err += f"<{NONCE} {number}>\n{reply.err}\n<{NONCE} {number} {reply.exit}>\n"
    mark = end_mark(NONCE)
    return f"{out}{mark}\n", f"{err}{mark}\n"


@given(REPLIES)
def test_split_undoes_join(replies: list[Reply]) -> None:
    out, err = framed(replies)
    assert split(Reply(0, out, err), len(replies), NONCE) == replies


@given(REPLIES, TEXT)
def test_noise_before_the_first_frame_changes_nothing(replies: list[Reply], noise: str) -> None:
    out, err = framed(replies)
    assert split(Reply(0, noise + out, noise + err), len(replies), NONCE) == replies


@given(REPLIES, st.data())
def test_a_cut_answer_is_whole_or_unanswered(replies: list[Reply], data: st.DataObject) -> None:
    out, err = framed(replies)
    cut = Reply(-1, out[: data.draw(st.integers(0, len(out)))], err[: data.draw(st.integers(0, len(err)))])
    for got, whole in zip(split(cut, len(replies), NONCE), replies, strict=True):
        assert isinstance(got, Unanswered) or got == whole


def test_a_fragment_that_was_given_up_says_so() -> None:
    out, err = framed([Reply(KILLED, "half", "")])
    answer = split(Reply(0, out, err), 1, NONCE)[0]
    assert isinstance(answer, Unanswered)
    assert answer.began
    assert "gave no answer" in answer.reason


def judged(case: Case, out: bytes, err: bytes) -> Sighting:
    """What a survey makes of two streams that were cut anywhere."""
    reply = Reply(-1, out.decode("utf-8", "surrogateescape"), err.decode("utf-8", "surrogateescape"))
    holder, listed, answer = split(reply, 3, NONCE)
    probe = case.want().probe()
    answers = {(LOCK.script, LOCK.touches): holder, (ENTRIES.script, ENTRIES.touches): listed}
    if (probe.script, probe.touches) in answers and isinstance(answer, Reply) and isinstance(listed, Reply):
        answer = Reply(answer.exit, listed.out.removesuffix("complete\n") + answer.out, answer.err)
    answers[probe.script, probe.touches] = answer
    return survey_of({"nas/linux": Answered(answers)}).systems["nas/linux"]


def chosen() -> list[Case]:
    """One case of each kind and verb: enough of each parser."""
    found = {(case.kind, case.change().verb): case for case in every_case()}
    return [case for case in found.values() if KINDS[case.kind].language == "sh"]


def test_a_survey_that_was_cut_at_any_byte_is_the_same_or_unread() -> None:
    assert len(chosen()) > 20
    for case in chosen():
        streams = [text.encode("utf-8", "surrogateescape") for text in framed([HOLDER, LISTED, case.reply()])]
        whole = case.seen()
        want = case.want()
        cuts = [(n, len(streams[1])) for n in range(len(streams[0]))]
        cuts += [(len(streams[0]), n) for n in range(len(streams[1]))]
        cuts += [(n, n * len(streams[1]) // len(streams[0])) for n in range(0, len(streams[0]), 7)]
        for first, second in cuts:
            survey = survey_of({"nas/linux": judged(case, streams[0][:first], streams[1][:second])})
            seen = survey.seen(want)
            assert seen == whole or isinstance(seen, Unread), (case.name, first, second)


def test_a_system_whose_manifest_was_cut_is_unread_as_a_whole() -> None:
    case = chosen()[0]
    out, err = (text.encode() for text in framed([HOLDER, LISTED, Reply(0, "complete\n", "")]))
    sighting = judged(case, out[:30], err)
    assert isinstance(sighting, Silent)
    assert "manifest" in sighting.reason
