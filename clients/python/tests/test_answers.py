"""The conformance cases of answers, by both publishers."""

import asyncio
import dataclasses
import json
import pathlib
import time

import pytest
from making import message
from scripted_server import ScriptedServer, seconds

from dino_events import (
    AsyncPublisher,
    BatchError,
    Publisher,
    PublisherClosedError,
    PublishError,
    Result,
)
from dino_events.policy import default_policy

CASES = json.loads(
    pathlib.Path(__file__).parents[2].joinpath("conformance/answers.json").read_text()
)


def policy_of(case):
    changed = dict(case.get("policy", {}))
    policy = default_policy()
    if "recipients" in changed:
        limits = dataclasses.replace(policy.limits, recipients=changed.pop("recipients"))
        policy = dataclasses.replace(policy, limits=limits)
    return dataclasses.replace(policy, **{key: seconds(one) for key, one in changed.items()})


def events_of(case):
    if "users" in case:
        return [message([user], str(index)) for index, user in enumerate(case["users"])]
    options = {"key": case["key"]} if "key" in case else {}
    return [message(range(1, case.get("recipients", 2) + 1), "0", **options)]


def call_blocking(case, address, events):
    with Publisher(address, policy=policy_of(case)) as publisher:
        kind = case.get("call", "unary")
        if kind == "stream":
            with publisher.stream() as stream:
                pending = [stream.publish(event) for event in events]
                return [result_of(lambda one=one: one.result()) for one in pending]
        if kind == "batch":
            try:
                return [Result(delivery=one) for one in publisher.publish_batch(events)]
            except BatchError as error:
                return list(error.results)
        return [result_of(lambda: publisher.publish(events[0]))]


def result_of(publish):
    try:
        return Result(delivery=publish())
    except PublishError as error:
        return Result(error=error)


async def async_result_of(publishing):
    try:
        return Result(delivery=await publishing)
    except PublishError as error:
        return Result(error=error)


async def call_async(case, address, events):
    async with AsyncPublisher(address, policy=policy_of(case)) as publisher:
        kind = case.get("call", "unary")
        if kind == "stream":
            async with publisher.stream() as stream:
                pending = [await stream.publish(event) for event in events]
                return [await async_result_of(one) for one in pending]
        if kind == "batch":
            try:
                return [Result(delivery=one) for one in await publisher.publish_batch(events)]
            except BatchError as error:
                return list(error.results)
        return [await async_result_of(publisher.publish(events[0]))]


def call_with_asyncio(case, address, events):
    return asyncio.run(call_async(case, address, events))


def outcome_of(result):
    return "OK" if result.error is None else result.error.reason or result.error.code


def check_error(expected, error):
    for name in ("retryable", "maybe_published"):
        if name in expected:
            assert getattr(error, name) is expected[name], name
    if "violations" in expected:
        assert [one.field for one in error.violations] == expected["violations"]


def check_received(expected, server, single):
    messages = server.messages()
    keys = [one.options.idempotency_key for one in messages]
    if "attempts" in expected:
        assert len(server.attempts) == expected["attempts"]
    if "tokens" in expected:
        assert [one.options.resume_token.decode() for one in messages] == expected["tokens"]
    if "keys" in expected:
        assert keys == expected["keys"]
    elif single:
        assert len(set(keys)) == 1
    assert all(keys)
    if "received" in expected:
        assert [int(one.message.message_payload) for one in messages] == expected["received"]


@pytest.mark.parametrize("call", [call_blocking, call_with_asyncio])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(case, call):
    expected = case["expect"]
    server = ScriptedServer(case["script"])
    began = time.monotonic()
    try:
        results = call(case, server.address, events_of(case))
        took = time.monotonic() - began
    finally:
        server.stop()

    outcomes = [outcome_of(one) for one in results]
    wanted = expected["outcome"]
    assert outcomes == (wanted if isinstance(wanted, list) else [wanted])
    check_received(expected, server, single="users" not in case)
    if results[0].error is not None:
        check_error(expected, results[0].error)
    if "acknowledged" in expected:
        assert (results[0].error or results[0].delivery).acknowledged_count == (
            expected["acknowledged"]
        )
    assert took >= seconds(expected.get("at_least", "0s"))
    assert took <= seconds(expected.get("at_most", "60s"))


def test_a_publisher_that_is_closed_ends_its_stream():
    server = ScriptedServer([{"results": [], "then": {"silent": True}}])
    publisher = Publisher(server.address)
    try:
        with pytest.raises(PublisherClosedError) as error, publisher.stream() as stream:
            pending = stream.publish(message())
            publisher.close()
            pending.result(20)
    finally:
        server.stop()

    assert error.value.retryable
    with pytest.raises(PublisherClosedError):
        publisher.publish(message())


def test_an_async_publisher_that_is_closed_ends_its_stream():
    async def run(address):
        publisher = AsyncPublisher(address)
        async with publisher.stream() as stream:
            pending = await stream.publish(message())
            await publisher.close()
            await pending

    server = ScriptedServer([{"results": [], "then": {"silent": True}}])
    try:
        with pytest.raises(PublisherClosedError):
            asyncio.run(run(server.address))
    finally:
        server.stop()


def test_closing_an_async_publisher_ends_a_call_that_waits():
    async def run(address):
        publisher = AsyncPublisher(address, timeout=600)
        call = asyncio.create_task(publisher.publish(message()))
        while not publisher._sleeping:
            await asyncio.sleep(0.01)
        await publisher.close()
        await asyncio.wait_for(call, 20)

    server = ScriptedServer([{"code": "UNAVAILABLE", "retry_after": "300s"}])
    try:
        with pytest.raises(PublisherClosedError):
            asyncio.run(run(server.address))
    finally:
        server.stop()


@pytest.mark.parametrize("close", [True, False])
def test_cancelling_a_call_is_the_callers_doing(close):
    async def run(address):
        async with AsyncPublisher(address) as publisher:
            call = asyncio.create_task(publisher.publish(message()))
            while not server.attempts:
                await asyncio.sleep(0.01)
            call.cancel()
            if close:
                await publisher.close()
            with pytest.raises(asyncio.CancelledError):
                await call

    server = ScriptedServer([{"silent": True}])
    try:
        asyncio.run(run(server.address))
    finally:
        server.stop()

    assert len(server.attempts) == 1
