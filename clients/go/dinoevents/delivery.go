package dinoevents

import (
	"slices"

	eventsv1 "github.com/dino-bridge/dino-bridge/clients/go/dino/events/v1"
)

// QoS is the MQTT quality of service of an event.
type QoS = eventsv1.Qos

// GroupType is what kind of group it is.
type GroupType = eventsv1.GroupType

// ResultDetail is which recipients Delivery.Results lists.
type ResultDetail = eventsv1.ResultDetail

// Outcome is what became of an event for one recipient. A newer server may have others.
type Outcome = eventsv1.Outcome

const (
	AtMostOnce  QoS = eventsv1.Qos_QOS_AT_MOST_ONCE
	AtLeastOnce QoS = eventsv1.Qos_QOS_AT_LEAST_ONCE

	MultiUser GroupType = eventsv1.GroupType_GROUP_TYPE_MULTI_USER
	OneToOne  GroupType = eventsv1.GroupType_GROUP_TYPE_ONE_TO_ONE

	// DetailCounts: no recipient is listed.
	DetailCounts ResultDetail = eventsv1.ResultDetail_RESULT_DETAIL_COUNTS
	// DetailExceptions: those whose outcome is not OutcomeAcknowledged.
	DetailExceptions ResultDetail = eventsv1.ResultDetail_RESULT_DETAIL_EXCEPTIONS
	// DetailAll: in the order of the request.
	DetailAll ResultDetail = eventsv1.ResultDetail_RESULT_DETAIL_ALL

	// OutcomeAcknowledged by the broker.
	OutcomeAcknowledged Outcome = eventsv1.Outcome_OUTCOME_ACKNOWLEDGED
	// OutcomeNoSubscriber: acknowledged, and the broker said that nobody subscribes.
	OutcomeNoSubscriber Outcome = eventsv1.Outcome_OUTCOME_NO_SUBSCRIBER
	// OutcomeRejected by the broker, with RecipientResult.ReasonCode.
	OutcomeRejected Outcome = eventsv1.Outcome_OUTCOME_REJECTED
	// OutcomeNotSent: the recipient has not received it.
	OutcomeNotSent Outcome = eventsv1.Outcome_OUTCOME_NOT_SENT
	// OutcomeUnknown: sent and never answered. The recipient may have received it.
	OutcomeUnknown Outcome = eventsv1.Outcome_OUTCOME_UNKNOWN
)

// RecipientResult is the outcome of one recipient.
type RecipientResult struct {
	// The user, or 0 if the recipient is a topic.
	UserID int64
	// The topic, as the event names it. Empty if the recipient is a user.
	Topic   string
	Outcome Outcome
	// The broker's MQTT v5 reason code, 0 if there was none.
	ReasonCode uint32
}

// Delivery is the result of an event of which every recipient was acknowledged.
type Delivery struct {
	// The event's ID, which all its copies carry: a UUID. Empty after a dry run, and for an event
	// that was split because it had too many recipients.
	EventID string
	// The IDs of its parts: one, or several if it was split.
	EventIDs []string
	// How many recipients it had, each counted once.
	RecipientCount int
	// How many the broker acknowledged: all, or none after a dry run.
	AcknowledgedCount int
	// How many of them had no subscriber, if the broker tells.
	NoSubscriberCount int
	// The recipients that WithResultDetail asked for.
	Results []RecipientResult
	// Whether an earlier call had completed it.
	Replayed bool
	// Whether Results lacks what was asked for.
	ResultsOmitted bool
}

func recipientResults(results []*eventsv1.RecipientResult) []RecipientResult {
	if len(results) == 0 {
		return nil
	}
	read := make([]RecipientResult, len(results))
	for i, one := range results {
		read[i] = RecipientResult{one.GetUserId(), one.GetTopic(), one.GetOutcome(), one.GetReasonCode()}
	}
	return read
}

func deliveryOf(message *eventsv1.Delivery) *Delivery {
	delivery := &Delivery{
		EventID:           message.GetEventId(),
		RecipientCount:    int(message.GetRecipientCount()),
		AcknowledgedCount: int(message.GetAcknowledgedCount()),
		NoSubscriberCount: int(message.GetNoSubscriberCount()),
		Results:           recipientResults(message.GetResults()),
		Replayed:          message.GetReplayed(),
		ResultsOmitted:    message.GetResultsOmitted(),
	}
	if delivery.EventID != "" {
		delivery.EventIDs = []string{delivery.EventID}
	}
	return delivery
}

// merged is the delivery of an event that was split into parts.
func merged(parts []*Delivery) *Delivery {
	whole := &Delivery{Replayed: true}
	for _, part := range parts {
		whole.EventIDs = append(whole.EventIDs, part.EventIDs...)
		whole.RecipientCount += part.RecipientCount
		whole.AcknowledgedCount += part.AcknowledgedCount
		whole.NoSubscriberCount += part.NoSubscriberCount
		whole.Results = append(whole.Results, part.Results...)
		whole.Replayed = whole.Replayed && part.Replayed
		whole.ResultsOmitted = whole.ResultsOmitted || part.ResultsOmitted
	}
	whole.EventIDs = slices.Clip(whole.EventIDs)
	return whole
}
