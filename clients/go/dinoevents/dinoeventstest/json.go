package dinoeventstest

import (
	"math"
	"strconv"
	"strings"

	"google.golang.org/protobuf/types/known/structpb"
)

const largestWhole = 1 << 53

// areWritable is whether JSON can hold all values.
func areWritable(fields *structpb.Struct) bool {
	for _, value := range fields.GetFields() {
		if !isWritable(value) {
			return false
		}
	}
	return true
}

func isWritable(value *structpb.Value) bool {
	switch kind := value.GetKind().(type) {
	case nil:
		return false
	case *structpb.Value_NumberValue:
		return !math.IsInf(kind.NumberValue, 0) && !math.IsNaN(kind.NumberValue)
	case *structpb.Value_StructValue:
		return areWritable(kind.StructValue)
	case *structpb.Value_ListValue:
		for _, one := range kind.ListValue.GetValues() {
			if !isWritable(one) {
				return false
			}
		}
	}
	return true
}

// sizeOf is the bytes of an object as the JSON that subscribers receive. 0 if JSON cannot hold it.
func sizeOf(fields *structpb.Struct) int {
	if !areWritable(fields) {
		return 0
	}
	return sizeOfStruct(fields)
}

func sizeOfStruct(fields *structpb.Struct) int {
	size := 2 + max(0, len(fields.GetFields())-1)
	for key, value := range fields.GetFields() {
		size += sizeOfText(key) + 1 + sizeOfValue(value)
	}
	return size
}

func sizeOfText(text string) int {
	size := len(text) + 2
	for i := range len(text) {
		switch c := text[i]; {
		case strings.IndexByte("\"\\\b\f\n\r\t", c) >= 0:
			size++
		case c < ' ':
			size += len(`\u001F`) - 1
		}
	}
	return size
}

func sizeOfValue(value *structpb.Value) int {
	switch kind := value.GetKind().(type) {
	case *structpb.Value_BoolValue:
		return len(strconv.FormatBool(kind.BoolValue))
	case *structpb.Value_NumberValue:
		return sizeOfNumber(kind.NumberValue)
	case *structpb.Value_StringValue:
		return sizeOfText(kind.StringValue)
	case *structpb.Value_StructValue:
		return sizeOfStruct(kind.StructValue)
	case *structpb.Value_ListValue:
		size := 2 + max(0, len(kind.ListValue.GetValues())-1)
		for _, one := range kind.ListValue.GetValues() {
			size += sizeOfValue(one)
		}
		return size
	}
	return len("null")
}

// sizeOfNumber: whole numbers up to 2^53 have no fraction; others are as short as reads back the
// same. Zeros are written out up to 21 digits before the point, and up to 6 behind it.
func sizeOfNumber(value float64) int {
	if math.Abs(value) <= largestWhole && value == math.Trunc(value) {
		return len(strconv.FormatInt(int64(value), 10))
	}
	sign := 0
	if value < 0 {
		sign = 1
	}
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(math.Abs(value), 'e', -1, 64), "e")
	digits := len(strings.TrimRight(strings.Replace(mantissa, ".", "", 1), "0"))
	power, _ := strconv.Atoi(exponent) // As FormatFloat writes it.
	point := power + 1                 // The number is 0.DIGITS times 10 to that power.
	switch {
	case point > 0 && point <= 21 && digits <= point:
		return sign + point + len(".0")
	case point > 0 && point <= 21:
		return sign + digits + len(".")
	case point > -6 && point <= 0:
		return sign + len("0.") - point + digits
	case digits > 1:
		return sign + digits + len(".e") + len(strconv.Itoa(point-1))
	}
	return sign + digits + len("e") + len(strconv.Itoa(point-1))
}
