from dino.events.v1 import delivery_pb2 as _delivery_pb2
from dino.events.v1 import event_pb2 as _event_pb2
from dino.events.v1 import server_info_pb2 as _server_info_pb2
from google.protobuf import struct_pb2 as _struct_pb2
from google.rpc import status_pb2 as _status_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class EventRequest(_message.Message):
    __slots__ = ["action_log", "attachment", "custom", "delete_attachment", "delete_message", "edit", "group", "join", "leave", "message", "read"]
    ACTION_LOG_FIELD_NUMBER: _ClassVar[int]
    ATTACHMENT_FIELD_NUMBER: _ClassVar[int]
    CUSTOM_FIELD_NUMBER: _ClassVar[int]
    DELETE_ATTACHMENT_FIELD_NUMBER: _ClassVar[int]
    DELETE_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    EDIT_FIELD_NUMBER: _ClassVar[int]
    GROUP_FIELD_NUMBER: _ClassVar[int]
    JOIN_FIELD_NUMBER: _ClassVar[int]
    LEAVE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    READ_FIELD_NUMBER: _ClassVar[int]
    action_log: PublishActionLogRequest
    attachment: PublishAttachmentRequest
    custom: PublishCustomRequest
    delete_attachment: PublishDeleteAttachmentRequest
    delete_message: PublishDeleteMessageRequest
    edit: PublishEditRequest
    group: PublishGroupRequest
    join: PublishJoinRequest
    leave: PublishLeaveRequest
    message: PublishMessageRequest
    read: PublishReadRequest
    def __init__(self, group: _Optional[_Union[PublishGroupRequest, _Mapping]] = ..., message: _Optional[_Union[PublishMessageRequest, _Mapping]] = ..., attachment: _Optional[_Union[PublishAttachmentRequest, _Mapping]] = ..., edit: _Optional[_Union[PublishEditRequest, _Mapping]] = ..., action_log: _Optional[_Union[PublishActionLogRequest, _Mapping]] = ..., read: _Optional[_Union[PublishReadRequest, _Mapping]] = ..., join: _Optional[_Union[PublishJoinRequest, _Mapping]] = ..., leave: _Optional[_Union[PublishLeaveRequest, _Mapping]] = ..., delete_attachment: _Optional[_Union[PublishDeleteAttachmentRequest, _Mapping]] = ..., delete_message: _Optional[_Union[PublishDeleteMessageRequest, _Mapping]] = ..., custom: _Optional[_Union[PublishCustomRequest, _Mapping]] = ...) -> None: ...

class EventResult(_message.Message):
    __slots__ = ["delivery", "error"]
    DELIVERY_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    delivery: _delivery_pb2.Delivery
    error: _status_pb2.Status
    def __init__(self, delivery: _Optional[_Union[_delivery_pb2.Delivery, _Mapping]] = ..., error: _Optional[_Union[_status_pb2.Status, _Mapping]] = ...) -> None: ...

class PublishActionLogRequest(_message.Message):
    __slots__ = ["message", "options", "user_ids"]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    USER_IDS_FIELD_NUMBER: _ClassVar[int]
    message: _event_pb2.Message
    options: _delivery_pb2.PublishOptions
    user_ids: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, message: _Optional[_Union[_event_pb2.Message, _Mapping]] = ..., user_ids: _Optional[_Iterable[int]] = ..., options: _Optional[_Union[_delivery_pb2.PublishOptions, _Mapping]] = ...) -> None: ...

class PublishActionLogResponse(_message.Message):
    __slots__ = ["delivery"]
    DELIVERY_FIELD_NUMBER: _ClassVar[int]
    delivery: _delivery_pb2.Delivery
    def __init__(self, delivery: _Optional[_Union[_delivery_pb2.Delivery, _Mapping]] = ...) -> None: ...

class PublishAttachmentRequest(_message.Message):
    __slots__ = ["message", "options", "user_ids"]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    USER_IDS_FIELD_NUMBER: _ClassVar[int]
    message: _event_pb2.Message
    options: _delivery_pb2.PublishOptions
    user_ids: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, message: _Optional[_Union[_event_pb2.Message, _Mapping]] = ..., user_ids: _Optional[_Iterable[int]] = ..., options: _Optional[_Union[_delivery_pb2.PublishOptions, _Mapping]] = ...) -> None: ...

class PublishAttachmentResponse(_message.Message):
    __slots__ = ["delivery"]
    DELIVERY_FIELD_NUMBER: _ClassVar[int]
    delivery: _delivery_pb2.Delivery
    def __init__(self, delivery: _Optional[_Union[_delivery_pb2.Delivery, _Mapping]] = ...) -> None: ...

class PublishBatchRequest(_message.Message):
    __slots__ = ["events"]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    events: _containers.RepeatedCompositeFieldContainer[EventRequest]
    def __init__(self, events: _Optional[_Iterable[_Union[EventRequest, _Mapping]]] = ...) -> None: ...

