package main

import (
	"context"

	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	"github.com/moby/buildkit/frontend/dockerfile/dockerfile2llb"
	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

type check struct {
	Rule string `json:"rule"`
	Line int    `json:"line"`
}

// lint asks for what `docker build --check` reports on linux/amd64, without a build context and with what is asked for.
func lint(asked question) ([]check, *failure) {
	text := []byte(asked.Text)
	platform := ocispecs.Platform{OS: "linux", Architecture: "amd64"}
	results, err := dockerfile2llb.DockerfileLint(context.Background(), text, dockerfile2llb.ConvertOpt{
		Config: dockerui.Config{
			BuildPlatforms: []ocispecs.Platform{platform},
			Target:         asked.Target,
			BuildArgs:      asked.Args,
		},
		MetaResolver:   images{},
		SourceMap:      &llb.SourceMap{Definition: &llb.Definition{}, Data: text},
		TargetPlatform: &platform,
	})
	if err != nil {
		return nil, failed(err)
	}
	found := []check{}
	for _, warning := range results.Warnings {
		line := 0
		if ranges := warning.Location.GetRanges(); len(ranges) > 0 {
			line = int(ranges[0].Start.Line)
		}
		found = append(found, check{warning.RuleName, line})
	}
	if results.Error == nil {
		return found, nil
	}
	failure := &failure{Message: results.Error.Message}
	if ranges := results.Error.Location.GetRanges(); len(ranges) > 0 {
		if line := int(ranges[0].Start.Line); line > 0 {
			failure.Line = &line
		}
	}
	return found, failure
}

// images knows every image, and that it sets PATH and nothing else.
type images struct{}

const config = `{"os": "linux", "architecture": "amd64", "rootfs": {"type": "layers", "diff_ids": []},
	"config": {"Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]}}`

func (images) ResolveImageConfig(
	_ context.Context, name string, _ sourceresolver.Opt,
) (string, digest.Digest, []byte, error) {
	return name, "", []byte(config), nil
}
