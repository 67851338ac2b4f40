"""API keys in the metadata of calls."""

import os

import grpc
import pytest

from calls import PATIENCE, message_request


def publish(events, metadata):
    return events.PublishMessage(message_request([1], "hello"), timeout=PATIENCE, metadata=metadata)


def bearer(key):
    return [("authorization", f"Bearer {key}")]


def test_a_known_key_opens(events_with_keys):
    answer = publish(events_with_keys, bearer(os.environ["STAGE_KEY"]))
    assert answer.delivery.acknowledged_count == 1


@pytest.mark.parametrize("metadata", [bearer("a-key-that-nobody-knows"), []], ids=["wrong", "none"])
def test_no_other_key_opens(metadata, events_with_keys):
    with pytest.raises(grpc.RpcError) as failure:
        publish(events_with_keys, metadata)
    assert failure.value.code() == grpc.StatusCode.UNAUTHENTICATED


def test_a_key_opens_only_its_own_methods(events_with_keys):
    with pytest.raises(grpc.RpcError) as failure:
        publish(events_with_keys, bearer(os.environ["STAGE_READ_KEY"]))
    assert failure.value.code() == grpc.StatusCode.PERMISSION_DENIED
