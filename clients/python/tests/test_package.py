"""What the package says of itself."""

import pathlib
import tomllib

import pytest

import dino_events
from dino_events import default_policy
from dino_events.policy import parse

ROOT = pathlib.Path(__file__).parents[3]


def test_the_version_is_the_servers():
    project = tomllib.loads(ROOT.joinpath("clients/python/pyproject.toml").read_text())["project"]
    server = ROOT.joinpath("VERSION").read_text().strip()

    assert project["version"] == server == dino_events.__version__


def test_the_policy_is_the_shared_one():
    assert parse(ROOT.joinpath("clients/retry_policy.json").read_text()) == default_policy()


def test_the_licence_is_the_repositorys():
    ours = ROOT.joinpath("clients/python/LICENSE").read_bytes()

    assert ours == ROOT.joinpath("LICENSE").read_bytes()


def test_all_that_is_named_is_there():
    for name in dino_events.__all__:
        assert getattr(dino_events, name) is not None


@pytest.mark.parametrize("text", ['{"timeout": "30"}', '{"timeout": "30m"}', "{}"])
def test_a_bad_policy_is_told(text):
    with pytest.raises((ValueError, KeyError)):
        parse(text)
