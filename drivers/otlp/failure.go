package otlp

import (
	"context"
	"fmt"
	"strings"
	"time"

	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/go-metrics-plus/metrics/drivers/internal/delivery"
	"github.com/go-metrics-plus/metrics/drivers/internal/httpclient"
)

// send sends one request, and says of a failure what the loop must know.
func (s *sender) send(ctx context.Context, request *metricdata.ResourceMetrics) error {
	ctx, answer := httpclient.Note(ctx)
	err := s.exporter.Export(ctx, request)
	if err == nil {
		return nil
	}
	text := err.Error()
	switch {
	case answer.Status != 0 && answer.Status/100 != 2:
		return delivery.StatusFailure(answer.Status, answer.Header,
			s.secrets.Hide(fmt.Errorf("to %s: status %d: %s", s.target, answer.Status, answer.Text())))
	case answer.Err != nil:
		return s.secrets.Hide(fmt.Errorf("to %s: %w", s.target, httpclient.Cause(answer.Err)))
	case strings.Contains(text, partialSuccess):
		return &delivery.Failure{Kind: "partial", Permanent: true,
			Err: s.secrets.Hide(fmt.Errorf("%w: %s: %w", ErrRejected, s.target, err))}
	}
	return s.grpcFailure(err)
}

// partialSuccess begins the exporters' errors about data points that a receiver has
// rejected. Their type is not exported.
const partialSuccess = "OTLP partial success"

// grpcFailure knows what gRPC's codes mean to OTLP. Another error is temporary.
func (s *sender) grpcFailure(err error) error {
	failure := &delivery.Failure{Err: s.secrets.Hide(fmt.Errorf("to %s: %w", s.target, err))}
	answer, ok := status.FromError(err)
	if !ok {
		return failure
	}
	delay, asked := retryDelay(answer)
	failure.Kind, failure.RetryAfter = kindOf(answer.Code()), delay
	switch answer.Code() {
	case codes.Canceled, codes.DeadlineExceeded, codes.Aborted, codes.OutOfRange, codes.Unavailable, codes.DataLoss:
	case codes.ResourceExhausted:
		failure.Permanent = !asked
	default:
		failure.Permanent = true
	}
	return failure
}

// kindOf is the name of a code that gRPC has. All others are one kind: a receiver may make
// up as many as there are numbers, and each kind is kept and reported.
func kindOf(code codes.Code) string {
	if code > codes.Unauthenticated { // the last one
		return "unknown code"
	}
	return code.String()
}

// retryDelay returns how long the receiver wants to be left alone, and whether it says so.
func retryDelay(answer *status.Status) (delay time.Duration, asked bool) {
	for _, detail := range answer.Details() {
		if info, ok := detail.(*errdetails.RetryInfo); ok {
			return max(info.GetRetryDelay().AsDuration(), 0), true
		}
	}
	return 0, false
}
