package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"go.uber.org/zap"

	"spaniel/capture"
	"spaniel/event"
	"spaniel/internal/config"
)

// A feed is what run captures from: interfaces, a directory that others write
// captures into, or who sends one.
type feed interface {
	capture.Source
	Stop()
	Stats() (capture.Stats, error)
	StatsByInterface() ([]capture.InterfaceStats, error)
}

// What some feeds can do beside: tell when what they read from goes and comes, and
// how full the kernel's buffer is.
type (
	changing interface{ OnChange(func(capture.Change)) }
	filling  interface{ Fill() float64 }
)

// A feedPlan says from what to capture: one of the three.
type feedPlan struct {
	live      []capture.LiveConfig
	directory string
	address   string
	filter    string
}

// feedFlags are the flags that name a feed.
type feedFlags struct {
	ifaces             []string
	directory, address string
	filter             string
}

// planFeed is what the command captures from: flags win over the configuration.
func planFeed(cfg *config.Config, flags *feedFlags) (*feedPlan, error) {
	p := &feedPlan{directory: flags.directory, address: flags.address, filter: flags.filter}
	named := 0
	for _, is := range []bool{len(flags.ifaces) > 0, p.directory != "", p.address != ""} {
		if is {
			named++
		}
	}
	if named > 1 {
		return nil, usage("run captures from one kind of source: -i, -r or --pcap-over-ip", "run a sensor for each")
	}
	if named == 0 && len(cfg.Capture) == 1 {
		c := cfg.Capture[0]
		p.directory, p.address = c.Directory, c.Address
		if p.filter == "" {
			p.filter = c.Filter
		}
	}
	if p.directory == "" && p.address == "" {
		var err error
		p.live, err = liveConfigs("run", cfg, flags.ifaces, flags.filter)
		return p, err
	}
	if p.filter != "" {
		return p, capture.CheckFilter(p.filter)
	}
	return p, nil
}

// names are what the frames come from, by their index.
func (p *feedPlan) names() []string {
	switch {
	case p.directory != "":
		return []string{p.directory}
	case p.address != "":
		return []string{p.address}
	}
	return names(p.live)
}

// recorded reports whether frames may come long after their time.
func (p *feedPlan) recorded() bool { return p.live == nil }

// filterText is the filter, for people.
func (p *feedPlan) filterText() string {
	if p.recorded() {
		return p.filter
	}
	return filterOf(p.live)
}

// frames is the filter that the sensor applies itself, nil where the kernel does.
func (p *feedPlan) frames() func(*event.Frame) bool {
	if !p.recorded() || p.filter == "" {
		return nil
	}
	return newFrameFilter(p.filter).match
}

// openFeed begins to capture.
func (s *service) openFeed(p *feedPlan) (feed, error) {
	switch {
	case p.directory != "":
		w, err := capture.Follow(p.directory, s.readFollowed(p.directory))
		if err != nil {
			return nil, err
		}
		w.OnFile(func(f capture.FollowedFile, first uint64) {
			s.log.Info("reading a capture", zap.String("file", f.Name), zap.Uint64("first_frame", first))
		}, s.fileEnded)
		return w, nil
	case p.address != "":
		return orNone(capture.OpenRemote(p.address))
	}
	return orNone(capture.OpenLive(p.live...))
}

// orNone keeps a pointer that is nil from being a feed that is not.
func orNone[T feed](f T, err error) (feed, error) {
	if err != nil {
		return nil, err
	}
	return f, nil
}

// followedFile is where it is kept which files of a directory were read.
func followedFile(cfg *config.Config) string { return filepath.Join(spoolDir(cfg), "followed.json") }

// followedState is its content.
type followedState struct {
	Directory string                 `json:"directory"`
	Files     []capture.FollowedFile `json:"files"`
}

// readFollowed is what was read of the directory before.
func (s *service) readFollowed(dir string) []capture.FollowedFile {
	path := followedFile(s.cfg)
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var st followedState
	if err == nil {
		err = json.Unmarshal(b, &st)
	}
	if err != nil {
		s.log.Warn("it is not known which captures were read before; all are read again", zap.String("file", path), zap.Error(err))
		return nil
	}
	if st.Directory != absolute(dir) {
		return nil
	}
	return st.Files
}

// keepFollowed keeps what was read of the directory.
func (s *service) keepFollowed(dir string, files []capture.FollowedFile) error {
	b, err := json.Marshal(followedState{absolute(dir), files})
	if err != nil {
		return fmt.Errorf("keeping which captures were read: %w", err)
	}
	return writeFile(followedFile(s.cfg), nil, true, func(w io.Writer) error {
		_, err := w.Write(b)
		return err
	})
}

// absolute is the directory's whole path, where that can be known.
func absolute(dir string) string {
	if whole, err := filepath.Abs(dir); err == nil {
		return whole
	}
	return dir
}

// fileEnded tells of a capture that is over; the reader calls it.
func (s *service) fileEnded(f capture.FollowedFile, err error) {
	switch {
	case errors.Is(err, capture.ErrNoCapture):
		s.log.Info("a file is no capture and is passed over", zap.String("file", f.Name))
	case err != nil:
		s.log.Error("a capture is broken; what came before was read", zap.String("file", f.Name), zap.Uint64("frames", f.Frames), zap.Error(err))
		s.fact("capture_broken", event.ValueMap{{Name: "file", Value: f.Name}, {Name: "problem", Value: err.Error()}})
	default:
		s.log.Info("a capture was read", zap.String("file", f.Name), zap.Uint64("frames", f.Frames))
	}
}

// progressEvery is how often it is kept how far a directory was read.
const progressEvery = 2 * time.Second

// keepProgress keeps how far a directory was read, once what was found up to there
// is on disk, until ctx ends. What a crash takes with it is read again, and has
// the ids it had.
func (s *service) keepProgress(ctx context.Context) error {
	w, ok := s.live.(*capture.Follower)
	if !ok {
		return nil
	}
	tick := time.NewTicker(progressEvery)
	defer tick.Stop()
	var files []capture.FollowedFile
	given, kept, crowded := uint64(0), uint64(0), false
	for {
		select {
		case <-ctx.Done():
			return nil // run does it once more, when all is read
		case <-tick.C:
		}
		crowded = s.tellCrowd(w, crowded)
		if given > kept && s.sensor.Ledger().FramesIn >= given && s.spool.Sync() == nil {
			if err := s.keepFollowed(w.Directory(), files); err != nil {
				s.log.Warn("it cannot be kept which captures were read", zap.Error(err))
			}
			kept = given
		}
		if given == kept {
			files, given = w.Past()
		}
	}
}

// tellCrowd says when a directory begins to hold more files than are looked at.
func (s *service) tellCrowd(w *capture.Follower, was bool) bool {
	n := w.Beyond()
	if n > 0 && !was {
		s.log.Error("the directory holds too many files; some are never looked at: move away those that were read", zap.String("directory", w.Directory()), zap.Int("passed_over", n))
		s.fact("captures_passed_over", event.ValueMap{{Name: "directory", Value: w.Directory()}, {Name: "files", Value: strconv.Itoa(n)}})
	}
	return n > 0
}

// keepLastProgress is keepProgress when all that was given is on disk.
func (s *service) keepLastProgress() error {
	w, ok := s.live.(*capture.Follower)
	if !ok {
		return nil
	}
	files, _ := w.Past()
	return s.keepFollowed(w.Directory(), files)
}
