"""Plays the service: answers attempts as the script of a conformance case says."""

import threading
from concurrent import futures

import grpc
from making import status

from dino.events.v1 import delivery_pb2
from dino.events.v1 import event_publisher_service_pb2 as api

SERVICE = "dino.events.v1.EventPublisherService"


def seconds(duration):
    return float(duration.removesuffix("s"))


def status_of(answer):
    """The google.rpc.Status of an answer that is an error."""
    progress = None
    if "resume_token" in answer or "acknowledged" in answer:
        progress = delivery_pb2.PublishFailure(
            event_id="id",
            recipient_count=9,
            acknowledged_count=answer.get("acknowledged", 0),
            resume_token=answer.get("resume_token", "").encode(),
        )
    retry_after = answer.get("retry_after")
    return status(
        answer["code"],
        answer.get("reason", ""),
        retry_after=seconds(retry_after) if retry_after else None,
        progress=progress,
        fields=answer.get("fields", ()),
    )


def delivery_of(request):
    count = len(request.user_ids)
    return delivery_pb2.Delivery(event_id="id", recipient_count=count, acknowledged_count=count)


def result_of(answer, request):
    if answer.get("ok"):
        return api.EventResult(delivery=delivery_of(request))
    return api.EventResult(error=status_of(answer))


class ScriptedServer(grpc.GenericRpcHandler):
    """A server on a free port. `attempts` has the requests of each call it received."""

    def __init__(self, script):
        self._script = script
        self._lock = threading.Lock()
        self.attempts = []
        self.released = threading.Event()
        self._server = grpc.server(futures.ThreadPoolExecutor(20), handlers=[self])
        self.address = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"
        self._server.start()

    def stop(self):
        self.released.set()
        self._server.stop(None).wait()

    def messages(self):
        """The messages that came, in their order."""
        return [one for attempt in self.attempts for one in attempt]

    def service(self, details):
        rpc = details.method.rpartition("/")[2]
        if rpc == "PublishStream":
            return grpc.stream_stream_rpc_method_handler(
                self._stream,
                api.PublishStreamRequest.FromString,
                api.PublishStreamResponse.SerializeToString,
            )
        handle = self._batch if rpc == "PublishBatch" else self._unary
        return grpc.unary_unary_rpc_method_handler(
            handle,
            getattr(api, rpc + "Request").FromString,
            getattr(api, rpc + "Response").SerializeToString,
        )

    def _next(self, received):
        """The next answer of the script."""
        with self._lock:
            answer = self._script[min(len(self.attempts), len(self._script) - 1)]
            self.attempts.append(received)
        return answer

    def _end(self, answer, context):
        """Ends a call with an answer that is no success."""
        if answer.get("silent"):
            while context.is_active() and not self.released.wait(0.01):
                pass
            context.abort(grpc.StatusCode.UNKNOWN, "the caller has gone")
        trailers = [("grpc-status-details-bin", status_of(answer).SerializeToString())]
        if "pushback_ms" in answer:
            trailers.append(("grpc-retry-pushback-ms", answer["pushback_ms"]))
        context.set_trailing_metadata(trailers)
        context.abort(grpc.StatusCode[answer["code"]], "told")

    def _unary(self, request, context):
        answer = self._next([request])
        if not answer.get("ok"):
            self._end(answer, context)
        return api.PublishMessageResponse(delivery=delivery_of(request))

    def _batch(self, request, context):
        messages = [event.message for event in request.events]
        answer = self._next(messages)
        if not answer.get("ok") and "results" not in answer:
            self._end(answer, context)
        answers = answer.get("results") or [answer] * len(messages)
        results = [result_of(one, message) for one, message in zip(answers, messages, strict=True)]
        return api.PublishBatchResponse(results=results)

    def _stream(self, requests, context):
        received = []
        answer = self._next(received)
        results = answer.get("results", [])
        last = max(len(results), answer.get("after", 0))
        if "results" in answer and last == 0 and "then" in answer:
            self._end(answer["then"], context)
        for count, request in enumerate(requests, 1):
            message = request.event.message
            received.append(message)
            given = answer if answer.get("ok") else None
            if count <= len(results):
                given = results[count - 1]
            if given is not None:
                yield api.PublishStreamResponse(
                    sequence=request.sequence, result=result_of(given, message)
                )
            if count >= last and "then" in answer:
                self._end(answer["then"], context)
