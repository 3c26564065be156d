"""Work abreast: results in order, as many at a time as asked for, and an interrupt that waits for nobody."""

import os
import signal
import threading
import time

import pytest

from studio_backup.abreast import abreast


def test_results_come_in_the_order_of_the_items() -> None:
    told: list[int] = []
    pauses = [0.05, 0.0, 0.02]

    def work(pause: float) -> float:
        time.sleep(pause)
        return pause

    assert abreast(pauses, work, 3, lambda done, _: told.append(done)) == pauses
    assert told == [1, 2, 3]
    assert abreast([], lambda item: item, 3) == []


def test_never_more_than_asked_for_at_a_time() -> None:
    lock, now, most = threading.Lock(), 0, 0

    def work(_: int) -> None:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        time.sleep(0.01)
        with lock:
            now -= 1

    abreast(range(12), work, 3)
    assert most == 3


def test_one_failure_lets_the_others_finish() -> None:
    finished: list[int] = []

    def work(number: int) -> None:
        if number == 0:
            raise ValueError("the first")
        time.sleep(0.02)
        finished.append(number)

    with pytest.raises(ValueError, match="the first"):
        abreast(range(4), work, 2)
    assert sorted(finished) == [1, 2, 3]


def test_an_interrupt_waits_for_no_thread_and_begins_nothing_more() -> None:
    begun: list[int] = []
    release = threading.Event()

    def work(number: int) -> None:
        begun.append(number)
        if number == 1:
            os.kill(os.getpid(), signal.SIGINT)
        release.wait(10)

    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        abreast(range(6), work, 2)
    assert time.monotonic() - start < 5
    release.set()
    time.sleep(0.05)
    assert sorted(begun) == [0, 1]
