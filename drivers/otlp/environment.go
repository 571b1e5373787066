package otlp

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
)

// tlsOfEnvironment returns the certificates that the environment names, and nil if it
// names none. The exporter over HTTP reads them too, but not for a client that it is given.
func tlsOfEnvironment() (*tls.Config, error) {
	authority, certificate, key := environment("CERTIFICATE"), environment("CLIENT_CERTIFICATE"), environment("CLIENT_KEY")
	if authority == "" && certificate == "" && key == "" {
		return nil, nil
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if authority != "" {
		text, err := os.ReadFile(authority)
		if err != nil {
			return nil, fmt.Errorf("OTEL_EXPORTER_OTLP_CERTIFICATE: %w", err)
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(text) {
			return nil, fmt.Errorf("OTEL_EXPORTER_OTLP_CERTIFICATE: there is no certificate in %s", authority)
		}
	}
	if certificate != "" || key != "" {
		pair, err := tls.LoadX509KeyPair(certificate, key)
		if err != nil {
			return nil, errors.Join(errors.New("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE and _CLIENT_KEY"), err)
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return config, nil
}

// secretsOfEnvironment returns the values of the headers that the environment names.
func secretsOfEnvironment() (secrets []string) {
	for _, name := range []string{"OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_METRICS_HEADERS"} {
		for pair := range strings.SplitSeq(os.Getenv(name), ",") {
			_, value, _ := strings.Cut(pair, "=")
			if plain, err := url.PathUnescape(strings.TrimSpace(value)); err == nil {
				secrets = append(secrets, plain)
			}
			secrets = append(secrets, strings.TrimSpace(value))
		}
	}
	return secrets
}
