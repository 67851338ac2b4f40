from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class BrokerLimits(_message.Message):
    __slots__ = ["maximum_packet_size", "maximum_qos", "receive_maximum"]
    MAXIMUM_PACKET_SIZE_FIELD_NUMBER: _ClassVar[int]
    MAXIMUM_QOS_FIELD_NUMBER: _ClassVar[int]
    RECEIVE_MAXIMUM_FIELD_NUMBER: _ClassVar[int]
    maximum_packet_size: int
    maximum_qos: int
    receive_maximum: int
    def __init__(self, receive_maximum: _Optional[int] = ..., maximum_qos: _Optional[int] = ..., maximum_packet_size: _Optional[int] = ...) -> None: ...

class BrokerSession(_message.Message):
    __slots__ = ["announced", "broker", "client_id", "connected", "reason", "since"]
    ANNOUNCED_FIELD_NUMBER: _ClassVar[int]
    BROKER_FIELD_NUMBER: _ClassVar[int]
    CLIENT_ID_FIELD_NUMBER: _ClassVar[int]
    CONNECTED_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    announced: BrokerLimits
    broker: str
    client_id: str
    connected: bool
    reason: str
    since: _timestamp_pb2.Timestamp
    def __init__(self, client_id: _Optional[str] = ..., broker: _Optional[str] = ..., connected: bool = ..., since: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., reason: _Optional[str] = ..., announced: _Optional[_Union[BrokerLimits, _Mapping]] = ...) -> None: ...

class GetServerInfoRequest(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class GetServerInfoResponse(_message.Message):
    __slots__ = ["draining", "limits", "sessions", "version"]
    DRAINING_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    SESSIONS_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    draining: bool
    limits: ServerLimits
    sessions: _containers.RepeatedCompositeFieldContainer[BrokerSession]
    version: str
    def __init__(self, version: _Optional[str] = ..., limits: _Optional[_Union[ServerLimits, _Mapping]] = ..., sessions: _Optional[_Iterable[_Union[BrokerSession, _Mapping]]] = ..., draining: bool = ...) -> None: ...

class ServerLimits(_message.Message):
    __slots__ = ["default_deadline", "default_expiry", "idempotency_entries", "idempotency_window", "max_batch_events", "max_open_stream_events", "max_payload_bytes", "max_pending_bytes", "max_pending_publications", "max_publish_streams", "max_recipients", "max_request_bytes"]
    DEFAULT_DEADLINE_FIELD_NUMBER: _ClassVar[int]
    DEFAULT_EXPIRY_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_ENTRIES_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_WINDOW_FIELD_NUMBER: _ClassVar[int]
    MAX_BATCH_EVENTS_FIELD_NUMBER: _ClassVar[int]
    MAX_OPEN_STREAM_EVENTS_FIELD_NUMBER: _ClassVar[int]
    MAX_PAYLOAD_BYTES_FIELD_NUMBER: _ClassVar[int]
    MAX_PENDING_BYTES_FIELD_NUMBER: _ClassVar[int]
    MAX_PENDING_PUBLICATIONS_FIELD_NUMBER: _ClassVar[int]
    MAX_PUBLISH_STREAMS_FIELD_NUMBER: _ClassVar[int]
    MAX_RECIPIENTS_FIELD_NUMBER: _ClassVar[int]
    MAX_REQUEST_BYTES_FIELD_NUMBER: _ClassVar[int]
    default_deadline: _duration_pb2.Duration
    default_expiry: _duration_pb2.Duration
    idempotency_entries: int
    idempotency_window: _duration_pb2.Duration
    max_batch_events: int
    max_open_stream_events: int
    max_payload_bytes: int
    max_pending_bytes: int
    max_pending_publications: int
    max_publish_streams: int
    max_recipients: int
    max_request_bytes: int
    def __init__(self, max_recipients: _Optional[int] = ..., max_payload_bytes: _Optional[int] = ..., max_batch_events: _Optional[int] = ..., max_open_stream_events: _Optional[int] = ..., max_pending_publications: _Optional[int] = ..., max_pending_bytes: _Optional[int] = ..., default_deadline: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., default_expiry: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., idempotency_window: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., idempotency_entries: _Optional[int] = ..., max_request_bytes: _Optional[int] = ..., max_publish_streams: _Optional[int] = ...) -> None: ...
