// The oracle answers what BuildKit says of Dockerfiles, so that Dockstage can be compared with BuildKit on texts that
// nobody has recorded.
//
// It reads one JSON object a line, {"id", "text", "target"?, "args"?}, and answers each with one line, in the order asked: "id" and what
// `dockstage parse --format json` prints. Instructions are null where BuildKit's line parser gave up: then it has
// none. With -checks, "checks" are the build checks that speak, and "build_error" is what the build would stop at.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

type question struct {
	ID   int    `json:"id"`
	Text string `json:"text"`
	// What `docker build --check` would get as --target and --build-arg.
	Target string            `json:"target"`
	Args   map[string]string `json:"args"`
}

type answer struct {
	ID int `json:"id"`
	parsed
	Checks     []check  `json:"checks,omitempty"`
	BuildError *failure `json:"build_error,omitempty"`
	// What BuildKit died of, if it did.
	Panic string `json:"panic,omitempty"`
}

// failure is an error and its line, from 1; null where BuildKit gives none.
type failure struct {
	Line    *int   `json:"line"`
	Message string `json:"message"`
}

func main() {
	checks := flag.Bool("checks", false, "answer the build checks, too")
	flag.Parse()
	complaints := os.Stderr
	// BuildKit's lexer writes there what it does not like, and goes on.
	if nowhere, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0); err == nil {
		os.Stderr = nowhere
	}
	if err := serve(os.Stdin, os.Stdout, *checks); err != nil {
		fmt.Fprintln(complaints, "oracle:", err)
		os.Exit(1)
	}
}

func serve(in io.Reader, out io.Writer, checks bool) error {
	questions := json.NewDecoder(bufio.NewReaderSize(in, 1<<16))
	buffered := bufio.NewWriterSize(out, 1<<16)
	answers := json.NewEncoder(buffered)
	answers.SetEscapeHTML(false)
	for {
		var asked question
		switch err := questions.Decode(&asked); {
		case errors.Is(err, io.EOF):
			return buffered.Flush()
		case err != nil:
			return err
		}
		if err := answers.Encode(reply(asked, checks)); err != nil {
			return err
		}
		// Whoever asks one question waits for its answer.
		if err := buffered.Flush(); err != nil {
			return err
		}
	}
}

func reply(asked question, checks bool) (given answer) {
	defer func() {
		if reason := recover(); reason != nil {
			given = answer{ID: asked.ID, Panic: fmt.Sprint(reason)}
		}
	}()
	given = answer{ID: asked.ID, parsed: parse([]byte(asked.Text))}
	if checks {
		given.Checks, given.BuildError = lint(asked)
	}
	return given
}

// failed tells where an error is: BuildKit counts from 1, and 0 is no line.
func failed(err error) *failure {
	found := &failure{Message: err.Error()}
	var located *parser.LocationError
	if errors.As(err, &located) && len(located.Locations) > 0 && len(located.Locations[0]) > 0 {
		if line := located.Locations[0][0].Start.Line; line > 0 {
			found.Line = &line
		}
	}
	return found
}
