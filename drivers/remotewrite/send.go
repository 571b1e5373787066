package remotewrite

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/prometheus/client_golang/exp/api/remote"

	"github.com/go-metrics-plus/metrics/drivers/internal/delivery"
	"github.com/go-metrics-plus/metrics/drivers/internal/httpclient"
)

// errVersion says that the receiver does not know the version that was spoken.
var errVersion = errors.New("the receiver does not speak remote write")

// sendSome sends one request, in the other version if the receiver does not know the
// first, and counts what became of the samples unless they are to be sent again.
func (d *Driver) sendSome(ctx context.Context, samples []sample) error {
	version := d.spoken()
	written, lost, err := d.sendAs(ctx, version, samples)
	if errors.Is(err, errVersion) && d.config.Version == VersionAuto {
		version = Version1 + Version2 - version
		written, lost, err = d.sendAs(ctx, version, samples)
	}
	if temporary(err) {
		return err
	}
	d.update(func(s *Status) {
		if d.config.Version == VersionAuto && !errors.Is(err, errVersion) {
			s.Version = version
		}
		s.Sent += uint64(written)
		s.Rejected += uint64(lost)
	})
	return err
}

// spoken returns the version to begin with: the newer one unless the receiver refused it.
func (d *Driver) spoken() Version {
	if version := d.Status().Version; version != VersionAuto {
		return version
	}
	return Version2
}

// sendAs sends one request in that version, and returns how many samples the receiver has
// written and how many it refused.
func (d *Driver) sendAs(ctx context.Context, version Version, samples []sample) (written, lost int, err error) {
	var answer *httpclient.Answer
	if version == Version1 {
		if samples = d.forms1(samples); len(samples) == 0 {
			return 0, 0, nil
		}
		answer, err = d.client.write(ctx, remote.WriteV1MessageType, encode1(samples))
	} else {
		answer, err = d.client.write(ctx, remote.WriteV2MessageType, encode2(samples))
	}
	switch {
	case temporary(err):
	case d.unknown(version, answer):
		return 0, len(samples), notSpoken(version, answer, err)
	case confirmed(answer):
		written, err = d.compare(answer, samples, err)
	case err == nil:
		written = len(samples)
	}
	return written, len(samples) - written, err
}

// unknown reports whether an answer means that the receiver does not know the version. A
// receiver of 1.0 finds nothing in a message of 2.0, and may well be content with that: it
// does not say, though, what it has written. Before the version is settled, 400 is taken
// for the same.
func (d *Driver) unknown(version Version, answer *httpclient.Answer) bool {
	switch {
	case answer.Status == http.StatusUnsupportedMediaType:
		return true
	case version == Version1 || confirmed(answer):
		return false
	}
	return answer.Status/100 == 2 || answer.Status == http.StatusBadRequest && d.Status().Version == VersionAuto
}

func notSpoken(version Version, answer *httpclient.Answer, err error) error {
	if err == nil {
		err = fmt.Errorf("status %d does not say what was written", answer.Status)
	}
	return &delivery.Failure{
		Err:       fmt.Errorf("%w %v: %w", errVersion, version, err),
		Kind:      "version",
		Permanent: true,
	}
}

// compare returns how many samples the receiver says that it has written. Fewer than were
// sent are an error even if the receiver found none. Exemplars that it does not keep are
// no loss.
func (d *Driver) compare(answer *httpclient.Answer, samples []sample, err error) (written int, _ error) {
	written = min(writtenBy(answer), len(samples))
	if err != nil || written == len(samples) {
		return written, err
	}
	return written, &delivery.Failure{
		Kind:      "partial",
		Permanent: true,
		Err:       fmt.Errorf("%w: %s took %d of %d samples", ErrNotWritten, d.client.target, written, len(samples)),
	}
}

// forms1 leaves out what HistogramsAuto does not send by remote write 1.0.
func (d *Driver) forms1(samples []sample) []sample {
	if d.config.Histograms != HistogramsAuto {
		return samples
	}
	kept := make([]sample, 0, len(samples))
	for i := range samples {
		if samples[i].series.form != formNative {
			kept = append(kept, samples[i])
		}
	}
	return kept
}
