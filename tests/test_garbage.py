"""While modules are imported, Python looks for no garbage; afterwards it does as before."""

import gc
from collections.abc import Iterator

import pytest

from stylenets.garbage import none_collected


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    yield
    gc.unfreeze()
    gc.enable()


def many_objects() -> list[list[int]]:
    return [[number] for number in range(100_000)]


def test_nothing_is_looked_for_until_the_end() -> None:
    collections: list[str] = []

    def count(phase: str, _: dict[str, int]) -> None:
        collections.append(phase)

    gc.callbacks.append(count)
    try:
        with none_collected():
            kept = many_objects()
            assert collections == []
        assert gc.get_freeze_count() > len(kept)
        assert gc.isenabled()
        kept = many_objects()
        assert collections
    finally:
        gc.callbacks.remove(count)


def test_a_failed_import_turns_it_on_again() -> None:
    with pytest.raises(ModuleNotFoundError), none_collected():
        import there_is_no_such_module  # noqa: F401
    assert gc.isenabled()


def test_who_has_turned_it_off_keeps_it_off() -> None:
    gc.disable()
    with none_collected():
        pass
    assert not gc.isenabled()
