package main

import (
	"context"
	"os"
	"path/filepath"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
)

// broker VAR DIR starts a broker of Kafka's protocol until the script ends, puts
// its address into VAR, and writes each record as a line into DIR/TOPIC.
func cmdBroker(ts *testscript.TestScript, _ bool, args []string) {
	dir := ts.MkAbs(args[1])
	ts.Check(os.MkdirAll(dir, 0o755))
	c, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, kafkaTopics()...))
	ts.Check(err)
	ts.Setenv(args[0], c.ListenAddrs()[0])
	cl, err := kgo.NewClient(kgo.SeedBrokers(c.ListenAddrs()...), kgo.ConsumeTopics(kafkaTopics()...))
	ts.Check(err)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- copyTopics(ctx, cl, dir) }()
	ts.Defer(func() {
		stop()
		ts.Check(<-done)
		cl.Close()
		c.Close()
	})
}

func copyTopics(ctx context.Context, cl *kgo.Client, dir string) error {
	for ctx.Err() == nil {
		var err error
		cl.PollFetches(ctx).EachRecord(func(r *kgo.Record) {
			if err == nil {
				err = appendLine(filepath.Join(dir, r.Topic), r.Value)
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func appendLine(path string, line []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.Write(append(line, '\n'))
	return err
}
