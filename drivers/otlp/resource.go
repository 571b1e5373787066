package otlp

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/resource"
)

// resourceOf returns what OpenTelemetry's SDK finds out, the environment over that, and
// what is configured over all. The error is about a part: the rest stands.
func resourceOf(ctx context.Context, c Config) (*resource.Resource, error) {
	options := []resource.Option{
		resource.WithService(), // unknown_service, and an instance of its own
		resource.WithTelemetrySDK(),
		resource.WithFromEnv(),
	}
	if c.Resource != nil {
		// By its attributes: a version of the conventions that differs from the SDK's
		// would be an error.
		options = append(options, resource.WithAttributes(c.Resource.Attributes()...))
	}
	if c.ServiceName != "" {
		options = append(options, resource.WithAttributes(attribute.String("service.name", c.ServiceName)))
	}
	return resource.New(ctx, options...)
}
