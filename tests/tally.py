"""Print one plain line with the counts of JUnit files; exit 1 unless something ran and nothing failed."""

import sys
import xml.etree.ElementTree as Xml
from collections import Counter
from pathlib import Path


def outcome(case: Xml.Element) -> str:
    """Return passed, failed or skipped; an error in a fixture is a failure."""
    tags = {child.tag for child in case}
    if tags & {"failure", "error"}:
        return "failed"
    return "skipped" if "skipped" in tags else "passed"


def tally(text: str) -> Counter[str]:
    """Count the outcomes in the text of a JUnit file, a test once whatever its phases say."""
    worst: dict[tuple[str | None, str | None], str] = {}
    for case in Xml.fromstring(text).iter("testcase"):
        name = (case.get("classname"), case.get("name"))
        worst[name] = min(outcome(case), worst.get(name, "skipped"), key=("failed", "passed", "skipped").index)
    return Counter(worst.values())


def main() -> int:
    """Print the counts of the files named on the command line, added up; one that says nothing is a failure."""
    texts = [Path(file).read_text() for file in sys.argv[1:]]
    counts = sum((tally(text) if text.strip() else Counter({"failed": 1}) for text in texts), Counter[str]())
    line = f"{counts['passed']} passed, {counts['failed']} failed"
    print(line + (f", {counts['skipped']} skipped" if counts["skipped"] else ""))
    return 0 if counts["passed"] and not counts["failed"] else 1


if __name__ == "__main__":
    raise SystemExit(main())
