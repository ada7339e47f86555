package elastic

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"spaniel/event"
	"spaniel/sinks"
	"spaniel/sinks/encode"
	"spaniel/sinks/format"
	"spaniel/sinks/post"
	"spaniel/sinks/tlsfiles"
)

// Config of an Elasticsearch or OpenSearch.
type Config struct {
	// URL of a node or a balancer.
	URL string `yaml:"url"`
	// Index is the prefix of the names of indexes; spaniel if empty.
	Index string `yaml:"index"`
	// Username and PasswordFile log in; or APIKeyFile, which holds the encoded
	// key as Elasticsearch shows it.
	Username     string `yaml:"username"`
	PasswordFile string `yaml:"password_file"`
	APIKeyFile   string `yaml:"api_key_file"`
	// TLS says whom to trust.
	TLS *tlsfiles.Config `yaml:"tls"`
}

func (c *Config) target() post.Config {
	return post.Config{URL: c.URL, TLS: c.TLS, Secret: c.PasswordFile != "" || c.APIKeyFile != "", Gzip: true}
}

// Validate says what is wrong with the configuration.
func (c *Config) Validate() error {
	t := c.target()
	if err := t.Validate(); err != nil {
		return fmt.Errorf("elastic: %w", err)
	}
	switch {
	case (c.Username == "") != (c.PasswordFile == ""):
		return errors.New("elastic: username and password_file go together")
	case c.Username != "" && c.APIKeyFile != "":
		return errors.New("elastic: both a password and a key: keep one")
	case strings.Trim(c.Index, "abcdefghijklmnopqrstuvwxyz0123456789_-.") != "" || strings.HasPrefix(c.Index, "-") || strings.HasPrefix(c.Index, "_") || strings.HasPrefix(c.Index, "."):
		return fmt.Errorf("elastic: index %q: use small letters, digits, -, _ and .; a letter or digit first", c.Index)
	}
	return nil
}

// A Writer sends batches through _bulk.
type Writer struct {
	sinks.Cuts

	prefix string
	client *post.Client
	cfg    Config
	login  string // Authorization of the batch under way
	form   *format.Format
	dec    *sinks.Decoder
	buf    []byte
}

// New returns a Writer. It reads the files the configuration names and does
// not dial.
func New(cfg Config) (*Writer, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	client, err := post.New(cfg.target())
	if err != nil {
		return nil, fmt.Errorf("elastic: %w", err)
	}
	w := &Writer{cfg: cfg, prefix: cfg.Index, client: client, form: format.Named("ecs"), dec: sinks.NewDecoder()}
	if w.prefix == "" {
		w.prefix = "spaniel"
	}
	if w.login, err = login(&cfg); err != nil {
		return nil, fmt.Errorf("elastic: %w", err)
	}
	return w, nil
}

// login is the Authorization that the files make now, "" without.
func login(cfg *Config) (string, error) {
	switch {
	case cfg.APIKeyFile != "":
		key, err := secret(cfg.APIKeyFile)
		return "ApiKey " + key, err
	case cfg.PasswordFile != "":
		password, err := secret(cfg.PasswordFile)
		return "Basic " + base64.StdEncoding.EncodeToString([]byte(cfg.Username+":"+password)), err
	}
	return "", nil
}

func secret(file string) (string, error) {
	s, err := post.NewSecret(file)
	if err != nil {
		return "", err
	}
	return s.Read()
}

func (w *Writer) header(contentType string) http.Header {
	h := http.Header{"Content-Type": {contentType}}
	if w.login != "" {
		h.Set("Authorization", w.login)
	}
	return h
}

// Write sends the batch. Documents that were taken before another was refused
// are sent again with it, and overwrite themselves.
func (w *Writer) Write(ctx context.Context, b *sinks.Batch) error {
	items, err := w.dec.DecodeBatch(b)
	if err != nil {
		return err
	}
	for i := range items {
		if !w.form.Has(items[i].Kind) {
			return &sinks.Rejected{Index: i, Err: fmt.Errorf("there is no document for records of kind %s", items[i].Kind)}
		}
	}
	if len(items) == 0 {
		return nil
	}
	if w.login, err = login(&w.cfg); err != nil { // a secret may have been changed
		return fmt.Errorf("sending documents: %w", err)
	}
	err = post.InHalves(items, func(part []event.Item) error { return w.send(ctx, part) })
	w.CountCuts(items)
	return err
}

func (w *Writer) send(ctx context.Context, items []event.Item) error {
	w.buf = w.buf[:0]
	for i := range items {
		index, id := w.place(&items[i])
		o := encode.Begin(w.buf)
		o.Open("index")
		o.Str("_index", index)
		o.Str("_id", id)
		o.Close()
		o.Close()
		w.buf = w.form.Append(append(o.B, '\n'), &items[i])
		w.buf = append(w.buf, '\n')
	}
	a, err := w.client.Post(ctx, "/_bulk", w.header("application/x-ndjson"), w.buf)
	switch {
	case err != nil:
		return fmt.Errorf("sending documents: %w", err)
	case a.TooLarge():
		return post.ErrTooLarge
	case !a.OK():
		return fmt.Errorf("sending documents: %w", a.Err())
	}
	return taken(a.Body, len(items))
}

// place is where a record goes.
func (w *Writer) place(it *event.Item) (index, id string) {
	if it.Alert != nil {
		return w.prefix + "-alerts-" + it.Alert.FirstSeen.Time().Format("2006.01.02"), it.Alert.ID.String()
	}
	day := it.Call.SpooledDay
	if day == "" {
		day = it.Call.Time.Time().Format("2006-01-02")
	}
	return w.prefix + "-calls-" + strings.ReplaceAll(day, "-", "."), it.Call.ID.String()
}

// taken reads the answer of _bulk: one result a document.
func taken(body []byte, want int) error {
	var r struct {
		Errors bool `json:"errors"`
		Items  []map[string]struct {
			Status int `json:"status"`
			Error  struct {
				Type   string `json:"type"`
				Reason string `json:"reason"`
			} `json:"error"`
		} `json:"items"`
	}
	if err := json.Unmarshal(body, &r); err != nil {
		return fmt.Errorf("sending documents: the answer is not that of _bulk: %w", err)
	}
	if len(r.Items) != want {
		return fmt.Errorf("sending documents: %d results for %d documents", len(r.Items), want)
	}
	var later error
	for i := range r.Items {
		for _, res := range r.Items[i] {
			switch {
			case res.Status/100 == 2:
			case res.Status == http.StatusBadRequest:
				return &sinks.Rejected{Index: i, Err: fmt.Errorf("the index refuses it: %s: %.300q", res.Error.Type, res.Error.Reason)}
			default:
				later = fmt.Errorf("sending documents: a document got %d: %s: %.300q", res.Status, res.Error.Type, res.Error.Reason)
			}
		}
	}
	return later
}

// Close closes idle connections.
func (w *Writer) Close() error {
	w.client.Close()
	return nil
}
