package main

import (
	"context"
	"fmt"

	"spaniel/internal/config"
)

// column returns the first column of a query's answer as text.
func (a *app) column(ctx context.Context, cfg *config.Config, sql string) (out []string, err error) {
	err = a.withAnswer(ctx, cfg, sql, func(ans answer) error {
		for ans.Next() {
			out = append(out, fmt.Sprint(ans.Values()[0]))
		}
		return ans.Err()
	})
	return out, err
}
