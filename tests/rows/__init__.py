"""The rows of what studios said they need: each has one test that names it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Rows:
    """Tests by the row that they are about."""

    tests: dict[str, Callable[[], None]] = field(default_factory=dict)

    def row(self, *names: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
        """Marks a test as the one of these rows."""

        def marked(test: Callable[[], None]) -> Callable[[], None]:
            for name in names:
                assert name not in self.tests, name
                self.tests[name] = test
            return test

        return marked
