"""The stage: a broker, a subscriber, and a bridge with each of the settings."""

import os
import tempfile

import pytest
from hypothesis import HealthCheck, Phase, settings

import programs
from exchange import Caller, Subscriber
from rules import Limits

# The seed alone decides which requests are generated, however slow the machine is.
settings.register_profile(
    "oracle",
    database=None,
    deadline=None,
    print_blob=False,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate, Phase.shrink],
)
settings.load_profile("oracle")

# Short requests reach the small ones.
ALL_LIMITS = {"small": Limits(max_recipients=6, max_payload_bytes=200), "default": Limits()}


@pytest.fixture(scope="session")
def broker_port():
    with tempfile.TemporaryDirectory() as directory:
        broker, port = programs.start_broker(directory)
        yield port
        assert broker.end(), broker.output()


@pytest.fixture(scope="session")
def callers(broker_port):
    """By the name of their bridge's limits."""
    subscriber = Subscriber(broker_port)
    bridges = {}
    callers = {}
    for name, limits in ALL_LIMITS.items():
        program = os.environ["ORACLE_BRIDGE"]
        bridges[name], address = programs.start_bridge(program, broker_port, limits)
        callers[name] = Caller(address, subscriber)
    yield callers
    for name, bridge in bridges.items():
        callers[name].close()
        assert bridge.end(), bridge.output()
    subscriber.close()
