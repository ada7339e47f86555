package kafka

import "fmt"

// Brokers is a list of host:port. It reads [k1:9092, k2:9092] with or without
// quotes: the YAML library takes what stands there without for a mapping,
// which YAML itself does not.
type Brokers []string

// UnmarshalYAML reads the list.
func (b *Brokers) UnmarshalYAML(decode func(any) error) error {
	var list []any
	if err := decode(&list); err != nil {
		return err
	}
	*b = (*b)[:0]
	for _, e := range list {
		switch e := e.(type) {
		case string:
			*b = append(*b, e)
		case map[string]any:
			for host, port := range e {
				*b = append(*b, fmt.Sprintf("%s:%v", host, port))
			}
		default:
			return fmt.Errorf("broker %v is not host:port", e)
		}
	}
	return nil
}
