"""Batches and streams: one answer for each event, and flow control that reaches the caller."""

import grpc
from dino.events.v1 import event_publisher_service_pb2 as api
from dino.events.v1 import server_info_pb2
from google.rpc import code_pb2

from calls import PATIENCE, bad_fields_in, message_request


def stream_request(sequence, text):
    request = api.PublishStreamRequest(sequence=sequence)
    request.event.message.CopyFrom(message_request([sequence % 100 + 1], text))
    return request


def test_an_invalid_event_of_a_batch_fails_alone(events, subscriber):
    batch = api.PublishBatchRequest()
    batch.events.add().message.CopyFrom(message_request([1], "first"))
    batch.events.add().message.CopyFrom(message_request([], "nobody"))
    batch.events.add().message.CopyFrom(message_request([1], "last"))
    first, second, last = events.PublishBatch(batch, timeout=PATIENCE).results

    assert first.delivery.acknowledged_count == last.delivery.acknowledged_count == 1
    assert second.error.code == code_pb2.INVALID_ARGUMENT
    assert bad_fields_in(second.error) == ["user_ids"]
    assert b'"first"' in subscriber.next().payload
    assert b'"last"' in subscriber.next().payload


def test_every_event_of_a_stream_is_answered(events):
    count = 5000
    requests = (stream_request(sequence, "hello") for sequence in range(count))
    sequences = []
    for answer in events.PublishStream(requests, timeout=3 * PATIENCE):
        assert answer.result.delivery.acknowledged_count == 1
        sequences.append(answer.sequence)

    assert sorted(sequences) == list(range(count))


class CountedRequests:
    """Requests of a stream, and how many of them were taken."""

    def __init__(self, count):
        self.count = count
        self.taken = 0

    def __iter__(self):
        for sequence in range(self.count):
            self.taken += 1
            yield stream_request(sequence, "x" * 4096)


def wait_for_standstill(requests, events, least):
    """Returns when a hundred calls were answered while no request of the stream was taken, and at
    least so many before."""
    before = -1
    while before != requests.taken or before < least:
        before = requests.taken
        for _ in range(100):
            events.GetServerInfo(server_info_pb2.GetServerInfoRequest(), timeout=PATIENCE)


def test_a_stream_whose_answers_are_not_read_is_held_back(small_window_caller, events):
    requests = CountedRequests(10000)
    answers = small_window_caller.PublishStream(iter(requests), timeout=6 * PATIENCE)
    # So many of its events may be open; a busy machine may take a pause before.
    wait_for_standstill(requests, events, least=1000)
    assert requests.taken < requests.count

    assert sum(answer.result.delivery.acknowledged_count for answer in answers) == requests.count
    assert answers.code() == grpc.StatusCode.OK