class PublishBatchResponse(_message.Message):
    __slots__ = ["results"]
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[EventResult]
    def __init__(self, results: _Optional[_Iterable[_Union[EventResult, _Mapping]]] = ...) -> None: ...

class PublishCustomRequest(_message.Message):
    __slots__ = ["custom", "options", "overlays", "topics", "user_ids"]
    class OverlaysEntry(_message.Message):
        __slots__ = ["key", "value"]
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: int
        value: _struct_pb2.Struct
        def __init__(self, key: _Optional[int] = ..., value: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...
    CUSTOM_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    OVERLAYS_FIELD_NUMBER: _ClassVar[int]
    TOPICS_FIELD_NUMBER: _ClassVar[int]
    USER_IDS_FIELD_NUMBER: _ClassVar[int]
    custom: _event_pb2.Custom
    options: _delivery_pb2.PublishOptions
    overlays: _containers.MessageMap[int, _struct_pb2.Struct]
    topics: _containers.RepeatedScalarFieldContainer[str]
    user_ids: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, custom: _Optional[_Union[_event_pb2.Custom, _Mapping]] = ..., user_ids: _Optional[_Iterable[int]] = ..., options: _Optional[_Union[_delivery_pb2.PublishOptions, _Mapping]] = ..., topics: _Optional[_Iterable[str]] = ..., overlays: _Optional[_Mapping[int, _struct_pb2.Struct]] = ...) -> None: ...

class PublishCustomResponse(_message.Message):
    __slots__ = ["delivery"]
    DELIVERY_FIELD_NUMBER: _ClassVar[int]
    delivery: _delivery_pb2.Delivery
    def __init__(self, delivery: _Optional[_Union[_delivery_pb2.Delivery, _Mapping]] = ...) -> None: ...

class PublishDeleteAttachmentRequest(_message.Message):
    __slots__ = ["delete_attachment", "options", "user_ids"]
    DELETE_ATTACHMENT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    USER_IDS_FIELD_NUMBER: _ClassVar[int]
    delete_attachment: _event_pb2.DeleteAttachment
    options: _delivery_pb2.PublishOptions
    user_ids: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, delete_attachment: _Optional[_Union[_event_pb2.DeleteAttachment, _Mapping]] = ..., user_ids: _Optional[_Iterable[int]] = ..., options: _Optional[_Union[_delivery_pb2.PublishOptions, _Mapping]] = ...) -> None: ...

class PublishDeleteAttachmentResponse(_message.Message):
    __slots__ = ["delivery"]
    DELIVERY_FIELD_NUMBER: _ClassVar[int]
    delivery: _delivery_pb2.Delivery
    def __init__(self, delivery: _Optional[_Union[_delivery_pb2.Delivery, _Mapping]] = ...) -> None: ...

class PublishDeleteMessageRequest(_message.Message):
    __slots__ = ["delete_message", "options", "user_ids"]
    DELETE_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    USER_IDS_FIELD_NUMBER: _ClassVar[int]
    delete_message: _event_pb2.DeleteMessage
    options: _delivery_pb2.PublishOptions
    user_ids: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, delete_message: _Optional[_Union[_event_pb2.DeleteMessage, _Mapping]] = ..., user_ids: _Optional[_Iterable[int]] = ..., options: _Optional[_Union[_delivery_pb2.PublishOptions, _Mapping]] = ...) -> None: ...

class PublishDeleteMessageResponse(_message.Message):
    __slots__ = ["delivery"]
    DELIVERY_FIELD_NUMBER: _ClassVar[int]
    delivery: _delivery_pb2.Delivery
    def __init__(self, delivery: _Optional[_Union[_delivery_pb2.Delivery, _Mapping]] = ...) -> None: ...

class PublishEditRequest(_message.Message):
    __slots__ = ["message", "options", "user_ids"]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    USER_IDS_FIELD_NUMBER: _ClassVar[int]
    message: _event_pb2.Message
    options: _delivery_pb2.PublishOptions
    user_ids: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, message: _Optional[_Union[_event_pb2.Message, _Mapping]] = ..., user_ids: _Optional[_Iterable[int]] = ..., options: _Optional[_Union[_delivery_pb2.PublishOptions, _Mapping]] = ...) -> None: ...

class PublishEditResponse(_message.Message):
    __slots__ = ["delivery"]
    DELIVERY_FIELD_NUMBER: _ClassVar[int]
    delivery: _delivery_pb2.Delivery
    def __init__(self, delivery: _Optional[_Union[_delivery_pb2.Delivery, _Mapping]] = ...) -> None: ...

