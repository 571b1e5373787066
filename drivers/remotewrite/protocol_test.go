package remotewrite

import (
	"strconv"
	"strings"
	"sync"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"
)

// The messages of both versions as the protocol's pages define them, so that the tests
// do not read with the code that wrote.
var protocol = sync.OnceValue(func() protoreflect.FileDescriptor {
	file := &descriptorpb.FileDescriptorProto{
		Name: proto.String("protocol.proto"), Package: proto.String("p"), Syntax: proto.String("proto3"),
		MessageType: []*descriptorpb.DescriptorProto{
			message("WriteRequest", "timeseries:1:*TimeSeries1", "metadata:3:*Metadata1"),
			message("TimeSeries1", "labels:1:*Label", "samples:2:*Sample", "exemplars:3:*Exemplar1", "histograms:4:*Histogram"),
			message("Label", "name:1:string", "value:2:string"),
			message("Exemplar1", "labels:1:*Label", "value:2:double", "timestamp:3:int64"),
			message("Metadata1", "type:1:int64", "metric_family_name:2:string", "help:4:string", "unit:5:string"),

			message("Request", "symbols:4:*string", "timeseries:5:*TimeSeries2"),
			message("TimeSeries2", "labels_refs:1:*uint32", "samples:2:*Sample", "histograms:3:*Histogram",
				"exemplars:4:*Exemplar2", "metadata:5:Metadata2", "created_timestamp:6:int64"),
			message("Exemplar2", "labels_refs:1:*uint32", "value:2:double", "timestamp:3:int64"),
			message("Metadata2", "type:1:int64", "help_ref:3:uint32", "unit_ref:4:uint32"),

			message("Sample", "value:1:double", "timestamp:2:int64", "start_timestamp:3:int64"),
			message("Histogram", "count_int:1:uint64", "count_float:2:double", "sum:3:double", "schema:4:sint32",
				"zero_threshold:5:double", "zero_count_int:6:uint64", "zero_count_float:7:double",
				"negative_spans:8:*Span", "negative_deltas:9:*sint64", "negative_counts:10:*double",
				"positive_spans:11:*Span", "positive_deltas:12:*sint64", "positive_counts:13:*double",
				"reset_hint:14:int64", "timestamp:15:int64", "start_timestamp:17:int64"),
			message("Span", "offset:1:sint32", "length:2:uint32"),
		},
	}
	descriptor, err := protodesc.NewFile(file, nil)
	if err != nil {
		panic(err)
	}
	return descriptor
})

var fieldTypes = map[string]descriptorpb.FieldDescriptorProto_Type{
	"string": descriptorpb.FieldDescriptorProto_TYPE_STRING,
	"double": descriptorpb.FieldDescriptorProto_TYPE_DOUBLE,
	"int64":  descriptorpb.FieldDescriptorProto_TYPE_INT64,
	"uint32": descriptorpb.FieldDescriptorProto_TYPE_UINT32,
	"uint64": descriptorpb.FieldDescriptorProto_TYPE_UINT64,
	"sint32": descriptorpb.FieldDescriptorProto_TYPE_SINT32,
	"sint64": descriptorpb.FieldDescriptorProto_TYPE_SINT64,
}

// message describes one whose fields are written as name:number:type, repeated ones with
// an asterisk before the type.
func message(name string, fields ...string) *descriptorpb.DescriptorProto {
	out := &descriptorpb.DescriptorProto{Name: &name}
	for _, text := range fields {
		out.Field = append(out.Field, field(text))
	}
	return out
}

func field(text string) *descriptorpb.FieldDescriptorProto {
	parts := strings.Split(text, ":")
	number, _ := strconv.Atoi(parts[1])
	f := &descriptorpb.FieldDescriptorProto{
		Name: &parts[0], Number: proto.Int32(int32(number)), Label: descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL.Enum(),
	}
	kind, repeated := strings.CutPrefix(parts[2], "*")
	if repeated {
		f.Label = descriptorpb.FieldDescriptorProto_LABEL_REPEATED.Enum()
	}
	if scalar, ok := fieldTypes[kind]; ok {
		f.Type = scalar.Enum()
	} else {
		f.Type = descriptorpb.FieldDescriptorProto_TYPE_MESSAGE.Enum()
		f.TypeName = proto.String(".p." + kind)
	}
	return f
}

// decode reads a message of one of those types.
func decode(name protoreflect.Name, encoded []byte) (protoreflect.Message, error) {
	out := dynamicpb.NewMessage(protocol().Messages().ByName(name))
	return out, proto.UnmarshalOptions{DiscardUnknown: false}.Unmarshal(encoded, out)
}
