"""API keys: what is one, and how a new one is noticed."""

import pathlib
import subprocess
import sys

import pytest

from dino_events import AsyncPublisher, Publisher
from dino_events.credentials import ApiKey


def bearer(key):
    return (("authorization", f"Bearer {key}"),)


def test_a_new_key_is_taken_within_a_second(tmp_path):
    now = [100.0]
    file = tmp_path / "key"
    file.write_text("first\n")
    key = ApiKey(file=file, clock=lambda: now[0])
    assert key.metadata() == bearer("first")
    first = key.version
    assert not key.renewed_since(first)
    (tmp_path / "new").write_text("second!\n")
    (tmp_path / "new").rename(file)
    now[0] += 1

    assert key.metadata() == bearer("second!")
    assert key.renewed_since(first)
    assert not key.renewed_since(key.version)
    file.unlink()
    now[0] += 60
    assert key.metadata() == bearer("second!")


@pytest.mark.parametrize("key", ["a\n", "a b", "one\ntwo", "\x7f", "\u00e9"])
@pytest.mark.parametrize("kind", [Publisher, AsyncPublisher])
def test_a_key_that_cannot_be_sent_is_refused(tmp_path, key, kind):
    file = tmp_path / "key"
    file.write_text(f"{key}x\n", encoding="utf-8")
    for options in ({"api_key": key}, {"api_key_file": file}):
        with pytest.raises(ValueError, match="the API key must be of visible ASCII"):
            kind("127.0.0.1:1", **options)


def test_a_bad_new_key_is_told_once_and_the_last_one_stays(tmp_path, caplog):
    now = [100.0]
    file = tmp_path / "key"
    file.write_text("first\n")
    key = ApiKey(file=file, clock=lambda: now[0])
    file.write_text("second\nsecret\n")
    for _ in range(3):
        now[0] += 1
        assert key.metadata() == bearer("first")
    assert len(caplog.records) == 1
    assert "secret" not in caplog.text
    file.write_text("third\n")
    now[0] += 1

    assert key.metadata() == bearer("third")


def test_a_key_that_changes_while_it_is_first_read_is_noticed(tmp_path, monkeypatch):
    now = [100.0]
    file = tmp_path / "key"
    file.write_text("first\n")
    read = pathlib.Path.read_text

    def rotate_behind(path, **how):
        text = read(path, **how)
        if text == "first\n":
            file.write_text("second\n")
        return text

    monkeypatch.setattr(pathlib.Path, "read_text", rotate_behind)
    key = ApiKey(file=file, clock=lambda: now[0])
    now[0] += 1

    assert key.metadata() == bearer("second")


FORK = """
import os, signal, sys
from dino_events import Publisher
publisher = Publisher("127.0.0.1:1", api_key_file=sys.argv[1])
key = publisher._setup._key
for held in (key._lock, publisher._channels._lock, publisher._closed._cond):
    held.acquire()  # As a thread of the parent.
child = os.fork()
if child == 0:
    signal.alarm(20)
    renewed = key.renewed_since(key.version)
    publisher.close()
    os._exit(renewed)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_a_child_does_not_wait_for_a_thread_of_its_parent(tmp_path):
    file = tmp_path / "key"
    file.write_text("first\n")
    command = [sys.executable, "-c", FORK, file]

    assert subprocess.run(command, timeout=60, check=False).returncode == 0
