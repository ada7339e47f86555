package main

import (
	"context"
	"os"
	"strconv"
	"strings"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"spaniel/detect"
	"spaniel/event"
	"spaniel/internal/admin"
	"spaniel/internal/config"
	"spaniel/internal/reload"
	"spaniel/internal/sensor"
	"spaniel/sinks/redact"
)

// newReloader keeps the rules of the sensor, which begins with set. The tests
// inside rules are run as `spaniel rules test` runs them.
func (s *service) newReloader(set *detect.Set) *reload.Reloader {
	tests := sensor.Config{Version: version, Decode: decodeConfig(config.Default()), Redactor: redact.New(make([]byte, 32), redact.Option{})}
	return reload.New(set, reload.Config{
		Load:   s.loadAgain,
		Replay: sensor.Replayer(tests), Use: s.sensor.SetRules, Now: time.Now,
	})
}

// loadAgain loads the rules as the configuration says by now.
func (s *service) loadAgain() (*detect.Set, error) {
	next, _, err := s.reread()
	if err != nil {
		return nil, err
	}
	now, waiting := s.cfg.Reread(next)
	if len(waiting) > 0 {
		s.log.Warn("settings that have changed count from the next start", zap.Strings("keys", waiting))
	}
	s.changeLevel(now.Log.Level)
	return loadRules(now, nil)
}

// changeLevel lets the log tell more or less from now on.
func (s *service) changeLevel(level string) {
	to, err := zapcore.ParseLevel(level)
	if err != nil || to == s.level.Level() {
		return // no other level than these gets through the configuration
	}
	s.log.Info("the log's level changes", zap.String("level", level))
	s.level.SetLevel(to)
}

// keepRules loads the rules again whenever their files change or SIGHUP asks. A
// set that does not load, or fails its own tests, leaves the old one judging.
func (s *service) keepRules(ctx context.Context, hup <-chan os.Signal) error {
	ask := make(chan struct{})
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-hup:
			}
			select {
			case <-ctx.Done():
				return
			case ask <- struct{}{}:
			}
		}
	}()
	w := reload.Watch{Paths: s.watchedRules(), Seen: s.rulesSeen, Ask: ask, Told: s.rulesReloaded, Blind: func(err error) {
		s.log.Warn("changes of the rules are noticed late: the system cannot watch their files", zap.Error(err))
	}}
	return s.rules.Run(ctx, w)
}

// watchedRules are the files and directories at whose change the rules are loaded
// again, none where only SIGHUP does.
func (s *service) watchedRules() []string {
	if !s.cfg.Rules.Watch {
		return nil
	}
	paths := rulePaths(s.cfg)
	if s.configFile != "" {
		paths = append(paths, s.configFile)
	}
	return paths
}

// rulePaths are the files and directories that the rules are read from.
func rulePaths(cfg *config.Config) []string {
	paths := append([]string(nil), cfg.Rules.Paths...)
	for _, l := range cfg.Rules.Lists {
		paths = append(paths, l.Path)
	}
	for _, s := range cfg.Rules.Specs {
		paths = append(paths, s.Path)
	}
	for _, p := range []string{cfg.Clients.CountryDB, cfg.Clients.ASNDB} {
		if p != "" {
			paths = append(paths, p)
		}
	}
	return paths
}

// rulesReloaded says how a reload went: in the log and as a fact, for the sinks
// and the store.
func (s *service) rulesReloaded(st reload.Status) {
	hash, n := st.Set.Hash(), len(st.Set.Rules())
	switch {
	case st.Err != nil:
		s.log.Error("the new rules cannot be loaded; the old ones go on judging", zap.Error(st.Err), zap.String("ruleset", hash))
		s.fact("rules_refused", event.ValueMap{{Name: "ruleset", Value: hash}, {Name: "problem", Value: firstLines(st.Err.Error(), maxProblem)}})
	case st.Since.Equal(st.At):
		s.log.Info("rules loaded", zap.Int("rules", n), zap.String("ruleset", hash))
		s.fact("rules_loaded", event.ValueMap{{Name: "ruleset", Value: hash}, {Name: "rules", Value: strconv.Itoa(n)}})
	default:
		s.log.Info("rules loaded: they are as before", zap.Int("rules", n), zap.String("ruleset", hash))
	}
}

// maxProblem is how much of what is wrong with a set goes into a record.
const maxProblem = 2048

// firstLines cuts a text at most bytes, between lines if it can.
func firstLines(text string, most int) string {
	if len(text) <= most {
		return text
	}
	text = strings.ToValidUTF8(text[:most], "")
	if i := strings.LastIndexByte(text, '\n'); i > 0 {
		text = text[:i]
	}
	return text + "\n…"
}

// fact hands on a fact about the sensor itself.
func (s *service) fact(kind string, fields event.ValueMap) {
	if !s.sensor.Tell(kind, fields) {
		s.log.Warn("a fact about the sensor has no room and is not handed on", zap.String("kind", kind))
	}
}

// ruleCounts fills how the rules stand, and returns the set that judges.
func (s *service) ruleCounts(snap *admin.Snapshot) *detect.Set {
	st := s.rules.Status()
	snap.ReloadOK, snap.Ruleset, snap.Loaded = st.Err == nil, st.Set.Hash(), st.Since
	snap.Reloads, snap.Refused, snap.GeoFaults = st.Loaded, st.Refused, st.Set.GeoFaults()
	if st.Err != nil {
		snap.ReloadProblem = firstLines(st.Err.Error(), maxProblem)
	}
	return st.Set
}
