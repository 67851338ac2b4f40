"""What follows a failed attempt."""

import dataclasses
import uuid

import pytest
from making import failed, message

from dino.events.v1 import delivery_pb2
from dino_events import errors
from dino_events._attempts import Attempts, NoCredentials, Rules
from dino_events.policy import Action, default_policy


class Renewed:
    """Credentials that have always just changed."""

    version = 0

    def renewed_since(self, version):
        return True


def attempts(event=None, *, deadline=30.0, random=0.0, credentials=None):
    rules = Rules(
        default_policy(), random=lambda: random, credentials=credentials or NoCredentials()
    )
    return Attempts(event or message(), rules, deadline)


def test_the_policy_knows_every_reason_of_the_service():
    reasons = set(delivery_pb2.ErrorReason.keys()) - {"ERROR_REASON_UNSPECIFIED"}

    assert default_policy().reasons.keys() == reasons == errors.BY_REASON.keys()


def test_a_key_is_made_once_and_kept():
    one = attempts()
    key = one.request.options.idempotency_key
    one.failed(failed("UNAVAILABLE"), 0)

    assert uuid.UUID(key)
    assert one.request.options.idempotency_key == key == one.key


def test_the_callers_request_is_not_changed():
    event = message()
    one = attempts(event)
    one.failed(failed("UNAVAILABLE", token=b"t"), 0)

    assert event.request.options.idempotency_key == ""
    assert event.request.options.resume_token == b""


def test_the_last_resume_token_is_given_back():
    one = attempts()
    one.failed(failed("UNAVAILABLE", token=b"first"), 0)
    one.failed(failed("UNAVAILABLE", token=b"second"), 1)
    one.failed(failed("UNAVAILABLE"), 2)  # A connection that broke has none.

    assert one.request.options.resume_token == b"second"


def test_waits_grow_up_to_the_longest():
    one = attempts()
    waits = [one.failed(failed("UNAVAILABLE"), 0) for _ in range(8)]

    assert waits == [0.1, 0.2, 0.4, 0.8, 1.6, 3.0, 3.0, 3.0]


def test_jitter_takes_at_most_half_of_a_wait():
    assert attempts(random=0.999).failed(failed("UNAVAILABLE"), 0) == pytest.approx(0.05, rel=0.01)


def test_a_pushback_is_obeyed_and_never_shortened():
    assert attempts().failed(failed("UNAVAILABLE", pushback=7.0), 0) == 7.0
    assert attempts(random=0.5).failed(failed("UNAVAILABLE", pushback=7.0), 0) == pytest.approx(7.7)


def test_a_short_pushback_does_not_make_calls_hasty():
    assert attempts().failed(failed("UNAVAILABLE", pushback=0.001), 0) == 0.1


def test_a_pushback_beyond_the_deadline_ends_the_call_at_once():
    with pytest.raises(errors.OverloadedError) as error:
        attempts(deadline=5).failed(failed("RESOURCE_EXHAUSTED", "OVERLOADED", pushback=7.0), 0)

    assert error.value.retryable
    assert error.value.retry_after == 7.0
    assert not error.value.maybe_published


def test_exhausted_resources_without_a_pushback_are_not_retried():
    with pytest.raises(errors.UnexpectedError) as error:
        attempts().failed(failed("RESOURCE_EXHAUSTED"), 0)

    assert not error.value.retryable


def test_a_server_that_refuses_retries_is_obeyed():
    with pytest.raises(errors.UnreachableError):
        attempts().failed(failed("UNAVAILABLE", refuses_retries=True), 0)


@pytest.mark.parametrize("code", ["CANCELLED", "UNKNOWN", "INTERNAL", "DEADLINE_EXCEEDED"])
def test_a_call_without_an_answer_is_repeated(code):
    assert attempts().failed(failed(code), 0) == 0.1


@pytest.mark.parametrize(
    "reason",
    [name for name, rule in default_policy().reasons.items() if rule.action is Action.STOP],
)
def test_what_would_fail_again_is_not_repeated(reason):
    with pytest.raises(errors.BY_REASON[reason]) as error:
        attempts().failed(failed("INTERNAL", reason), 0)

    assert not error.value.retryable


def test_a_reason_of_a_newer_server_is_judged_by_its_code():
    assert attempts().failed(failed("UNAVAILABLE", "NEW_REASON"), 0) == 0.1
    with pytest.raises(errors.UnexpectedError):
        attempts().failed(failed("INVALID_ARGUMENT", "NEW_REASON"), 0)


def test_once_maybe_published_stays_so():
    one = attempts(deadline=3)
    one.failed(failed("DEADLINE_EXCEEDED", token=b"t", acknowledged=4), 0)
    with pytest.raises(errors.CallerQuotaError) as error:
        one.failed(failed("RESOURCE_EXHAUSTED", "CALLER_QUOTA", pushback=9.0), 1)

    assert error.value.maybe_published
    assert (error.value.acknowledged_count, error.value.resume_token) == (4, b"t")


def test_a_token_of_ours_that_is_refused_is_dropped_once():
    one = attempts()
    one.failed(failed("UNAVAILABLE", token=b"t"), 0)
    refusal = failed("INVALID_ARGUMENT", "RESUME_TOKEN")

    assert one.failed(refusal, 1) == 0
    assert one.request.options.resume_token == b""
    with pytest.raises(errors.ResumeTokenError):
        one.failed(refusal, 2)


def test_a_token_of_the_caller_that_is_refused_is_the_callers_affair():
    with pytest.raises(errors.ResumeTokenError):
        attempts(message(resume_token=b"t")).failed(failed("INVALID_ARGUMENT", "RESUME_TOKEN"), 0)


def test_an_unknown_caller_tries_again_only_with_new_credentials():
    refusal = failed("UNAUTHENTICATED", "UNKNOWN_CALLER")

    assert attempts(credentials=Renewed()).failed(refusal, 0) == 0.1
    with pytest.raises(errors.UnknownCallerError):
        attempts().failed(refusal, 0)


def test_an_attempt_has_what_is_left_of_the_time():
    one = attempts(deadline=12)

    assert one.time_for(0) == default_policy().attempt_timeout
    assert one.time_for(9) == 3


def test_every_code_has_a_rule():
    import grpc

    codes = {code.name for code in grpc.StatusCode} - {"OK"}
    assert default_policy().codes.keys() == codes


def test_a_policy_can_be_changed():
    shorter = dataclasses.replace(default_policy(), initial_backoff=0.01)

    assert shorter.backoff(1, 0) == 0.01
