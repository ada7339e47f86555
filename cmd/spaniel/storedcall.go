package main

import (
	"fmt"
	"net/netip"
	"strconv"
	"time"

	"spaniel/event"
)

// setColumn puts a value of a query's answer into a record's field. Whoever
// answers, numbers may come as several types.
func setColumn(field, v any) (err error) {
	text := ""
	if v != nil {
		text = fmt.Sprint(v)
	}
	switch f := field.(type) {
	case *string:
		*f = text
	case *event.Nanos:
		err = f.UnmarshalText([]byte(text))
	case *event.ID:
		*f, err = event.ParseID(text)
	case *netip.Addr:
		if text != "" && text != "::" { // ClickHouse writes an address that is not set so
			*f, err = netip.ParseAddr(text)
		}
	case *uint16:
		err = number(text, 16, func(n uint64) { *f = uint16(n) })
	case *uint32:
		err = number(text, 32, func(n uint64) { *f = uint32(n) })
	case *uint64:
		err = number(text, 64, func(n uint64) { *f = n })
	case *[]string:
		*f = texts(v)
	case *event.HeaderMap:
		m, _ := v.(map[string]any) // anything else holds no headers
		for name, list := range m {
			for _, value := range texts(list) {
				*f = append(*f, event.Header{Name: name, Value: value})
			}
		}
	}
	return err
}

func number(text string, bits int, set func(uint64)) error {
	if text == "" {
		return nil
	}
	n, err := strconv.ParseUint(text, 10, bits)
	set(n)
	return err
}

// callOf makes a call of a stored record, as far as rules can be judged on
// one: detect.Unstored says what is missing.
func callOf(r *event.Record) *event.Call {
	c := &event.Call{ID: r.ID, Key: r.Key, Depth: r.Depth, Time: int64(r.Time), Proto: r.Proto, Sensor: r.SensorName, Anomalies: r.Anomalies,
		Style: r.Style, Kind: r.Kind, Route: r.Route, APIVer: r.APIVersion, RealIP: r.RealIP, AgentFamily: r.AgentFamily, Bot: r.Bot, Country: r.Country, ASN: r.ASN, Known: r.Fingerprint,
		Principal: event.Principal{Kind: r.PrincipalKind, ID: r.PrincipalID, Session: r.Session, User: r.User}}
	for _, word := range r.Flags {
		c.Flags |= flagOf(word)
	}
	c.Flow = &event.Flow{ID: r.FlowID, First: int64(r.Time)}
	c.Flow.Client, c.Flow.Server = netip.AddrPortFrom(r.ClientIP, r.ClientPort), netip.AddrPortFrom(r.ServerIP, r.ServerPort)
	c.Flow.VLAN, c.Flow.VNI = r.VLAN, r.VNI
	end := endOf(r)
	c.Req.Seen, c.Resp.Seen = !c.Flags.Has(event.FlagResponseOnly), !c.Flags.Has(event.FlagRequestOnly)
	c.Req.Method, c.Req.Target, c.Req.Host, c.Req.Path, c.Req.Query = r.Method, r.Target, r.Host, r.Path, r.Query
	c.Req.Headers, c.Resp.Headers = r.ReqHeaders, r.RespHeaders
	c.Req.Start, c.Req.End, c.Req.BodyBytes, c.Req.FirstFrame, c.Req.LastFrame = int64(r.Time), int64(r.Time), r.ReqBytes, r.FirstFrame, r.LastFrame
	c.Resp.Status, c.Resp.BodyBytes = int(r.Status), r.RespBytes
	c.Resp.Start, c.Resp.End, c.Resp.FirstFrame, c.Resp.LastFrame = int64(r.Time)+int64(r.TTFB)*1000, end, r.FirstFrame, r.LastFrame
	c.Order = event.Order{Clock: end, OfFrame: true, Seq: r.LastFrame}
	return c
}

// endOf is when the call was complete, as far as the store tells.
func endOf(r *event.Record) int64 { return int64(r.Time) + int64(r.Duration)*int64(time.Microsecond) }

// flagOf is the mark of that name, 0 if there is none.
func flagOf(word string) event.Flags {
	for bit := event.Flags(1); bit != 0; bit <<= 1 {
		if names := bit.Append(nil); len(names) == 1 && names[0] == word {
			return bit
		}
	}
	return 0
}
