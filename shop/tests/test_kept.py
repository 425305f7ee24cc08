"""What is kept for a moment: built once, forgotten together, never across languages."""

import threading

import pytest
from django.utils import translation

from shop import kept


@pytest.fixture(autouse=True)
def _keeping(settings):
    settings.PAGE_CACHE_SECONDS = 10


def counter():
    built = []

    def build():
        built.append(1)
        return len(built)

    return build


def test_a_thing_is_built_once_in_a_moment():
    build = counter()

    assert [kept.get("key", build), kept.get("key", build), kept.get("other", build)] == [1, 1, 2]


def test_all_that_is_kept_ends_together(monkeypatch):
    clock = [100.0]
    monkeypatch.setattr(kept.time, "monotonic", lambda: clock[0])
    kept.forget()
    build = counter()
    kept.get("early", build)
    clock[0] += 9.9
    kept.get("late", build)
    clock[0] += 0.1

    assert [kept.get("early", build), kept.get("late", build)] == [3, 4]


def test_each_language_has_its_own():
    build = counter()
    with translation.override("en"):
        english = kept.get("key", build)
    with translation.override("de"):
        german = kept.get("key", build)

    assert (english, german) == (1, 2)


def test_nothing_is_kept_if_pages_are_to_be_true_at_once(settings):
    settings.PAGE_CACHE_SECONDS = 0
    build = counter()
    kept.put("key", "value")

    assert [kept.get("key", build), kept.get("key", build)] == [1, 2]
    assert kept.find("key") is None


def test_what_could_not_be_built_is_tried_again():
    with pytest.raises(ZeroDivisionError):
        kept.get("key", lambda: 1 / 0)

    assert kept.get("key", lambda: "there") == "there"


def test_of_many_threads_one_builds_and_the_others_wait():
    built, gate, answers = [], threading.Barrier(8), []

    def build():
        built.append(1)
        return "value"

    def ask():
        gate.wait()
        answers.append(kept.get("key", build))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (answers, built) == (["value"] * 8, [1])


def test_memory_has_an_end(monkeypatch):
    monkeypatch.setattr(kept, "MOST", 2)
    build = counter()
    for key in "abc":
        kept.get(key, build)
        kept.put(f"put {key}", 1)

    assert kept.get("a", build) == 1
    assert kept.get("c", build) == 4
    assert kept.find("put c") is None
