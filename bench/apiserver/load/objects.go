// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"fmt"
	"log"
	"math/rand"
	"sort"
	"time"
)

func object(apiVersion, kind, name, ns string, rest map[string]any) []byte {
	metadata := map[string]any{"name": name}
	if ns != "" {
		metadata["namespace"] = ns
		metadata["labels"] = map[string]string{"app": name, "team": "bench"}
	}
	out := map[string]any{"apiVersion": apiVersion, "kind": kind, "metadata": metadata}
	for key, value := range rest {
		out[key] = value
	}
	text, err := json.Marshal(out)
	if err != nil {
		log.Fatal(err)
	}
	return text
}

// configMap has about 1 KiB of data that does not compress to nothing.
func configMap(i int, random *rand.Rand) []byte {
	data := map[string]string{}
	for k := 0; k < 8; k++ {
		value := make([]byte, 100)
		for j := range value {
			value[j] = "abcdefghijklmnopqrstuvwxyz012345"[random.Intn(32)]
		}
		data[fmt.Sprintf("setting-%d", k)] = string(value)
	}
	return object("v1", "ConfigMap", fmt.Sprintf("object-%d", i), namespace, map[string]any{"data": data})
}

func deployment(i int) []byte {
	name := fmt.Sprintf("workload-%d", i)
	labels := map[string]string{"app": name}
	container := map[string]any{
		"name": "main", "image": "registry.example/app:1.2.3",
		"ports":          []any{map[string]any{"containerPort": 8080, "name": "http"}},
		"env":            []any{map[string]any{"name": "MODE", "value": "production"}, map[string]any{"name": "LEVEL", "value": "info"}},
		"resources":      map[string]any{"requests": map[string]string{"cpu": "100m", "memory": "128Mi"}, "limits": map[string]string{"cpu": "500m", "memory": "256Mi"}},
		"readinessProbe": map[string]any{"httpGet": map[string]any{"path": "/ready", "port": 8080}},
	}
	return object("apps/v1", "Deployment", name, namespace, map[string]any{"spec": map[string]any{
		"replicas": 3, "selector": map[string]any{"matchLabels": labels},
		"template": map[string]any{"metadata": map[string]any{"labels": labels}, "spec": map[string]any{"containers": []any{container}}},
	}})
}

func quantile(took []time.Duration, q float64) float64 {
	sorted := append([]time.Duration(nil), took...)
	sort.Slice(sorted, func(a, b int) bool { return sorted[a] < sorted[b] })
	return float64(sorted[int(float64(len(sorted)-1)*q)].Microseconds()) / 1000
}