class PublishGroupRequest(_message.Message):
    __slots__ = ["group", "options", "user_ids"]
    GROUP_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    USER_IDS_FIELD_NUMBER: _ClassVar[int]
    group: _event_pb2.Group
    options: _delivery_pb2.PublishOptions
    user_ids: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, group: _Optional[_Union[_event_pb2.Group, _Mapping]] = ..., user_ids: _Optional[_Iterable[int]] = ..., options: _Optional[_Union[_delivery_pb2.PublishOptions, _Mapping]] = ...) -> None: ...

class PublishGroupResponse(_message.Message):
    __slots__ = ["delivery"]
    DELIVERY_FIELD_NUMBER: _ClassVar[int]
    delivery: _delivery_pb2.Delivery
    def __init__(self, delivery: _Optional[_Union[_delivery_pb2.Delivery, _Mapping]] = ...) -> None: ...

class PublishJoinRequest(_message.Message):
    __slots__ = ["join", "options", "user_ids"]
    JOIN_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    USER_IDS_FIELD_NUMBER: _ClassVar[int]
    join: _event_pb2.Join
    options: _delivery_pb2.PublishOptions
    user_ids: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, join: _Optional[_Union[_event_pb2.Join, _Mapping]] = ..., user_ids: _Optional[_Iterable[int]] = ..., options: _Optional[_Union[_delivery_pb2.PublishOptions, _Mapping]] = ...) -> None: ...

class PublishJoinResponse(_message.Message):
    __slots__ = ["delivery"]
    DELIVERY_FIELD_NUMBER: _ClassVar[int]
    delivery: _delivery_pb2.Delivery
    def __init__(self, delivery: _Optional[_Union[_delivery_pb2.Delivery, _Mapping]] = ...) -> None: ...

class PublishLeaveRequest(_message.Message):
    __slots__ = ["leave", "options", "user_ids"]
    LEAVE_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    USER_IDS_FIELD_NUMBER: _ClassVar[int]
    leave: _event_pb2.Leave
    options: _delivery_pb2.PublishOptions
    user_ids: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, leave: _Optional[_Union[_event_pb2.Leave, _Mapping]] = ..., user_ids: _Optional[_Iterable[int]] = ..., options: _Optional[_Union[_delivery_pb2.PublishOptions, _Mapping]] = ...) -> None: ...

class PublishLeaveResponse(_message.Message):
    __slots__ = ["delivery"]
    DELIVERY_FIELD_NUMBER: _ClassVar[int]
    delivery: _delivery_pb2.Delivery
    def __init__(self, delivery: _Optional[_Union[_delivery_pb2.Delivery, _Mapping]] = ...) -> None: ...

class PublishMessageRequest(_message.Message):
    __slots__ = ["message", "options", "user_ids"]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    USER_IDS_FIELD_NUMBER: _ClassVar[int]
    message: _event_pb2.Message
    options: _delivery_pb2.PublishOptions
    user_ids: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, message: _Optional[_Union[_event_pb2.Message, _Mapping]] = ..., user_ids: _Optional[_Iterable[int]] = ..., options: _Optional[_Union[_delivery_pb2.PublishOptions, _Mapping]] = ...) -> None: ...

class PublishMessageResponse(_message.Message):
    __slots__ = ["delivery"]
    DELIVERY_FIELD_NUMBER: _ClassVar[int]
    delivery: _delivery_pb2.Delivery
    def __init__(self, delivery: _Optional[_Union[_delivery_pb2.Delivery, _Mapping]] = ...) -> None: ...

class PublishReadRequest(_message.Message):
    __slots__ = ["options", "read", "user_ids"]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    READ_FIELD_NUMBER: _ClassVar[int]
    USER_IDS_FIELD_NUMBER: _ClassVar[int]
    options: _delivery_pb2.PublishOptions
    read: _event_pb2.Read
    user_ids: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, read: _Optional[_Union[_event_pb2.Read, _Mapping]] = ..., user_ids: _Optional[_Iterable[int]] = ..., options: _Optional[_Union[_delivery_pb2.PublishOptions, _Mapping]] = ...) -> None: ...

class PublishReadResponse(_message.Message):
    __slots__ = ["delivery"]
    DELIVERY_FIELD_NUMBER: _ClassVar[int]
    delivery: _delivery_pb2.Delivery
    def __init__(self, delivery: _Optional[_Union[_delivery_pb2.Delivery, _Mapping]] = ...) -> None: ...

class PublishStreamRequest(_message.Message):
    __slots__ = ["event", "sequence"]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    event: EventRequest
    sequence: int
    def __init__(self, sequence: _Optional[int] = ..., event: _Optional[_Union[EventRequest, _Mapping]] = ...) -> None: ...

class PublishStreamResponse(_message.Message):
    __slots__ = ["result", "sequence"]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    result: EventResult
    sequence: int
    def __init__(self, sequence: _Optional[int] = ..., result: _Optional[_Union[EventResult, _Mapping]] = ...) -> None: ...
