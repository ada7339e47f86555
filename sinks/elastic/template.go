package elastic

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
)

func object(fields map[string]any) map[string]any {
	return map[string]any{"dynamic": "strict", "properties": fields}
}

// properties maps each field of the documents; a test holds it to what the
// form writes.
func properties() map[string]any {
	of := func(t string) map[string]any { return map[string]any{"type": t} }
	long, double, date, ip, text := of("long"), of("double"), of("date"), of("ip"), of("text")
	keyword := map[string]any{"type": "keyword", "ignore_above": 8191} // of four bytes each a term may hold no more
	end := object(map[string]any{"ip": ip, "port": long, "geo": object(map[string]any{"country_iso_code": keyword})})
	message := func(first string, t any) map[string]any {
		return object(map[string]any{first: t, "mime_type": keyword, "body": object(map[string]any{"bytes": long})})
	}
	return map[string]any{
		"@timestamp": date, "message": text,
		"ecs": object(map[string]any{"version": keyword}),
		"event": object(map[string]any{"kind": keyword, "category": keyword, "type": keyword, "module": keyword, "dataset": keyword, "id": keyword,
			"severity": long, "risk_score": double, "outcome": keyword, "start": date, "end": date, "duration": long}),
		"rule":   object(map[string]any{"id": keyword, "name": keyword, "category": keyword, "ruleset": keyword}),
		"threat": object(map[string]any{"framework": keyword, "technique": object(map[string]any{"id": keyword})}),
		"source": end, "destination": end,
		"url":        object(map[string]any{"original": keyword, "domain": keyword, "path": keyword, "query": keyword}),
		"http":       object(map[string]any{"request": message("method", keyword), "response": message("status_code", long)}),
		"user_agent": object(map[string]any{"original": keyword}),
		"user":       object(map[string]any{"name": keyword}),
		"network":    object(map[string]any{"transport": keyword, "protocol": keyword, "community_id": keyword}),
		"observer": object(map[string]any{"name": keyword, "type": keyword, "vendor": keyword, "product": keyword, "version": keyword,
			"ingress": object(map[string]any{"zone": keyword})}),
		"spaniel": object(map[string]any{"severity": keyword, "outcome": keyword, "state": keyword, "count": long, "dedup_key": keyword, "route": keyword,
			"principal_kind": keyword, "principal_id": keyword, "refs": keyword, "calls": keyword, "call_kind": keyword, "style": keyword, "flow_id": keyword,
			"anomalies": keyword, "flags": keyword,
			"evidence": object(map[string]any{"place": keyword, "chain": keyword, "text": keyword, "op": keyword, "want": double, "got": double})}),
	}
}

// Template is the index template for a prefix, as JSON. Its mapping is strict:
// a document with another field is refused.
func Template(prefix string) ([]byte, error) {
	return json.MarshalIndent(map[string]any{
		"index_patterns": []string{prefix + "-alerts-*", prefix + "-calls-*"},
		"priority":       200,
		"template":       map[string]any{"mappings": object(properties())},
	}, "", "  ")
}

// Create puts the index template in place, over one of an earlier version, and
// says so.
func (w *Writer) Create(ctx context.Context) (string, error) {
	body, err := Template(w.prefix)
	if err != nil {
		return "", err
	}
	a, err := w.client.Do(ctx, http.MethodPut, "/_index_template/"+w.prefix, w.header("application/json"), body)
	if err != nil {
		return "", fmt.Errorf("creating the index template: %w", err)
	}
	if !a.OK() {
		return "", fmt.Errorf("creating the index template: %w", a.Err())
	}
	return fmt.Sprintf("index template %s for %s-alerts-* and %[1]s-calls-*", w.prefix, w.prefix), nil
}
