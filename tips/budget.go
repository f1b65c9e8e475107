package tips

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/pelletier/go-toml/v2"
)

// budget bounds what the front matter of one file may hold.
type budget struct{ nodes, bytes int }

var (
	errManyValues  = fmt.Errorf("the front matter holds more than %d values, aliases written out; shorten it", maxNodes)
	errDeepNesting = fmt.Errorf("the front matter has more than %d lists or groups in each other; make it flatter", maxMatterDepth)
)

// take counts one value.
func (b *budget) take(text string, depth int) error {
	b.nodes++
	b.bytes += len(text)
	switch {
	case depth > maxMatterDepth:
		return errDeepNesting
	case b.nodes > maxNodes:
		return errManyValues
	case b.bytes > maxValues:
		return errors.New("the front matter is too large, aliases written out; shorten it")
	}
	return nil
}

// plain turns what TOML and JSON decode to into what encoding/json can write
// and read.
func (b *budget) plain(v any, depth int) (any, error) {
	text, _ := v.(string)
	if err := b.take(text, depth); err != nil {
		return nil, err
	}
	var err error
	switch v := v.(type) {
	case map[string]any:
		for k, item := range v {
			if err := b.take(k, depth); err != nil {
				return nil, err
			}
			if v[k], err = b.plain(item, depth+1); err != nil {
				return nil, err
			}
		}
		return v, nil
	case []any:
		for i, item := range v {
			if v[i], err = b.plain(item, depth+1); err != nil {
				return nil, err
			}
		}
		return v, nil
	}
	return plainScalar(v), nil
}

// plainScalar turns a single value into what encoding/json can write.
func plainScalar(v any) any {
	switch v := v.(type) {
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Sprint(v)
		}
	case time.Time:
		// encoding/json refuses years beyond 9999.
		if v.Year() < 0 || v.Year() > 9999 {
			return v.String()
		}
	case toml.LocalDate, toml.LocalTime, toml.LocalDateTime:
		return fmt.Sprint(v)
	}
	return v
}
