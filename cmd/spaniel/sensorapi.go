package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"spaniel/internal/config"
)

// readyAnswer is what /readyz says, as far as it is read here.
type readyAnswer struct {
	Rules   string `json:"rules"`
	Problem string `json:"rules_problem"`
	Sinks   []struct {
		Name         string `json:"name"`
		Healthy      bool   `json:"healthy"`
		Problem      string `json:"problem"`
		QueueRecords uint64 `json:"queue_records"`
	} `json:"sinks"`
}

// sensorAnswer asks the sensor that runs here.
func sensorAnswer(ctx context.Context, cfg *config.Config, path string, use func(io.Reader) error) error {
	if cfg.API.Listen == "off" {
		return errors.New("api.listen is off")
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+cfg.API.Listen+path, nil)
	if err != nil {
		return fmt.Errorf("asking the sensor: %w", err)
	}
	resp, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(req)
	if err != nil {
		return fmt.Errorf("asking the sensor: %w", err)
	}
	if resp.StatusCode != http.StatusOK {
		return errors.Join(fmt.Errorf("the sensor answers %s", resp.Status), resp.Body.Close())
	}
	return errors.Join(use(io.LimitReader(resp.Body, 16<<20)), resp.Body.Close())
}

// readiness is what the running sensor says of itself.
func readiness(ctx context.Context, cfg *config.Config) (r readyAnswer, err error) {
	err = sensorAnswer(ctx, cfg, "/readyz", func(body io.Reader) error { return json.NewDecoder(body).Decode(&r) })
	return r, err
}

// scrape reads the running sensor's metrics by name.
func scrape(ctx context.Context, cfg *config.Config) (m map[string]*dto.MetricFamily, err error) {
	err = sensorAnswer(ctx, cfg, "/metrics", func(body io.Reader) error {
		p := expfmt.NewTextParser(model.UTF8Validation)
		m, err = p.TextToMetricFamilies(body)
		return err
	})
	return m, err
}
