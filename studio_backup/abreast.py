"""The same work for many machines at once, on threads that keep nobody waiting once it is broken off."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def abreast(
    items: Sequence[Item],
    work: Callable[[Item], Result],
    parallel: int,
    finished: Callable[[int, Item], None] = lambda _number, _item: None,
) -> list[Result]:
    """Do `work` for every item, a thread each and `parallel` at a time; results in the order of the items.

    `finished` is told after each how many are done, and which came last. Raises what the first failing item raised,
    once all are done. An interrupt is raised at once: the threads are daemons, and what they wait for (a machine that
    says nothing) neither delays it nor the end of the program.
    """
    waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
    done: queue.SimpleQueue[int] = queue.SimpleQueue()
    results: dict[int, Result] = {}
    failures: dict[int, BaseException] = {}
    for number in range(len(items)):
        waiting.put(number)

    def worker() -> None:
        while True:
            try:
                number = waiting.get_nowait()
            except queue.Empty:
                return
            try:
                results[number] = work(items[number])
            except BaseException as error:
                failures[number] = error
            done.put(number)

    try:
        for _ in range(min(parallel, len(items))):
            threading.Thread(target=worker, daemon=True).start()
        for count in range(1, len(items) + 1):
            finished(count, items[done.get()])
    except BaseException:
        _empty(waiting)
        raise
    if failures:
        raise failures[min(failures)]
    return [results[number] for number in range(len(items))]


def _empty(waiting: queue.SimpleQueue[int]) -> None:
    """Nothing more is begun."""
    while True:
        try:
            waiting.get_nowait()
        except queue.Empty:
            return
