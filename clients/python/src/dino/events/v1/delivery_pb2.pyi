from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

BROKER_BUSY: ErrorReason
BROKER_LIMIT: ErrorReason
BROKER_NOT_AUTHORIZED: ErrorReason
BROKER_REFUSED: ErrorReason
BROKER_UNREACHABLE: ErrorReason
CALLER_NOT_ALLOWED: ErrorReason
CALLER_QUOTA: ErrorReason
CONNECTION_AGE: ErrorReason
DESCRIPTOR: _descriptor.FileDescriptor
ERROR_REASON_UNSPECIFIED: ErrorReason
IDEMPOTENCY_KEY_REUSED: ErrorReason
INVALID_FIELD: ErrorReason
OUTCOME_ACKNOWLEDGED: Outcome
OUTCOME_NOT_SENT: Outcome
OUTCOME_NO_SUBSCRIBER: Outcome
OUTCOME_REJECTED: Outcome
OUTCOME_UNKNOWN: Outcome
OUTCOME_UNSPECIFIED: Outcome
OVERLOADED: ErrorReason
QOS_AT_LEAST_ONCE: Qos
QOS_AT_MOST_ONCE: Qos
QOS_UNSPECIFIED: Qos
REQUEST_TOO_LARGE: ErrorReason
RESULT_DETAIL_ALL: ResultDetail
RESULT_DETAIL_COUNTS: ResultDetail
RESULT_DETAIL_EXCEPTIONS: ResultDetail
RESULT_DETAIL_UNSPECIFIED: ResultDetail
RESUME_TOKEN: ErrorReason
SHUTTING_DOWN: ErrorReason
UNKNOWN_CALLER: ErrorReason

class Delivery(_message.Message):
    __slots__ = ["acknowledged_count", "event_id", "no_subscriber_count", "recipient_count", "replayed", "results", "results_omitted"]
    ACKNOWLEDGED_COUNT_FIELD_NUMBER: _ClassVar[int]
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    NO_SUBSCRIBER_COUNT_FIELD_NUMBER: _ClassVar[int]
    RECIPIENT_COUNT_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    RESULTS_OMITTED_FIELD_NUMBER: _ClassVar[int]
    acknowledged_count: int
    event_id: str
    no_subscriber_count: int
    recipient_count: int
    replayed: bool
    results: _containers.RepeatedCompositeFieldContainer[RecipientResult]
    results_omitted: bool
    def __init__(self, event_id: _Optional[str] = ..., recipient_count: _Optional[int] = ..., acknowledged_count: _Optional[int] = ..., no_subscriber_count: _Optional[int] = ..., results: _Optional[_Iterable[_Union[RecipientResult, _Mapping]]] = ..., replayed: bool = ..., results_omitted: bool = ...) -> None: ...

class PublishFailure(_message.Message):
    __slots__ = ["acknowledged_count", "event_id", "failed_recipients", "reason_string", "recipient_count", "resume_token"]
    ACKNOWLEDGED_COUNT_FIELD_NUMBER: _ClassVar[int]
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    FAILED_RECIPIENTS_FIELD_NUMBER: _ClassVar[int]
    REASON_STRING_FIELD_NUMBER: _ClassVar[int]
    RECIPIENT_COUNT_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    acknowledged_count: int
    event_id: str
    failed_recipients: _containers.RepeatedCompositeFieldContainer[RecipientResult]
    reason_string: str
    recipient_count: int
    resume_token: bytes
    def __init__(self, event_id: _Optional[str] = ..., recipient_count: _Optional[int] = ..., acknowledged_count: _Optional[int] = ..., failed_recipients: _Optional[_Iterable[_Union[RecipientResult, _Mapping]]] = ..., reason_string: _Optional[str] = ..., resume_token: _Optional[bytes] = ...) -> None: ...

class PublishOptions(_message.Message):
    __slots__ = ["expiry", "idempotency_key", "qos", "result_detail", "resume_token", "user_properties", "validate_only"]
    class UserPropertiesEntry(_message.Message):
        __slots__ = ["key", "value"]
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    EXPIRY_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    QOS_FIELD_NUMBER: _ClassVar[int]
    RESULT_DETAIL_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    USER_PROPERTIES_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    expiry: _duration_pb2.Duration
    idempotency_key: str
    qos: Qos
    result_detail: ResultDetail
    resume_token: bytes
    user_properties: _containers.ScalarMap[str, str]
    validate_only: bool
    def __init__(self, expiry: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., qos: _Optional[_Union[Qos, str]] = ..., idempotency_key: _Optional[str] = ..., result_detail: _Optional[_Union[ResultDetail, str]] = ..., validate_only: bool = ..., resume_token: _Optional[bytes] = ..., user_properties: _Optional[_Mapping[str, str]] = ...) -> None: ...

class RecipientResult(_message.Message):
    __slots__ = ["outcome", "reason_code", "topic", "user_id"]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    REASON_CODE_FIELD_NUMBER: _ClassVar[int]
    TOPIC_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    outcome: Outcome
    reason_code: int
    topic: str
    user_id: int
    def __init__(self, user_id: _Optional[int] = ..., outcome: _Optional[_Union[Outcome, str]] = ..., reason_code: _Optional[int] = ..., topic: _Optional[str] = ...) -> None: ...

class Qos(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class ResultDetail(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class Outcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class ErrorReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
