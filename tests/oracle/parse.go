package main

import (
	"bytes"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

type parsed struct {
	OK           bool          `json:"ok"`
	Error        *failure      `json:"error,omitempty"`
	Escape       string        `json:"escape,omitempty"`
	Instructions []instruction `json:"instructions"`
	Stages       []stage       `json:"stages"`
}

type instruction struct {
	Keyword   string    `json:"keyword"`
	StartLine int       `json:"start_line"`
	EndLine   int       `json:"end_line"`
	Flags     []string  `json:"flags"`
	Args      []string  `json:"args"`
	JSON      bool      `json:"json"`
	Heredocs  []heredoc `json:"heredocs"`
}

type heredoc struct {
	Name    string `json:"name"`
	Expand  bool   `json:"expand"`
	Chomp   bool   `json:"chomp"`
	Content string `json:"content"`
}

type stage struct {
	Index    int    `json:"index"`
	Name     string `json:"name"`
	Base     string `json:"base"`
	Platform string `json:"platform"`
	Line     int    `json:"line"`
}

// parse goes through the two steps of BuildKit: the lines, then the instructions.
func parse(text []byte) parsed {
	tree, err := parser.Parse(bytes.NewReader(text))
	if err != nil {
		return parsed{Error: failed(err)}
	}
	found := parsed{OK: true, Escape: string(tree.EscapeToken)}
	for _, node := range tree.AST.Children {
		found.Instructions = append(found.Instructions, describe(node))
	}
	// Without a linter BuildKit dies of a `# check=` comment above an instruction.
	stages, _, err := instructions.Parse(tree.AST, linter.New(&linter.Config{}))
	if err != nil {
		found.OK, found.Error = false, failed(err)
		return found
	}
	for index, it := range stages {
		found.Stages = append(found.Stages, stage{
			Index: index, Name: it.Name, Base: it.BaseName, Platform: it.Platform, Line: it.Location[0].Start.Line,
		})
	}
	return found
}

func describe(node *parser.Node) instruction {
	found := instruction{
		Keyword: node.Value, StartLine: node.StartLine, EndLine: node.EndLine,
		Flags: append([]string{}, node.Flags...), Args: arguments(node), JSON: node.Attributes["json"],
		Heredocs: []heredoc{},
	}
	for _, it := range node.Heredocs {
		found.Heredocs = append(found.Heredocs, heredoc{it.Name, it.Expand, it.Chomp, it.Content})
	}
	return found
}

// arguments are the values behind an instruction's node. That of an ONBUILD has its trigger as a child.
func arguments(node *parser.Node) []string {
	values := []string{}
	for next := node.Next; next != nil; next = next.Next {
		if len(next.Children) == 0 {
			values = append(values, next.Value)
		}
		for _, trigger := range next.Children {
			values = append(values, trigger.Value)
			values = append(values, arguments(trigger)...)
		}
	}
	return values
}
