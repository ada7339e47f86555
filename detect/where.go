package detect

import (
	"fmt"
	"sync"

	"github.com/expr-lang/expr/vm"

	"spaniel/event"
)

// A Where is a compiled --where expression: the fields are those of rules.
// Safe for use by several goroutines.
type Where struct {
	prog *program
	lang *language
	set  *Set
	free sync.Pool
}

// whereState is what one evaluation needs.
type whereState struct {
	scope *scope
	vm    vm.VM
}

// CompileWhere compiles an expression that chooses calls; what it may ask
// beside the call, lists among it, is that of set. The error is a *LoadError
// with column and caret.
func CompileWhere(src string, set *Set) (*Where, error) {
	lang := newLanguage()
	lang.lists, lang.kinds = set.lang.lists, set.lang.kinds
	prog, faults := lang.compile(src, wantBool)
	if len(faults) > 0 {
		d := &document{name: "--where", text: src}
		for _, f := range faults {
			line, col := lineCol([]rune(src), min(f.from, len([]rune(src))))
			d.problem(line, col, f.width, f.remedy, "%s", f.message)
		}
		return nil, &LoadError{Problems: d.problems}
	}
	return &Where{prog: prog, lang: lang, set: set}, nil
}

// Match reports whether the expression chooses the call. An error is one of
// evaluating; the call then is not chosen.
func (w *Where) Match(c *event.Call) (bool, error) {
	st, ok := w.free.Get().(*whereState)
	if !ok {
		st = &whereState{scope: newScope(w.lang, &Config{}, w.set.hash)}
		st.scope.lists, st.scope.around = w.set.lists, w.set.around
	}
	st.scope.reset(c)
	yes, err := w.prog.test(&st.vm, st.scope)
	st.scope.release()
	w.free.Put(st)
	if err != nil {
		return false, fmt.Errorf("--where: %w", err)
	}
	return yes, nil
}
