"""Compares the CPU time of a call with that of bare grpcio, with the same key and deadline.

    python overhead.py ADDRESS

The two take turns, so that both have the same machine; the median of the ratios is what counts.
"""

import resource
import statistics
import sys
import uuid

import grpc

from dino.events.v1 import event_pb2
from dino.events.v1 import event_publisher_service_pb2 as api
from dino_events import Publisher
from dino_events.event import to_timestamp

GROUP = "6cbb3265-2a7f-494d-92ad-f4503d55d49f"
TO = [1, 2, 3, 4, 5]
CALLS = 500
ROUNDS = 15


def processor_seconds():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def seconds_of(call):
    began = processor_seconds()
    for _ in range(CALLS):
        call()
    return processor_seconds() - began


def bare(stub):
    message = event_pb2.Message(
        group_id=GROUP, sender_id=7, message_id=str(uuid.uuid4()), message_payload="Lunch?",
        message_type="text", created_at=to_timestamp(None),
    )  # fmt: skip
    request = api.PublishMessageRequest(message=message, user_ids=TO)
    request.options.idempotency_key = str(uuid.uuid4())
    assert stub(request, timeout=10).delivery.acknowledged_count == len(TO)


def ours(publisher):
    delivery = publisher.message(group_id=GROUP, sender_id=7, text="Lunch?", to=TO)
    assert delivery.acknowledged_count == len(TO)


def main():
    address = sys.argv[1]
    ratios = []
    with grpc.insecure_channel(address) as channel, Publisher(address) as publisher:
        stub = channel.unary_unary(
            "/dino.events.v1.EventPublisherService/PublishMessage",
            request_serializer=api.PublishMessageRequest.SerializeToString,
            response_deserializer=api.PublishMessageResponse.FromString,
        )
        for turn in range(ROUNDS):
            theirs = seconds_of(lambda: bare(stub))
            mine = seconds_of(lambda: ours(publisher))
            if turn:
                ratios.append(mine / theirs)
                print(
                    f"bare {theirs / CALLS * 1e6:.0f} us, ours {mine / CALLS * 1e6:.0f} us a call"
                )
    print(f"median of the ratios: {statistics.median(ratios):.3f}")


if __name__ == "__main__":
    main()
